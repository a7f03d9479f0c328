import type { Clock } from '../../../core/clock.ts';
import { HeatmineError } from '../../../core/errors.ts';
import type { Engine, LoadedModel } from '../../engine.ts';
import type { Spent } from '../../scheduler/power.ts';
import { weightsFile } from '../child.ts';
import { type Merged, mergeSteps } from '../merge.ts';
import { planMerge } from '../plan.ts';
import { type Genome, recipeOf } from './genome.ts';
import type { LineScore } from './judge.ts';
import type { Pair } from './pair.ts';

/** The caller may pause between any two slices for as long as it likes. */
export type Slices<R> = AsyncGenerator<Spent, R>;

/** Blamed in the engine's log where a child crashes it. */
const TRIAL_ID = 'evolution';

/** Makes the child of a genome at `out`, piece by piece. */
export async function* mergedTo(out: string, pair: Pair, genome: Genome, layers: number, name: string): Slices<Merged> {
  const { parents, ancestor } = pair;
  const plan = planMerge(parents.map(weightsFile), ancestor && weightsFile(ancestor));
  const lineage = { name, parents: parents.map(({ id }) => id), recipe: JSON.stringify(genome) };
  const steps = mergeSteps({ plan, recipe: recipeOf(genome, layers), lineage, out });
  try {
    for (;;) {
      const started = process.cpuUsage();
      const step = steps.next();
      const { user, system } = process.cpuUsage(started);
      if (step.done) return step.value;
      yield { tokens: 0, cpuMs: (user + system) / 1000 };
    }
  } finally {
    steps.return(undefined as never);
    plan.close();
  }
}

export interface Bench {
  engine: Engine;
  clock: Clock;
  /** Of the slice that is being worked on. */
  signal(): AbortSignal;
}

/** Scores lines with the weights of a file, one slice a line; a load or a line that had to give way is begun anew. */
export async function* scoresOf(
  { engine, clock, signal }: Bench,
  file: { path: string; sizeBytes: number; contextTokens: number },
  lines: readonly { text: string }[],
  every: number,
): Slices<LineScore[]> {
  const { path, sizeBytes, contextTokens } = file;
  const spec = { id: TRIAL_ID, file: path, contextTokens, width: 1, sizeBytes };
  const scores: LineScore[] = [];
  let model: LoadedModel | undefined;
  try {
    while (!model) {
      const now = signal();
      const startedMs = clock.monoMs();
      model = await engine.load(spec, now).catch((error) => {
        if (!now.aborted) throw error;
        return undefined;
      });
      // How much of a load is processor time is not known: all of it, on the careful side.
      yield { tokens: 0, cpuMs: clock.monoMs() - startedMs };
    }
    while (scores.length < lines.length) {
      const now = signal();
      try {
        const { tokens, cpuMs, logLikelihood, right } = await model.score!(lines[scores.length]!.text, now, { every });
        scores.push({ nats: logLikelihood, right: right === true });
        yield { tokens, cpuMs: cpuMs ?? 0 };
      } catch (error) {
        if (error instanceof HeatmineError && error.code === 'CONTEXT_LENGTH') scores.push({ nats: 0, right: false });
        else if (!now.aborted) throw error;
        yield { tokens: 0, cpuMs: 0 };
      }
    }
    return scores;
  } finally {
    await model?.unload().catch(() => undefined);
  }
}
