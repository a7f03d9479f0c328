/**
 * A rate from a counter that a device keeps and we ask for now and then. When the device took a count is not known, only
 * that it was between asking and hearing; a late event loop or a busy line makes that long. So a count stands for the
 * middle, a pair of counts may be wrong in time by half of both round trips, and a pair is used only where that is small
 * beside what lies between them.
 */
export interface Count {
  /** Of a 32-bit counter. */
  pulses: number;
  askedMs: number;
  heardMs: number;
}

/** Counted over at least this long, so that a few pulses make a figure. */
export const WINDOW_MS = 1500;
/** And over no more than this: beyond it the answer would be about the past. */
const KEEP_MS = 2 * WINDOW_MS;
/** What the unknown moments may do to the figure. */
export const TIMING_SHARE = 0.05;
/** More than any meter counts between two reads: the counter, or its device, was started anew. */
const RESET_PULSES = 1 << 20;

const atMs = ({ askedMs, heardMs }: Count) => (askedMs + heardMs) / 2;

export interface PulseRate {
  /**
   * Pulses a minute up to this count, wrong by at most TIMING_SHARE and one pulse of the window; undefined while no pair
   * of counts is that good: the figure before it then goes on to age.
   */
  add(count: Count): number | undefined;
}

export function createPulseRate(): PulseRate {
  let counts: Count[] = [];
  return {
    add(count) {
      const last = counts.at(-1);
      if (last && (count.pulses - last.pulses) >>> 0 > RESET_PULSES) counts = [];
      const usable = (other: Count) => {
        const spanMs = atMs(count) - atMs(other);
        const unknownMs = (count.heardMs - count.askedMs + other.heardMs - other.askedMs) / 2;
        return spanMs >= WINDOW_MS && unknownMs <= TIMING_SHARE * spanMs;
      };
      counts = [...counts.filter((c) => atMs(count) - atMs(c) <= KEEP_MS), count];
      const first = counts.findLast(usable);
      return first && (((count.pulses - first.pulses) >>> 0) / (atMs(count) - atMs(first))) * 60_000;
    },
  };
}
