import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { ExpertId } from '../../compute/expert-file.ts';
import { scanExperts } from '../../compute/experts.ts';
import { commonAncestor, makeNest, type Parent, parentOf, weightsFile, writeChild } from '../../compute/merge/child.ts';
import { type Merged, type MergeJob, mergeSteps, PIECE_ELEMENTS, workOf } from '../../compute/merge/merge.ts';
import { type Plan, planMerge } from '../../compute/merge/plan.ts';
import { METHODS, type Method, needsAncestor, type Recipe } from '../../compute/merge/recipe.ts';
import { HeatmineError } from '../../core/errors.ts';
import { asTyped } from '../../core/words.ts';
import { numberOption, type Parsed, print, say } from '../command.ts';
import { runningPid } from '../preflight.ts';
import { progressBar } from './progress.ts';

const SHIPPED = join(import.meta.dirname, '../../../models');
const MOST_PARENTS = 16;
/** Density where the owner does not say: of TIES' authors a fifth, of DARE's half is on the careful side. */
const DENSITY: Partial<Record<Method, number>> = { ties: 0.2, dare: 0.5 };
/** Pieces measured for the estimate. */
const TRIAL_PIECES = 8;

const usage = (what: string): never => {
  throw new HeatmineError('USAGE', what);
};

/** One weight for each parent; equal ones that make 1 where none are given. */
function weightsFrom(given: string | undefined, method: Method, parents: number): number[] {
  if (given === undefined) return Array.from({ length: parents }, () => 1 / parents);
  const weights = given.split(',').map((text) => (text.trim() === '' ? Number.NaN : Number(text)));
  if (weights.length !== parents || !weights.every((w) => Number.isFinite(w) && Math.abs(w) <= 100))
    return usage(`--weight takes one number for each of the ${parents} parents: --weight 0.7,0.3`);
  const ratio = method === 'linear' || method === 'ties' || method === 'slerp';
  if (ratio && (weights.some((w) => w < 0) || weights.every((w) => w === 0)))
    return usage(`${method} takes weights of 0 and more, one at least above 0`);
  return weights;
}

function recipeFrom(values: Parsed['values'], parents: number): Recipe {
  const method = (values.method ?? 'linear') as Method;
  if (!METHODS.includes(method)) usage(`--method takes ${METHODS.join(', ')}`);
  if (method === 'slerp' && parents !== 2) usage('slerp takes two parents');
  const weights = weightsFrom(values.weight as string | undefined, method, parents);
  const density = numberOption(values.density, 'density', 0.001, 1);
  if (density !== undefined && DENSITY[method] === undefined) usage('--density is for ties and dare');
  const seed = numberOption(values.seed, 'seed', 0, 2 ** 31) ?? 1;
  return { method, weightsOf: () => weights, density: density ?? DENSITY[method] ?? 1, lambda: 1, seed };
}

/** Seconds, by decoding and encoding a few pieces in the format of the largest tensor. */
function estimateS(plan: Plan, recipe: Recipe): number {
  const { format } = plan.tensors.reduce((a, b) => (b.elements > a.elements ? b : a));
  const bytes = new Uint8Array((PIECE_ELEMENTS / format.blockElements) * format.blockBytes);
  const numbers = new Float32Array(PIECE_ELEMENTS);
  const startedMs = performance.now();
  for (let i = 0; i < TRIAL_PIECES; i++) {
    format.encode(numbers, bytes);
    format.decode(bytes, numbers);
  }
  const perNumberS = (performance.now() - startedMs) / 1000 / (TRIAL_PIECES * PIECE_ELEMENTS);
  return perNumberS * workOf(plan, recipe) * (plan.parents.length + (plan.ancestor ? 1 : 0));
}

async function runMerge(job: MergeJob, signal: AbortSignal): Promise<Merged> {
  const bar = progressBar(job.lineage.name);
  const { weightBytes } = job.plan.parents[0]!.info;
  const steps = mergeSteps(job);
  try {
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      bar.on(Math.round((step.value.done / step.value.total) * weightBytes), weightBytes);
      await breathe();
      signal.throwIfAborted();
    }
  } finally {
    steps.return?.(undefined as never);
    bar.end();
  }
}

function toldEstimate(plan: Plan, recipe: Recipe, id: string): void {
  const seconds = Math.max(1, Math.ceil(estimateS(plan, recipe)));
  const time = seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
  const { weightBytes } = plan.parents[0]!.info;
  const numbers = `${(plan.elements / 1e6).toFixed(1)} M numbers`;
  say(
    `${id}: ${numbers} of ${plan.parents.length} parents by ${recipe.method}, ${(weightBytes / 1e6).toFixed(1)} MB to write, about ${time}`,
  );
}

const howOf = (parents: readonly Parent[], { method, weightsOf, density, seed }: Recipe, ancestor?: string): string => {
  const shares = parents.map(({ id }, i) => `${id} ${weightsOf('')[i]}`).join(', ');
  const kept = DENSITY[method] === undefined ? '' : `, density ${density}`;
  const drawn = method === 'dare' ? `, seed ${seed}` : '';
  return `Merged by ${method}: ${shares}${kept}${drawn}${ancestor === undefined ? '' : `; ancestor ${ancestor}`}`;
};

/** `heatmine experts merge A B --out NAME`: two or more experts of one descent become one. */
export async function mergeExperts({ values, paths, json }: Parsed, ids: string[]): Promise<number> {
  if (ids.length < 2 || ids.length > MOST_PARENTS)
    usage(`merge which? 2 to ${MOST_PARENTS} experts: merge A B --out NAME`);
  const { data: id, error } = ExpertId.safeParse(values.out);
  if (id === undefined) usage(`--out takes the name of the new expert: ${error?.issues[0]?.message}`);
  const experts = scanExperts([SHIPPED, paths.models]);
  if (experts.some((e) => e.id === id)) usage(`there is an expert ${id} already; choose another --out`);
  const parents = ids.map((one) => parentOf(experts, one));
  const recipe = recipeFrom(values, parents.length);
  const named = (values.ancestor as string | undefined) ?? commonAncestor(experts, parents);
  const ancestor = needsAncestor(recipe.method) ? named : undefined;
  if (needsAncestor(recipe.method) && ancestor === undefined)
    usage(`${recipe.method} needs the expert that all of them were tuned from: --ancestor ID`);
  const ancestorFile = ancestor === undefined ? undefined : weightsFile(parentOf(experts, ancestor));
  const plan = planMerge(parents.map(weightsFile), ancestorFile);
  const stop = new AbortController();
  const interrupted = () => stop.abort(new HeatmineError('BUSY', 'stopped; nothing is left of it'));
  process.once('SIGINT', interrupted);
  try {
    toldEstimate(plan, recipe, id!);
    const how = howOf(parents, recipe, ancestor);
    const dir = makeNest(paths.models, id!, plan);
    const lineage = {
      name: id!,
      parents: ids,
      recipe: JSON.stringify({ ...recipe, weights: recipe.weightsOf(''), ancestor }),
    };
    const merging = runMerge({ plan, recipe, lineage, out: join(dir, `${id}.gguf`) }, stop.signal);
    const merged = await merging.catch((error) => {
      rmSync(dir, { recursive: true, force: true });
      throw error;
    });
    writeChild(dir, { id: id!, parents, how }, merged);
    const served = runningPid(paths) === undefined ? 'served from the next start' : 'served within seconds';
    const next = `its skill is not measured yet: ${asTyped(`experts eval ${id}`)}`;
    print(
      json
        ? JSON.stringify({ id, ...merged, parents: ids, ancestor, method: recipe.method })
        : `${id}: ${how}; ${served}; ${next}`,
    );
    return 0;
  } finally {
    process.off('SIGINT', interrupted);
    plan.close();
  }
}
