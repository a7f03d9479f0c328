import { existsSync, readFileSync } from 'node:fs';
import { fitHouse, STEP_S } from '../../control/learn/house/fit.ts';
import type { HouseModel } from '../../control/learn/house/model.ts';
import { priorModel } from '../../control/learn/house/prior.ts';
import { type Score, scoreOf } from '../../control/learn/house/score.ts';
import { type HouseSample, stretchesOf } from '../../control/learn/house/series.ts';
import { wallSunWm2 } from '../../control/learn/house/sun.ts';
import { HeatmineError } from '../../core/errors.ts';
import { seededRandom } from '../../core/random.ts';
import type { OnProgress } from '../progress-teller.ts';
import type { Bench, Figure } from './table.ts';

const FOLDER = new URL('../../../../shared/data/house/', import.meta.url);
const FILES = { excited: 'boptest_hp_prbs_day9_51_900s.csv', year: 'boptest_hp_baseline_year_900s.csv' };
const GOAL_K = 0.3;
const DAY_ROWS = 96;
/** What is said of the recorded house: its floor and its pump; the rest of the prior is that of any house. */
const PRIOR = priorModel({ floorAreaM2: 192, designLoadW: 15_000, designOutdoorC: -7, emitter: 'floor' });
/** First days of the 14 fitted days: the heating season from January to April and from October on. */
const WINDOW_DAYS = [0, 14, 28, 42, 56, 70, 84, 275, 290, 305, 320, 335];

const SUNS = ['wall', 'horizontal'] as const;
type Sun = (typeof SUNS)[number];

/** @throws USAGE where the recordings are not there */
function samplesOf(name: string, sun: Sun): HouseSample[] {
  const file = new URL(name, FOLDER);
  if (!existsSync(file))
    throw new HeatmineError(
      'USAGE',
      `identification needs the recording ${name} in ../shared/data/house, which is not part of a clone`,
    );
  const [head, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const columns = head!.split(',');
  return lines.map((line) => {
    const cells = line.split(',').map(Number);
    const of = (column: string) => cells[columns.indexOf(column)]!;
    const globalWm2 = of('Hglo');
    const wall = { globalWm2, directNormalWm2: of('HdirNor'), diffuseWm2: of('HdifHor') };
    return {
      atS: of('t'),
      roomC: of('TZon') - 273.15,
      heatW: of('Qf'),
      outdoorC: of('Tout') - 273.15,
      solarWm2: sun === 'wall' ? wallSunWm2(wall) : globalWm2,
    };
  });
}

/** The model sees `known` and nothing behind it; every full hour behind it is a start. */
function foresee(samples: readonly HouseSample[], knownRows: number): { model: HouseModel; score: Score } {
  const fitted = fitHouse(samples.slice(0, knownRows), PRIOR, { random: { next: seededRandom(1), starts: 2 } })!;
  return {
    model: fitted.model,
    score: scoreOf(fitted.model, stretchesOf(samples, STEP_S)[0]!, samples[knownRows - 1]!.atS),
  };
}

function rowsOf(what: string, sun: Sun, scores: readonly Score[]): Figure[] {
  const starts = scores.reduce((sum, s) => sum + s.starts, 0);
  const over = (key: Exclude<keyof Score, 'starts'>) =>
    Math.sqrt(scores.reduce((sum, s) => sum + s.starts * s[key] ** 2, 0) / starts);
  const at24hK = over('at24hK');
  const overDayK = over('overDayK');
  // A horizontal sensor alone is shown to tell what the direction of the sun is worth: it must only beat the plain rules.
  const limitK = sun === 'wall' ? GOAL_K : Number.POSITIVE_INFINITY;
  const row = (figure: string, value: number, reference: { name: string; value: number }): Figure => ({
    figure: `${figure}, ${what}, sun on ${sun}`,
    value,
    unit: 'K',
    reference,
    goal: sun === 'wall' ? `<= ${GOAL_K} K` : `below ${reference.name}`,
    met: value <= limitK && value < reference.value,
  });
  return [
    row(`room 24 h ahead (${starts} starts)`, at24hK, { name: 'persistence', value: over('persistence24hK') }),
    row('room over the next 24 h', overDayK, { name: 'persistence', value: over('persistenceDayK') }),
    row('room over the next 24 h', overDayK, { name: "yesterday's profile", value: over('yesterdayDayK') }),
  ];
}

/** Excited: first half fitted, second half foreseen. Closed loop: 14 ordinary days fitted, the next 14 foreseen. */
export function identifyRows({ quick, onProgress }: { quick: boolean; onProgress?: OnProgress }): Figure[] {
  const figures: Figure[] = [];
  const days = WINDOW_DAYS.filter((_, i) => !quick || i % 4 === 1);
  let done = 0;
  const foreseen = (samples: readonly HouseSample[], knownRows: number) => {
    const { score } = foresee(samples, knownRows);
    onProgress?.(++done, SUNS.length * (days.length + 1));
    return score;
  };
  for (const sun of SUNS) {
    const excited = samplesOf(FILES.excited, sun);
    figures.push(...rowsOf('random excitation', sun, [foreseen(excited, excited.length / 2)]));
    const year = samplesOf(FILES.year, sun);
    const windows = days.map((day) => {
      const from = day * DAY_ROWS;
      return foreseen(year.slice(from, from + 28 * DAY_ROWS), 14 * DAY_ROWS);
    });
    figures.push(...rowsOf('after 14 ordinary days', sun, windows));
    const worst = windows.reduce((a, b) => (a.at24hK > b.at24hK ? a : b));
    figures.push({
      figure: `worst of ${windows.length} closed-loop windows, 24 h ahead, sun on ${sun}`,
      value: worst.at24hK,
      unit: 'K',
      reference: { name: 'persistence', value: worst.persistence24hK },
      goal: 'below persistence',
      met: worst.at24hK < worst.persistence24hK,
    });
  }
  return figures;
}

export const identify: Bench = {
  name: 'identify',
  about:
    'a recorded house (BOPTEST bestest_hydronic_heat_pump) learnt and foreseen; weather and heat of the future are given',
  run: async (options) => identifyRows(options),
};
