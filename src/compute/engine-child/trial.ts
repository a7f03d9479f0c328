import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HeatmineError } from '../../core/errors.ts';
import type { Engine, LoadedModel, ModelSpec } from '../engine.ts';
import { Refusal } from '../refusal.ts';
import { EngineLost } from './failures.ts';
import type { Trial } from './pool.ts';

/**
 * Weights from elsewhere are first loaded and asked in a process of their own: what ends native code ends that one, and
 * nobody who is being answered notices. What came through is remembered beside the experts, by its hash.
 */
const TRIED_FILE = '.tried.json';
const MOST_REMEMBERED = 1000;
/** Starting the process; by size comes to it: a slow card. A busy board may be too slow once. */
export const TRIAL_LIMIT_MS = 20_000;
const MOST_LATE = 2;
const RETRY_S = 30;
const SLOWEST_BYTES_PER_S = 5e6;
const WORDS = 'The pump stands still, 12 °C: why? ';

export interface TrialParts {
  engine: Engine;
  /** A process for one trial. */
  openHost(): Trial;
  /** Hashes of weights that need none: those that ship. */
  trusted: ReadonlySet<string>;
  /** Where it is remembered. */
  dir: string;
  limitMs: number;
}

export function triedFirst({ engine, openHost, trusted, dir, limitMs }: TrialParts): Engine {
  const sound = new Set(remembered(dir));
  const late = new Map<string, number>();
  /** Past its time: once it may have been the board. */
  const lateness = (key: string, id: string): HeatmineError => {
    const times = (late.get(key) ?? 0) + 1;
    late.set(key, times);
    const text = `${id}: its weights came to no end when they were tried alone`;
    return times < MOST_LATE ? new Refusal('BUSY', `${text}; tried again`, RETRY_S) : keptOut(text);
  };
  return {
    ...engine,
    async load(spec, signal) {
      const key = `${spec.sha256} ${spec.contextTokens}`;
      if (spec.sha256 !== undefined && !trusted.has(spec.sha256) && !sound.has(key)) {
        const mostMs = Math.round(limitMs + (1000 * spec.sizeBytes) / SLOWEST_BYTES_PER_S);
        const limit = AbortSignal.timeout(mostMs);
        await tryOut(openHost(), engine.name, spec, signal ? AbortSignal.any([signal, limit]) : limit).catch(
          (error) => {
            signal?.throwIfAborted();
            throw limit.aborted ? lateness(key, spec.id) : error;
          },
        );
        sound.add(key);
        remember(dir, sound);
      }
      return engine.load(spec, signal);
    },
  };
}

const keptOut = (text: string): HeatmineError =>
  new HeatmineError('MODEL_INVALID', `${text}: kept out until they change`);

/** @throws HeatmineError MODEL_INVALID where it ended the process; else what the load throws. */
async function tryOut(
  host: ReturnType<TrialParts['openHost']>,
  name: Engine['name'],
  spec: ModelSpec,
  signal: AbortSignal,
): Promise<void> {
  try {
    await asked(await host.engine(name as 'llama').load(spec, signal), spec, signal);
  } catch (error) {
    if (!(error instanceof EngineLost)) throw error;
    throw keptOut(`${spec.id}: its weights ended the process in which they were tried alone`);
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
  const each = Array.from({ length: Math.min(2, width) }, answer);
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
