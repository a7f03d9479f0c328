import type { Coverage, EVERYWHERE } from './coverage.ts';
import type { Mutant } from './sites.ts';

/** One case of a test file, by its place in it. */
export interface Case {
  file: string;
  at: number;
  name: string;
  /** Processor time as it is, ms. */
  ms: number;
  coverage: Coverage | typeof EVERYWHERE;
}

export type ToChild =
  | { type: 'measure'; file: string; watched: boolean }
  | { type: 'try'; mutant: Mutant | null; cases: { file: string; at: number; limitMs: number }[] };

export type FromChild =
  | ({ type: 'measured'; failed: string | undefined } & Omit<Case, 'file'>)
  | { type: 'tried'; index: number; passed: boolean }
  | { type: 'done' };
