import { z } from 'zod';
import type { ComputeState, ControlState } from '../contract/messages.ts';
import type { Today } from '../contract/today.ts';
import { type Language, observedLine, todayLine } from '../contract/today-line.ts';
import type { Log } from '../core/log.ts';
import { keptJson } from './kept-json.ts';

/** Answers of the day; `heard` is the last word of compute's own counter, which starts again with compute. */
const Counted = z.strictObject({
  date: z.int().nullable(),
  answers: z.int().nonnegative(),
  heard: z.int().nonnegative(),
});
type Counted = z.infer<typeof Counted>;
const NOTHING: Counted = { date: null, answers: 0, heard: 0 };

const sent = (answers: number, heard: number) => (answers < heard ? answers : answers - heard);

/** One word of compute counted to its day. Pure. */
export function countAnswers(before: Counted, date: number, answered: number | undefined): Counted {
  const fresh = answered === undefined ? 0 : sent(answered, before.heard);
  const answers = date === before.date ? before.answers + fresh : before.date === null ? fresh : 0;
  return { date, answers, heard: answered ?? before.heard };
}

const dateOf = (key: number) => String(key).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');

export interface DayLine {
  /** The line to publish when it has changed, undefined otherwise and while the date is not known. */
  seen(control: ControlState, compute: ComputeState | null): Today | undefined;
  /** Lets the line be said again: a broker that was restarted has forgotten it. */
  again(): void;
  /** Writes the count, old or new after a power cut. */
  flush(): void;
}

/** The daily line: control's meters, and the answers counted here because control knows of none. */
export function openToday(file: string, language: Language, log: Log): DayLine {
  const damaged = 'the answers of today are counted anew';
  const record = keptJson(file, Counted, NOTHING, { damaged, unkept: 'the answers of today are not kept' }, log);
  let counted = record.found;
  let last = '';
  return {
    seen({ meters, observed }, compute) {
      const { date, heatTodayKwh, sunTodayKwh, costTodayEur, plainPumpTodayEur } = meters;
      if (date === null || heatTodayKwh === null || sunTodayKwh === null) return undefined;
      counted = countAnswers(counted, date, compute?.answered);
      const day = {
        date: dateOf(date),
        heatKwh: heatTodayKwh,
        answers: counted.answers,
        sunKwh: sunTodayKwh,
        costEur: costTodayEur,
        plainPumpEur: plainPumpTodayEur,
      };
      const text = todayLine(day, language);
      const line = { ...day, text, observed: observed ? observedLine(observed, language) : null };
      const said = JSON.stringify([date, text, line.observed]);
      if (said === last) return undefined;
      last = said;
      return line;
    },
    again() {
      last = '';
    },
    flush: () => record.save(counted),
  };
}
