import type { Log } from '../../core/log.ts';

const LOG_EVERY_MS = 60_000;
/** Reasons are our own words, but one names a field of a message: bounded all the same. */
const MAX_KINDS = 64;

/** Counts refusals by kind and logs the new ones once a minute, so that a flood is one line and not a full disk. */
export function countRefusals(log: Log) {
  const totals: Record<string, number> = Object.create(null);
  let fresh: Record<string, number> = {};
  const timer = setInterval(() => {
    if (Object.keys(fresh).length) log.warn({ refused: fresh }, 'refused in the last minute');
    fresh = {};
  }, LOG_EVERY_MS).unref();
  return {
    count(why: string) {
      const kind = why in totals || Object.keys(totals).length < MAX_KINDS ? why : 'other';
      totals[kind] = (totals[kind] ?? 0) + 1;
      fresh[kind] = (fresh[kind] ?? 0) + 1;
    },
    totals: () => totals,
    stop: () => clearInterval(timer),
  };
}
