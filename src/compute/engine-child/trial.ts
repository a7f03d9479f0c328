import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HeatmineError } from '../../core/errors.ts';
import type { Engine, LoadedModel, ModelSpec } from '../engine.ts';
import { EngineLost } from './failures.ts';
import type { EngineHost } from './host.ts';

/**
 * Weights from elsewhere are first loaded and asked in a process of their own: what ends native code ends that one, and
 * nobody who is being answered notices. What came through is remembered beside the experts, by its hash.
 */
const TRIED_FILE = '.tried.json';
const MOST_REMEMBERED = 1000;
/** Starting the process, and then by size: a slow card, a busy board. */
const LEAST_LIMIT_MS = 20_000;
const SLOWEST_BYTES_PER_S = 5e6;
const WORDS = 'The pump stands still, 12 °C: why? ';

export interface TrialParts {
  engine: Engine;
  /** A process for one trial. */
  openHost(): Pick<EngineHost, 'engine' | 'close'>;
  /** Hashes of weights that need none: those that ship. */
  trusted: ReadonlySet<string>;
  /** Where it is remembered. */
  dir: string;
}

export function triedFirst({ engine, openHost, trusted, dir }: TrialParts): Engine {
  const sound = new Set(remembered(dir));
  return {
    ...engine,
    async load(spec, signal) {
      const key = `${spec.sha256} ${spec.contextTokens}`;
      if (spec.sha256 !== undefined && !trusted.has(spec.sha256) && !sound.has(key)) {
        await tryOut(openHost(), engine.name, spec, signal);
        sound.add(key);
        remember(dir, sound);
      }
      return engine.load(spec, signal);
    },
  };
}

/** @throws HeatmineError MODEL_INVALID where it ended the process or never came to an end; else what the load throws. */
async function tryOut(
  host: ReturnType<TrialParts['openHost']>,
  name: Engine['name'],
  spec: ModelSpec,
  signal: AbortSignal | undefined,
): Promise<void> {
  const limitMs = Math.round(LEAST_LIMIT_MS + (1000 * spec.sizeBytes) / SLOWEST_BYTES_PER_S);
  const late = AbortSignal.timeout(limitMs);
  const either = signal ? AbortSignal.any([signal, late]) : late;
  try {
    await asked(await host.engine(name as 'llama').load(spec, either), spec, either);
  } catch (error) {
    signal?.throwIfAborted();
    const lost = error instanceof EngineLost;
    if (!lost && !late.aborted) throw error;
    const what = lost ? 'ended the process' : `came to no end within ${(limitMs / 1000).toFixed(0)} s`;
    const text = `${spec.id}: its weights ${what} when they were tried alone: kept out until they change`;
    throw new HeatmineError('MODEL_INVALID', text, { cause: error });
  } finally {
    await host.close();
  }
}

/** All that askers can have of it, two at once. What it refuses it will refuse them as well. */
async function asked(model: LoadedModel, { width, contextTokens }: ModelSpec, signal: AbortSignal): Promise<void> {
  const prompt = WORDS.repeat(Math.max(1, Math.min(4, contextTokens >> 7)));
  const answer = async () => {
    const said = model.generate({ prompt, maxTokens: 2, temperature: 0, stop: [] }, signal);
    for (let step = await said.next(); !step.done; ) step = await said.next();
  };
  const each = [...Array.from({ length: Math.min(2, width) }, answer)];
  for (const { reason } of (await Promise.allSettled(each)).filter((one) => one.status === 'rejected'))
    throwIfEnded(reason, signal);
  await model.embed?.(['a pump'], signal).catch((error) => throwIfEnded(error, signal));
}

function throwIfEnded(error: unknown, signal: AbortSignal): void {
  if (error instanceof EngineLost || signal.aborted) throw error;
}

function remembered(dir: string): string[] {
  try {
    return z
      .array(z.string().max(200))
      .max(MOST_REMEMBERED)
      .parse(JSON.parse(readFileSync(join(dir, TRIED_FILE), 'utf8')));
  } catch {
    return [];
  }
}

/** Where it cannot be written, the next start tries again. */
function remember(dir: string, sound: ReadonlySet<string>): void {
  try {
    mkdirSync(dir, { recursive: true });
    const file = join(dir, TRIED_FILE);
    writeFileSync(`${file}.new`, JSON.stringify([...sound].slice(-MOST_REMEMBERED)), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // Only time is lost.
  }
}
