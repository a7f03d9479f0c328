/**
 * Which expert a node should fetch, and which make room for it. Pure. One is worth the payers who want it, shared among
 * the nodes that have it already; a change must pay for itself, so that small movements move nothing.
 */
export interface KeepFact {
  id: string;
  /** For people. */
  name: string;
  sizeBytes: number;
  /** Payers, of `demandOf`. */
  demand: number;
  /** Other nodes that give it. */
  givers: number;
  /** Hours since it came here; undefined where it is not here. */
  hereH?: number;
  /** Questions for nodes that have it, seen lately: breaks ties only. */
  lookups: number;
}

export interface KeepInput {
  experts: readonly KeepFact[];
  diskBytes: number;
}

export interface KeepDecision {
  fetch?: { id: string; reason: string };
  remove: { id: string; reason: string }[];
}

/** Fewer payers than this are no demand: somebody who tries, or its maker. */
export const LEAST_PAYERS = 2;
/**
 * A newcomer must be worth so many times what makes room for it. Within that band it is history, not demand, that decides who has
 * what: a wider one spares downloads, and lets whoever moves demand a little move more than its part.
 */
const BETTER = 1.2;
/** What came stays so long. */
const STAYS_H = 24;

/**
 * So that an expert ends up on a number of nodes that grows with the square root of its demand: the spread with the
 * shortest search (Cohen and Shenker, "Replication strategies in unstructured peer-to-peer networks", 2002).
 */
const worth = ({ demand, givers }: KeepFact) => demand / (1 + givers) ** 2;
const payers = (n: number) => `${Math.round(n * 10) / 10} paying askers`;

export function decideKeep({ experts, diskBytes }: KeepInput): KeepDecision {
  const here = experts.filter(({ hereH }) => hereH !== undefined);
  const byDensity = (a: KeepFact, b: KeepFact) =>
    worth(b) / b.sizeBytes - worth(a) / a.sizeBytes || b.lookups - a.lookups || (a.id < b.id ? -1 : 1);
  const wanted = experts
    .filter(({ hereH, demand, sizeBytes }) => hereH === undefined && demand >= LEAST_PAYERS && sizeBytes <= diskBytes)
    .sort(byDensity);
  const usedBytes = here.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const idle = here.filter(({ hereH }) => hereH! >= STAYS_H).sort((a, b) => byDensity(b, a));
  for (const one of wanted) {
    const remove: KeepFact[] = [];
    let freeBytes = diskBytes - usedBytes;
    for (const victim of idle) {
      if (freeBytes >= one.sizeBytes) break;
      remove.push(victim);
      freeBytes += victim.sizeBytes;
    }
    const lost = remove.reduce((sum, victim) => sum + worth(victim), 0);
    if (freeBytes < one.sizeBytes || worth(one) <= BETTER * lost) continue;
    const reason = `${payers(one.demand)} want ${one.name}, ${one.givers} other nodes have it`;
    return {
      fetch: { id: one.id, reason },
      remove: remove.map(({ id, name, demand }) => ({
        id,
        reason: `${name} (${payers(demand)}) makes room: ${reason}`,
      })),
    };
  }
  return { remove: [] };
}
