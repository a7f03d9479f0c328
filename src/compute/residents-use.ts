import type { LoadedModel } from './engine.ts';
import type { FoundExpert } from './experts.ts';

export interface Use {
  model: LoadedModel;
  /** When done: a model in use is never unloaded. */
  release(): void;
}

/** Models in memory, loaded when asked for; `scheduler/residency.ts` says which, and which make room. */
export interface Residents {
  /** Waits until the model is in memory; `signal` gives up. Throws MODEL_INVALID, EXPERT_UNKNOWN, BUSY. */
  use(id: string, signal?: AbortSignal): Promise<Use>;
  /** For work that no one waits for: does not count as demand. */
  borrow(id: string): Promise<Use>;
  resident(id: string): boolean;
  /**
   * What it takes in memory, seconds until it could answer (0: now), when it was last asked (null: not since the start), and
   * the part of the next questions that is expected for it, 0..1.
   */
  facts(id: string): { memoryBytes: number; loadS: number; lastUsedMs: number | null; demandShare: number };
  /** Takes it out of memory until it is asked again. Throws EXPERT_UNKNOWN, and BUSY while it answers somebody. */
  unload(id: string): Promise<void>;
  /** Why it cannot be loaded; such a model is not tried again until the next start. */
  fault(id: string): string | undefined;
  /** The experts on disk have changed. One that is gone is unloaded once nobody uses it. */
  update(experts: readonly FoundExpert[]): void;
  close(): Promise<void>;
}
