import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { HeatmineError } from '../../core/errors.ts';
import { openGguf } from '../gguf.ts';
import { headerOf, type Lineage, padded } from './header.ts';
import type { Place, Plan, PlannedTensor } from './plan.ts';
import { arcOf, type Known, mergePiece, needsAncestor, type Piece, type Recipe } from './recipe.ts';
import { findThreshold } from './threshold.ts';

/** Numbers of one piece: a few milliseconds each, and a few megabytes in memory whatever the model. Whole blocks of any format. */
export const PIECE_ELEMENTS = 65_536;

export interface MergeJob {
  plan: Plan;
  recipe: Recipe;
  lineage: Lineage;
  /** The file that comes to be; it is there whole or not at all. */
  out: string;
}

/** Numbers looked at so far, over all passes, and in the end. */
export interface Progress {
  done: number;
  total: number;
}

export interface Merged {
  sha256: string;
  sizeBytes: number;
}

/** Passes over the numbers of a tensor. */
const PASSES: Readonly<Record<Recipe['method'], number>> = { linear: 1, task: 1, dare: 1, slerp: 2, ties: 3 };

export const workOf = ({ elements }: Plan, { method }: Recipe): number => elements * PASSES[method];

/**
 * Merges piece by piece: between two of them the caller may pause as long as it likes, or leave (`return`), and nothing is
 * left over. The same job gives the same bytes, wherever it pauses. @throws HeatmineError MODEL_INVALID
 */
export function* mergeSteps({ plan, recipe, lineage, out }: MergeJob): Generator<Progress, Merged> {
  if (needsAncestor(recipe.method) && !plan.ancestor)
    throw new HeatmineError('USAGE', `${recipe.method} needs the common ancestor of all`);
  const part = `${out}.part`;
  const handle = openSync(part, 'w', 0o600);
  const hash = createHash('sha256');
  const total = workOf(plan, recipe);
  let done = 0;
  let sizeBytes = 0;
  const write = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    hash.update(bytes);
    sizeBytes += bytes.length;
  };
  try {
    write(headerOf(plan, lineage));
    const { alignment } = plan.parents[0]!;
    for (const tensor of plan.tensors) {
      for (const step of tensorSteps(tensor, recipe, write)) {
        done += step;
        yield { done, total };
      }
      write(new Uint8Array(padded(tensor.bytes, alignment) - tensor.bytes));
    }
    fsyncSync(handle);
    openGguf(part).close();
    renameSync(part, out);
    return { sha256: hash.digest('hex'), sizeBytes };
  } finally {
    closeSync(handle);
    rmSync(part, { force: true });
  }
}

/** Yields the numbers of each piece that it has looked at. */
function* tensorSteps(tensor: PlannedTensor, recipe: Recipe, write: (bytes: Uint8Array) => void): Generator<number> {
  const known = yield* lookedAt(tensor, recipe);
  const { format } = tensor;
  for (const piece of piecesOf(tensor)) {
    const merged = new Float32Array(piece.parents[0]!.length);
    mergePiece(recipe, tensor.name, piece, known, merged);
    if (!merged.every((x) => Math.abs(x) <= format.most))
      throw new HeatmineError(
        'MODEL_INVALID',
        `${tensor.name}: a merged number does not fit into ${format.name}: choose smaller weights`,
      );
    const bytes = new Uint8Array((merged.length / format.blockElements) * format.blockBytes);
    format.encode(merged, bytes);
    write(bytes);
    yield merged.length;
  }
}

/** What the method must know of the whole tensor before it can merge the first number. */
function* lookedAt(tensor: PlannedTensor, recipe: Recipe): Generator<number, Known> {
  if (recipe.method === 'slerp') {
    let dot = 0;
    const squares: [number, number] = [0, 0];
    for (const { parents } of piecesOf(tensor)) {
      const [a, b] = [parents[0]!, parents[1]!];
      for (let i = 0; i < a.length; i++) {
        dot += a[i]! * b[i]!;
        squares[0] += a[i]! * a[i]!;
        squares[1] += b[i]! * b[i]!;
      }
      yield a.length;
    }
    return { arc: arcOf(recipe.weightsOf(tensor.name), dot, squares) };
  }
  if (recipe.method !== 'ties') return {};
  const kept = Math.max(1, Math.round(recipe.density * tensor.elements));
  const finders = tensor.parents.map(() => findThreshold(kept));
  for (const pass of ['upper', 'lower']) {
    if (pass === 'lower') for (const finder of finders) finder.turn();
    for (const { parents, ancestor } of piecesOf(tensor)) {
      for (const [p, finder] of finders.entries()) finder.count(parents[p]!.map((x, i) => x - ancestor![i]!));
      yield ancestor!.length;
    }
  }
  return { thresholds: finders.map((finder) => finder.threshold()) };
}

function* piecesOf({ name, elements, parents, ancestor }: PlannedTensor): Generator<Piece> {
  for (let at = 0; at < elements; at += PIECE_ELEMENTS) {
    const length = Math.min(PIECE_ELEMENTS, elements - at);
    const read = (place: Place) => numbersOf(place, name, at, length);
    yield { at, parents: parents.map(read), ancestor: ancestor && read(ancestor) };
  }
}

function numbersOf({ gguf, format, at: dataAt }: Place, name: string, at: number, length: number): Float32Array {
  const { blockElements, blockBytes } = format;
  const wanted = (length / blockElements) * blockBytes;
  const bytes = gguf.read(dataAt + (at / blockElements) * blockBytes, wanted);
  if (bytes.length < wanted) throw new HeatmineError('MODEL_INVALID', `${gguf.file}: the file ends inside ${name}`);
  const numbers = new Float32Array(length);
  format.decode(bytes, numbers);
  const odd = numbers.findIndex((x) => !Number.isFinite(x));
  if (odd >= 0)
    throw new HeatmineError('MODEL_INVALID', `${gguf.file}: number ${at + odd} of ${name} is ${numbers[odd]}`);
  return numbers;
}
