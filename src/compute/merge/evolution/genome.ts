import type { Random } from '../../../core/random.ts';
import { METHODS, type Method, needsAncestor, type Recipe } from '../recipe.ts';

/** A recipe that can be changed a little: weights by groups of layers. Plain JSON, kept over restarts. Pure. */
export interface Genome {
  method: Method;
  /** [group][parent]; group 0 is what belongs to no layer, the others are layers from the first to the last. */
  weights: number[][];
  density: number;
  seed: number;
  /** Mean step of its children's weights: inherited and changed itself. */
  step: number;
}

const LAYER_GROUPS = 4;
const FIRST_STEP = 0.15;
const STEP_RANGE = [0.02, 0.4] as const;
const STEP_CHANGE = 0.3;
const OTHER_METHOD = 0.1;
const CROSSED = 0.3;
/** Weights of `task` and `dare` may push away from a parent or beyond it; the others are ratios. */
const FREE_RANGE = [-0.5, 1.5] as const;
const RATIO_RANGE = [0.001, 1] as const;
const DENSITY_RANGE = [0.1, 1] as const;

const within = (x: number, [low, high]: readonly [number, number]) => Math.max(low, Math.min(high, x));

/** Normal, by Box and Muller. */
const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Of the tensor of a model with so many layers. */
export function groupOf(tensor: string, layers: number): number {
  const layer = /^blk\.(\d+)\./.exec(tensor)?.[1];
  if (layer === undefined || layers < 1) return 0;
  const groups = Math.min(LAYER_GROUPS, layers);
  return 1 + Math.min(groups - 1, Math.floor((Number(layer) * groups) / layers));
}

export const groupsOf = (layers: number): number => 1 + Math.min(LAYER_GROUPS, layers);

export function recipeOf(genome: Genome, layers: number): Recipe {
  const { method, density, seed } = genome;
  const range = method === 'task' || method === 'dare' ? FREE_RANGE : RATIO_RANGE;
  const weights = genome.weights.map((group) => group.map((w) => within(w, range)));
  return { method, density, seed, lambda: 1, weightsOf: (tensor) => weights[groupOf(tensor, layers)]! };
}

/** The first ones are what the authors of the methods recommend, evenly over all layers. */
export function firstGenomes(groups: number, hasAncestor: boolean): Genome[] {
  const even = (method: Method, a: number, b: number, density = 1): Genome => ({
    ...{ method, density, seed: 1, step: FIRST_STEP },
    weights: Array.from({ length: groups }, () => [a, b]),
  });
  const plain = [even('linear', 0.5, 0.5), even('slerp', 0.5, 0.5), even('linear', 0.8, 0.2)];
  if (!hasAncestor) return [...plain, even('slerp', 0.8, 0.2)];
  const since = [
    even('task', 0.7, 0.7),
    even('task', 0.9, 0.2),
    even('ties', 0.5, 0.5, 0.5),
    even('dare', 0.6, 0.6, 0.8),
  ];
  return [...plain, ...since];
}

/** A child of one or two of them. */
export function bred(mother: Genome, father: Genome, hasAncestor: boolean, random: Random): Genome {
  const crossed = random() < CROSSED;
  const step = within(mother.step * Math.exp(STEP_CHANGE * normal(random)), STEP_RANGE);
  const weights = mother.weights.map((group, g) => {
    // A group of layers is inherited whole.
    const from = crossed && random() < 0.5 ? father.weights[g]! : group;
    return from.map((w) => within(w + step * normal(random), FREE_RANGE));
  });
  const methods = METHODS.filter((m) => hasAncestor || !needsAncestor(m));
  const method = random() < OTHER_METHOD ? methods[Math.floor(random() * methods.length)]! : mother.method;
  const density = within(mother.density + step * normal(random), DENSITY_RANGE);
  return { method, weights, density, seed: Math.floor(random() * 2 ** 31), step };
}
