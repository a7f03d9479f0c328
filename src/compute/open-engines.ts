import { existsSync } from 'node:fs';
import { freemem } from 'node:os';
import { dirname, join } from 'node:path';
import type { Engine, EngineName } from './engine.ts';
import { ENGINE_FILE } from './engine-child/fork-engine.ts';
import { createEngineHost } from './engine-child/host.ts';
import { type EnginePool, openPool, type PoolOptions } from './engine-child/pool.ts';
import { proofOf } from './engine-child/proof.ts';
import { TRIAL_LIMIT_MS, triedFirst } from './engine-child/trial.ts';
import { type Room, roomOf } from './expert-memory.ts';
import type { FoundExpert } from './experts.ts';
import type { ComputeOptions } from './start.ts';

export const CLASSIFIER = 'classifier';
const MIB = 2 ** 20;

export interface OpenEngines {
  pool: EnginePool;
  /** For questions: a GGUF that did not come with us is tried first. */
  engineOf(name: EngineName): Engine;
  room(): Room;
}

/** The engine processes, on the GPUs that a shipped expert proves sound or on the CPU, and what experts may take there. */
export function openEngines(options: ComputeOptions, experts: readonly FoundExpert[]): OpenEngines {
  const { shippedDir, installedDir: dir, engineFile: file = ENGINE_FILE, clock, log } = options;
  // The classifier brings code along, its features: only the shipped one.
  const features = join(shippedDir, CLASSIFIER, 'features.ts');
  const args = existsSync(features) ? [features] : [];
  const open: PoolOptions['open'] = (env, blame) => createEngineHost({ file, args, env, blame, clock, log });
  const shipped = experts.filter((expert) => dirname(expert.dir) === shippedDir);
  const pool = openPool({ open, proof: () => proofOf(shipped), log });
  const trusted = new Set(shipped.flatMap(({ fact }) => (fact ? [fact.sha256] : [])));
  const trial = { openHost: () => pool.openTrial(), trusted, dir, limitMs: TRIAL_LIMIT_MS };
  const llama = triedFirst({ engine: pool.engine('llama'), ...trial });
  const { memoryMiB } = options.config.compute;
  const freeBytes = freemem();
  const room = () => roomOf(pool.devices, freeBytes, memoryMiB && memoryMiB * MIB);
  const engineOf = (name: EngineName) => (name === 'llama' ? llama : pool.engine(name));
  return { pool, engineOf, room };
}
