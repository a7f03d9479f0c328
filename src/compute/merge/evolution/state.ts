import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { METHODS } from '../recipe.ts';

/** What evolution has done and is at, beside the experts of a home: small, whole at every moment, over restarts. */
const EVOLUTION_FILE = '.evolution.json';
const MOST_TOLD = 20;

const Genome = z.object({
  method: z.enum(METHODS),
  weights: z.array(z.array(z.number()).length(2)).min(1).max(8),
  density: z.number(),
  seed: z.number(),
  step: z.number(),
});
const Litter = z.object({
  parents: z.tuple([z.string(), z.string()]),
  weights: z.array(z.string()),
  ancestor: z.string().optional(),
  demand: z.tuple([z.number(), z.number()]),
  layers: z.number(),
  groups: z.number(),
  seed: z.number(),
  generation: z.number(),
  scored: z.array(z.object({ genome: Genome, fitness: z.number() })),
  waiting: z.array(Genome),
});
const Outcome = z.object({
  atMs: z.number(),
  parents: z.tuple([z.string(), z.string()]),
  /** Of the best that was found, and how it did on the search lines. */
  genome: Genome,
  fitness: z.number(),
  generation: z.number(),
  /** Chance of it under no difference, against either parent as one model for both, and what was allowed. */
  chance: z.tuple([z.number(), z.number()]),
  allowed: z.number(),
  /** Its name, where it stayed. */
  kept: z.string().nullable(),
});
const State = z.object({
  litters: z.int().min(0),
  /** Times that the gate lines have judged. */
  looks: z.int().min(0),
  tokens: z.number().min(0),
  litter: Litter.nullable(),
  /** The newest first. */
  outcomes: z.array(Outcome).max(MOST_TOLD),
});
export type EvolutionState = z.infer<typeof State>;
export type Outcome = z.infer<typeof Outcome>;

/** A file that is not whole, or none, is a new beginning: nothing but time is lost. */
export function readState(modelsDir: string): EvolutionState {
  try {
    return State.parse(JSON.parse(readFileSync(join(modelsDir, EVOLUTION_FILE), 'utf8')));
  } catch {
    return { litters: 0, looks: 0, tokens: 0, litter: null, outcomes: [] };
  }
}

export function writeState(modelsDir: string, state: EvolutionState): void {
  const file = join(modelsDir, EVOLUTION_FILE);
  writeFileSync(`${file}.new`, JSON.stringify({ ...state, outcomes: state.outcomes.slice(0, MOST_TOLD) }), {
    mode: 0o600,
  });
  renameSync(`${file}.new`, file);
}
