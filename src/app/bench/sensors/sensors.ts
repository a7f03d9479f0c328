import { say } from '../../command.ts';
import { partsOf } from '../parts.ts';
import type { Bench, Figure } from '../table.ts';
import { caseOf, hoursOf, PARTS, type Part, specsOf } from './cases.ts';
import { observe } from './house.ts';
import { alarmFigure, type Done, falseAlarms, judged, tellRows } from './judge.ts';

/** Houses of one seed. */
const SEED_HOUSES = 100_000;
const DAY_H = 24;

/** `others` has no goals: it runs when it is named. */
const WITH_GOALS: readonly Part[] = PARTS.filter((part) => part !== 'others');

export const sensors: Bench = {
  name: 'sensors',
  about: `drifting, swapped and stuck sensors in random houses: how soon they are told, and false alarms where nothing is broken. Parts: ${PARTS.join(', ')} (the last only when named)`,
  async run({ quick, seed, parts = [], onProgress }) {
    const lists = partsOf('sensors', PARTS, parts, WITH_GOALS).map((part) => ({
      part,
      specs: specsOf(part, SEED_HOUSES * seed, quick),
    }));
    const ofH = lists.flatMap((l) => l.specs).reduce((sum, spec) => sum + hoursOf(spec), 0);
    const figures: Figure[] = [];
    const all: Done[] = [];
    let doneH = 0;
    for (const { part, specs } of lists) {
      const done = specs.map((spec): Done => {
        const outcome = observe(caseOf(spec.kind, spec.points, spec.mode, spec.seed, spec.driftK));
        doneH += hoursOf(spec);
        onProgress?.(doneH, ofH);
        return { spec, outcome };
      });
      tellRows(done);
      figures.push(...judged(part, done));
      all.push(...done);
    }
    const alarms = falseAlarms(all);
    for (const text of alarms) say(`false alarm: ${text}`);
    const soundOnes = all.filter(({ spec }) => spec.kind === 'none');
    const days = soundOnes.reduce((sum, { spec }) => sum + hoursOf(spec), 0) / DAY_H;
    return [alarmFigure(days, all.length - soundOnes.length, alarms.length), ...figures];
  },
};
