import type { Sample, SeriesName } from './series.ts';

export interface MinuteRow {
  /** Minutes since 1970, of house time. */
  minute: number;
  means: Sample;
}

export interface MinuteMeans {
  /** Takes a sample; gives the row of the minute that it closed, if it did. */
  add(timeMs: number, sample: Sample): MinuteRow | undefined;
  /** The row of the minute under way, and forgets it. */
  end(): MinuteRow | undefined;
}

/** Means over whole minutes. A jump of the clock, either way, just closes the minute. */
export function minuteMeans(): MinuteMeans {
  let minute: number | undefined;
  let sums = new Map<SeriesName, { sum: number; count: number }>();
  const end = () => {
    if (minute === undefined) return undefined;
    const means = Object.fromEntries([...sums].map(([name, { sum, count }]) => [name, sum / count])) as Sample;
    const row = { minute, means };
    minute = undefined;
    sums = new Map();
    return row;
  };
  return {
    add(timeMs, sample) {
      const now = Math.floor(timeMs / 60_000);
      const closed = minute !== undefined && minute !== now ? end() : undefined;
      minute = now;
      for (const [name, value] of Object.entries(sample) as [SeriesName, number][]) {
        const sofar = sums.get(name);
        if (sofar) {
          sofar.sum += value;
          sofar.count++;
        } else sums.set(name, { sum: value, count: 1 });
      }
      return closed;
    },
    end,
  };
}
