import type { Random } from '../../../core/random.ts';
import { type FoundExpert, fillerLines } from '../../experts.ts';
import { commonAncestor, type Parent, parentOf, weightsFile } from '../child.ts';
import { planMerge } from '../plan.ts';
import { groupsOf } from './genome.ts';
import { linesOf } from './lines.ts';
import { demandOf, drawnBy, type Founding } from './litter.ts';

/** Larger ones are merged by hand: each child is a whole file to write and to load. */
const MOST_BYTES = 512 * 2 ** 20;
/** Lines of each set without which nothing can be told. */
const LEAST_LINES = 20;
const MOST_LINES = 96;

/** Those asked most: their lines are read to see whether there are enough. */
const MOST_CONSIDERED = 32;

export interface Pair {
  parents: readonly [Parent, Parent];
  ancestor: Parent | undefined;
}

/** Of one set, those that this parent is asked with: a child's file holds its parents' lines as well. */
export function ownLines(parent: Parent, set: Parameters<typeof linesOf>[1]): string[] {
  const { prefix } = parent.fact.prompt;
  const asked = fillerLines(parent.found).filter((line) => line.startsWith(prefix) && line.includes('\n'));
  return linesOf(asked, set).slice(0, MOST_LINES);
}

const canBreed = ({ fact, unsound }: FoundExpert): boolean =>
  unsound === undefined && fact?.engine === 'llama' && fact.sizeBytes <= MOST_BYTES;

/** The ancestor fits too, or there is none. */
function pairOf(experts: readonly FoundExpert[], lead: Parent, mate: Parent): Pair | undefined {
  const parents = [lead, mate] as const;
  const shared = commonAncestor(experts, parents);
  const ancestor = shared === undefined ? undefined : parentOf(experts, shared);
  for (const tried of ancestor ? [ancestor, undefined] : [undefined]) {
    try {
      planMerge(parents.map(weightsFile), tried && weightsFile(tried)).close();
      return { parents, ancestor: tried };
    } catch {
      // Not of one kind.
    }
  }
  return undefined;
}

/** Two experts, drawn by demand; undefined where no two can be merged and judged. */
export function foundPair(
  experts: readonly FoundExpert[],
  demandShare: (id: string) => number,
  random: Random,
): Pair | undefined {
  const byDemand = experts.filter(canBreed).sort((a, b) => demandShare(b.id) - demandShare(a.id));
  const able = byDemand
    .slice(0, MOST_CONSIDERED)
    .map(({ id }) => parentOf(experts, id))
    .filter((p) => (['search', 'gate', 'report'] as const).every((set) => ownLines(p, set).length >= LEAST_LINES));
  const share = ({ id }: Parent) => demandShare(id);
  const lead = drawnBy(able, share, random);
  if (!lead) return undefined;
  const others = able.filter((p) => p !== lead);
  while (others.length > 0) {
    const mate = drawnBy(others, share, random)!;
    const pair = pairOf(experts, lead, mate);
    if (pair) return pair;
    others.splice(others.indexOf(mate), 1);
  }
  return undefined;
}

/** The same two as when the litter began; undefined when one has gone or changed. */
export function pairAgain(experts: readonly FoundExpert[], litter: Founding): Pair | undefined {
  try {
    const [lead, mate] = litter.parents.map((id) => parentOf(experts, id)) as [Parent, Parent];
    const ancestor = litter.ancestor === undefined ? undefined : parentOf(experts, litter.ancestor);
    const pair = { parents: [lead, mate] as const, ancestor };
    return weightsOf(pair).join() === litter.weights.join() ? pair : undefined;
  } catch {
    return undefined;
  }
}

const weightsOf = ({ parents, ancestor }: Pair) =>
  [...parents, ...(ancestor ? [ancestor] : [])].map(({ fact }) => fact.sha256);

export function foundingOf(pair: Pair, demandShare: (id: string) => number, seed: number): Founding {
  const [lead, mate] = pair.parents;
  const layers = lead.found.info?.sizes.layers ?? 0;
  return {
    ...{ parents: [lead.id, mate.id], weights: weightsOf(pair), ancestor: pair.ancestor?.id },
    demand: demandOf([demandShare(lead.id), demandShare(mate.id)]),
    ...{ layers, groups: groupsOf(layers), seed },
  };
}
