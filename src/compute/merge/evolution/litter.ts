import { type Random, seededRandom } from '../../../core/random.ts';
import { bred, firstGenomes, type Genome } from './genome.ts';

/**
 * One search: children of two experts, by (mu + lambda) selection over generations. Plain JSON, pure: chance comes from
 * seed, generation and place, so a litter that was cut short goes on as if nothing had been. Recipes searched for by
 * evolution: Akiba et al. 2024, arXiv:2403.13187.
 */
export interface Litter {
  parents: [string, string];
  /** SHA-256 of the weights of both, then of the ancestor: others are another litter. */
  weights: string[];
  ancestor?: string | undefined;
  /** Shares of demand of the parents when it began; they sum to 1. */
  demand: [number, number];
  layers: number;
  groups: number;
  seed: number;
  generation: number;
  /** Scored, best first, no more than MU of earlier generations. */
  scored: Scored[];
  /** To be scored in this generation. */
  waiting: Genome[];
}

export interface Scored {
  genome: Genome;
  /** On the search lines, by demand: part that is right, and a little for likelihood. */
  fitness: number;
}

export const MU = 4;
export const LAMBDA = 6;
export const GENERATIONS = 10;

export type Founding = Omit<Litter, 'generation' | 'scored' | 'waiting'>;

export const begun = (founding: Founding): Litter => ({
  ...founding,
  generation: 1,
  scored: [],
  waiting: firstGenomes(founding.groups, founding.ancestor !== undefined),
});

/** The first that waits has been scored. After the last of a generation the next is bred, after the last generation none. */
export function scored(litter: Litter, fitness: number, generations = GENERATIONS): Litter {
  const [genome, ...waiting] = litter.waiting;
  const all = [...litter.scored, { genome: genome!, fitness }].sort((a, b) => b.fitness - a.fitness);
  if (waiting.length > 0) return { ...litter, scored: all, waiting };
  const best = all.slice(0, MU);
  if (litter.generation >= generations) return { ...litter, scored: best, waiting };
  const generation = litter.generation + 1;
  return { ...litter, generation, scored: best, waiting: nextOf(litter, best, generation) };
}

function nextOf({ seed, ancestor }: Litter, best: readonly Scored[], generation: number): Genome[] {
  const random = seededRandom(seed + generation * 7919);
  const drawn = () => best[Math.floor(random() ** 2 * best.length)]!.genome;
  return Array.from({ length: LAMBDA }, () => bred(drawn(), drawn(), ancestor !== undefined, random));
}

/** One of them, by weight; a little for those without any. */
export function drawnBy<T>(all: readonly T[], weightOf: (one: T) => number, random: Random): T | undefined {
  const weights = all.map((one) => weightOf(one) + FLOOR);
  let left = random() * weights.reduce((sum, w) => sum + w, 0);
  return all.find((_, i) => {
    left -= weights[i]!;
    return left < 0;
  });
}

/** Part of demand that nobody asked for: what is new must be tried once. */
const FLOOR = 0.05;

export function demandOf(shares: readonly [number, number]): [number, number] {
  const [a, b] = [shares[0] + FLOOR, shares[1] + FLOOR];
  return [a / (a + b), b / (a + b)];
}
