/** How experts become one. Pure: weights, and what the methods make of one number of each. */

/**
 * `linear`: weighted mean. `task`: ancestor + weighted differences (Ilharco et al. 2023, arXiv:2212.04089). `ties`: of each
 * difference the greatest part is kept, the sign that weighs more is elected, those that agree are averaged (Yadav et al.
 * 2023, arXiv:2306.01708). `dare`: of each difference numbers drawn by chance are kept and scaled up, then as `task` (Yu et
 * al. 2023, arXiv:2311.03099). `slerp`: along the arc between two (Shoemake 1985).
 */
export const METHODS = ['linear', 'task', 'ties', 'dare', 'slerp'] as const;
export type Method = (typeof METHODS)[number];
/** They work on what was learnt since a common ancestor. */
export const needsAncestor = (method: Method): boolean => method === 'task' || method === 'ties' || method === 'dare';

export interface Recipe {
  method: Method;
  /**
   * One for each parent, by tensor. `linear`, `ties` and `slerp` look at their ratio; `task` and `dare` take them as they are.
   */
  weightsOf(tensor: string): readonly number[];
  /** Part of each difference that is kept, (0, 1]; of `ties` and `dare`. */
  density: number;
  /** How far `ties` goes from the ancestor along the merged difference. */
  lambda: number;
  /** Of the chance in `dare`. */
  seed: number;
}

/** Of a tensor: what its numbers cannot be merged without, found in passes over them before. */
export interface Known {
  /** Least size of a difference that is kept, one for each parent; of `ties`. */
  thresholds?: readonly number[];
  /** Of `slerp`. */
  arc?: readonly [number, number];
}

/** One piece of a tensor; `ancestor` where the method needs one. `at` is the place of its first number in the tensor. */
export interface Piece {
  at: number;
  parents: readonly Float32Array[];
  ancestor: Float32Array | undefined;
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

interface Merging {
  recipe: Recipe;
  tensor: string;
  weights: readonly number[];
  piece: Piece;
  known: Known;
  out: Float32Array;
}

const BY_METHOD: Readonly<Record<Method, (merging: Merging) => void>> = {
  linear: (m) => mix(m, m.weights.map(partOf(m.weights))),
  slerp: (m) => mix(m, m.known.arc!),
  task: (m) => shift(m, () => 1),
  ties: electSigns,
  dare(m) {
    const { density, seed } = m.recipe;
    const own = seedOf(seed, m.tensor);
    shift(m, (parent, place) => (chance(own, parent, m.piece.at + place) < density ? 1 / density : 0));
  },
};

export function mergePiece(recipe: Recipe, tensor: string, piece: Piece, known: Known, out: Float32Array): void {
  BY_METHOD[recipe.method]({ recipe, tensor, weights: recipe.weightsOf(tensor), piece, known, out });
}

function partOf(weights: readonly number[]): (weight: number) => number {
  const all = sum(weights);
  return (weight) => weight / all;
}

function mix({ piece: { parents }, out }: Merging, weights: readonly number[]): void {
  for (let i = 0; i < out.length; i++) {
    let value = 0;
    for (let p = 0; p < parents.length; p++) value += weights[p]! * parents[p]![i]!;
    out[i] = value;
  }
}

/** Ancestor plus weighted differences, each times what `factor` says for it. */
function shift({ piece, weights, out }: Merging, factor: (parent: number, place: number) => number): void {
  const { parents } = piece;
  const ancestor = piece.ancestor!;
  for (let i = 0; i < out.length; i++) {
    let value = 0;
    for (let p = 0; p < parents.length; p++) value += weights[p]! * factor(p, i) * (parents[p]![i]! - ancestor[i]!);
    out[i] = ancestor[i]! + value;
  }
}

function electSigns({ recipe, weights, piece: { parents, ancestor }, known, out }: Merging): void {
  const count = parents.length;
  const kept = new Float64Array(count);
  for (let i = 0; i < out.length; i++) {
    let elected = 0;
    for (let p = 0; p < count; p++) {
      const difference = Math.fround(parents[p]![i]! - ancestor![i]!);
      kept[p] = Math.abs(difference) >= known.thresholds![p]! ? difference : 0;
      elected += weights[p]! * kept[p]!;
    }
    let value = 0;
    let weight = 0;
    for (let p = 0; p < count; p++) {
      if (kept[p]! * elected <= 0) continue;
      value += weights[p]! * kept[p]!;
      weight += weights[p]!;
    }
    out[i] = ancestor![i]! + (weight > 0 ? (recipe.lambda * value) / weight : 0);
  }
}

/** Beyond this the two point the same way, and the straight line is the arc. */
const PARALLEL = 0.9995;

/** Factors of the two ends for `slerp`, from the product of both and their squares. */
export function arcOf(weights: readonly number[], dot: number, squares: readonly [number, number]): [number, number] {
  const part = weights[1]! / sum(weights);
  const length = Math.sqrt(squares[0] * squares[1]);
  const cosine = length > 0 ? Math.max(-1, Math.min(1, dot / length)) : 1;
  // Opposite ends have no arc of their own either.
  if (Math.abs(cosine) > PARALLEL) return [1 - part, part];
  const angle = Math.acos(cosine);
  return [Math.sin((1 - part) * angle) / Math.sin(angle), Math.sin(part * angle) / Math.sin(angle)];
}

/** FNV-1a over the name, so that every tensor has its own chance. */
function seedOf(seed: number, tensor: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < tensor.length; i++) hash = Math.imul(hash ^ tensor.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** In [0, 1), of parent and place alone, so that it does not depend on the pieces: two rounds of murmur3's finaliser. */
function chance(seed: number, parent: number, place: number): number {
  let h = (seed ^ Math.imul(parent + 1, 0x9e3779b1)) >>> 0;
  h = mixedBits(h ^ Math.floor(place / 2 ** 32) ^ 0x5bd1e995);
  h = mixedBits(h ^ (place >>> 0));
  return (h >>> 0) / 2 ** 32;
}

function mixedBits(bits: number): number {
  let h = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
