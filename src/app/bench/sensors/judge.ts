import { say } from '../../command.ts';
import type { Figure } from '../table.ts';
import type { Part, Spec } from './cases.ts';
import type { Outcome } from './house.ts';

/** F4. */
const FOUND_BEFORE_K = 5;
/** F5: ten minutes of run. */
const SWAP_S = 600;
/** F2: a minute from a residual of 3 K on, and what a pipe needs to show it. */
const STUCK_S = 360;
const SHARE = 0.9;

export interface Done {
  spec: Spec;
  outcome: Outcome;
}

const wasTold = (o: Outcome) => o.toldS < Number.POSITIVE_INFINITY;
/** The reading was wrong while its water moved, or that was told; one that was right all the while hurts nobody. */
const wasWrong = (o: Outcome) => o.wrongS > 0 || wasTold(o);
const count = <T>(list: readonly T[], is: (x: T) => boolean) => list.filter(is).length;
const median = (list: readonly number[]) => list.toSorted((x, y) => x - y)[Math.floor(list.length / 2)];
/** Those that were silent until something broke. */
const sound = (done: readonly Done[]) => done.map((d) => d.outcome).filter((o) => o.falseAlarm === undefined);

/** A line for each row of cases. */
export function tellRows(done: readonly Done[]): void {
  for (const [row, cases] of Map.groupBy(done, ({ spec }) => spec.row)) {
    const outcomes = sound(cases);
    const toldS = median(outcomes.filter(wasTold).map((o) => o.toldS));
    const worstS = Math.max(0, ...outcomes.map((o) => o.wrongS));
    say(
      `${row.padEnd(34)} ${String(cases.length).padStart(3)} cases, wrong in ${String(count(outcomes, wasWrong)).padStart(3)}, told in ${String(count(outcomes, wasTold)).padStart(3)}, ` +
        `median ${toldS === undefined ? '-' : `${toldS} s`}, wrong and believed at most ${worstS} s`,
    );
  }
}

/** Each word about sensors of a house in which nothing was broken yet. */
export const falseAlarms = (done: readonly Done[]): string[] =>
  done.flatMap(({ spec, outcome }) =>
    outcome.falseAlarm ? [`${spec.mode}, house ${spec.seed}: ${outcome.falseAlarm}`] : [],
  );

const figure = (what: string, value: number, unit: string, goal: string, met: boolean): Figure => ({
  figure: what,
  value,
  unit,
  goal,
  met,
});

const believed = (what: string, outcomes: readonly Outcome[], limitS: number): Figure => {
  const late = count(outcomes, (o) => o.wrongS > limitS);
  return figure(what, late, 'cases', `<= 10 % of ${outcomes.length}`, late <= (1 - SHARE) * outcomes.length);
};

const JUDGES: Record<Exclude<Part, 'sound' | 'others'>, (outcomes: readonly Outcome[]) => Figure[]> = {
  drift(outcomes) {
    const [told, wrong] = [count(outcomes, wasTold), count(outcomes, wasWrong)];
    const goal = `each of ${wrong} before ${FOUND_BEFORE_K} K`;
    return [figure('drift above 4 K found, coolant and water', told, 'cases', goal, told === wrong)];
  },
  swap(outcomes) {
    const [told, wrong] = [count(outcomes, wasTold), count(outcomes, wasWrong)];
    const share = told / Math.max(1, wrong);
    return [
      figure('swaps told of those that made a reading wrong', 100 * share, '%', '>= 90 %', share >= SHARE),
      believed('swaps believed for more than 10 min of run', outcomes, SWAP_S),
    ];
  },
  stuck: (outcomes) => [
    believed(`coolant and water stuck, off by 3 K and believed for more than ${STUCK_S} s`, outcomes, STUCK_S),
  ],
};

export const judged = (part: Part, done: readonly Done[]): Figure[] =>
  part === 'sound' || part === 'others' ? [] : JUDGES[part](sound(done));

/** `days`: of houses in which nothing ever broke. */
export const alarmFigure = (days: number, cases: number, alarms: number): Figure =>
  figure(`false alarms in ${days} sound house-days, and before ${cases} faults`, alarms, '', '0', alarms === 0);
