/**
 * Who crashed the engine process, pure. One model in flight: it did. Several: each may have; a finished answer clears
 * the doubt, never the certainty. Blamed models wait 1, 2, 4 … 60 s; after five crashes they are not tried again.
 */
export const QUARANTINE_CRASHES = 5;
const LONGEST_WAIT_S = 60;

interface Entry {
  sure: number;
  doubts: number;
  untilMs: number;
}

export type Verdict = { may: 'load' } | { may: 'wait'; forS: number } | { may: 'never'; crashes: number };

export interface Blame {
  crashed(suspects: readonly string[], nowMs: number): void;
  /** It has answered to the end. */
  proved(id: string): void;
  verdict(id: string, nowMs: number): Verdict;
  /** Crashes so far by model; a doubt counts as one. */
  counts(): ReadonlyMap<string, number>;
}

export function createBlame(): Blame {
  const entries = new Map<string, Entry>();
  const total = ({ sure, doubts }: Entry) => sure + doubts;
  return {
    crashed(suspects, nowMs) {
      for (const id of suspects) {
        const entry = entries.get(id) ?? { sure: 0, doubts: 0, untilMs: 0 };
        if (suspects.length === 1) entry.sure++;
        else entry.doubts++;
        entry.untilMs = nowMs + 1000 * Math.min(LONGEST_WAIT_S, 2 ** (total(entry) - 1));
        entries.set(id, entry);
      }
    },
    proved(id) {
      const entry = entries.get(id);
      if (entry) entry.doubts = 0;
    },
    verdict(id, nowMs) {
      const entry = entries.get(id);
      if (!entry) return { may: 'load' };
      if (total(entry) >= QUARANTINE_CRASHES) return { may: 'never', crashes: total(entry) };
      return entry.untilMs > nowMs ? { may: 'wait', forS: (entry.untilMs - nowMs) / 1000 } : { may: 'load' };
    },
    counts: () => new Map([...entries].map(([id, entry]) => [id, total(entry)])),
  };
}
