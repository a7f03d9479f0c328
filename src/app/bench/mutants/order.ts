import { covers } from './coverage.ts';
import type { Case } from './messages.ts';
import type { Mutant } from './sites.ts';

/** Which cases a mutant meets, and in which order: those that run its place, soonest those that kill much in little time. */
export interface Order {
  of(mutant: Mutant): Case[];
  /** What is learnt: this case, before a mutant of this file. */
  learn(tried: Case, file: string, passed: boolean): void;
}

/** Nobody knows a case that has not been tried: it counts as one that kills now and then. */
const PRIOR_KILLS = 0.3;
const PRIOR_TRIES = 1;
/** Between two cases lies at least this, ms. */
const EACH_MS = 5;
/** A case that runs no place at which a constant is used may still read it elsewhere. */
const FAR = 30;

export function openOrder(cases: readonly Case[]): Order {
  const counts = new Map<string, { kills: number; tries: number }>();
  const keyOf = (c: Case, file: string) => `${c.file} ${c.at} ${file}`;
  const costOf = (c: Case, { file, places }: Mutant): number => {
    const { kills, tries } = counts.get(keyOf(c, file)) ?? { kills: 0, tries: 0 };
    const share = (kills + PRIOR_KILLS) / (tries + PRIOR_TRIES);
    const far = places.some((place) => covers(c.coverage, file, place)) ? 1 : FAR;
    return ((c.ms + EACH_MS) * far) / share;
  };
  return {
    of(mutant) {
      const able = mutant.everywhere ? [...cases] : cases.filter((c) => covers(c.coverage, mutant.file, mutant.start));
      return able
        .map((c) => ({ c, cost: costOf(c, mutant) }))
        .sort((a, b) => a.cost - b.cost)
        .map(({ c }) => c);
    },
    learn(tried, file, passed) {
      const key = keyOf(tried, file);
      const { kills, tries } = counts.get(key) ?? { kills: 0, tries: 0 };
      counts.set(key, { kills: kills + (passed ? 0 : 1), tries: tries + 1 });
    },
  };
}
