import type { LoadedModel } from './engine.ts';
import type { FoundExpert } from './experts.ts';
import type { ResidencyDecision, WaitingFact } from './scheduler/residency.ts';
import type { Memory } from './scheduler/schedule.ts';

export interface Use {
  model: LoadedModel;
  /** When done: a model in use is never unloaded. */
  release(): void;
}

export interface Waiter {
  id: string;
  sinceMs: number;
  resolve(use: Use): void;
  reject(error: unknown): void;
}

export interface Resident {
  model: LoadedModel;
  users: number;
  /** Its file has changed or is gone. */
  isStale: boolean;
}

/** Models in memory, loaded when asked for; the plan says which, and which make room. */
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
  /** For the plan. Absent ones are sound, and not sent away by the owner. */
  memory(): Memory;
  apply(decision: ResidencyDecision | undefined): void;
  /** Called when somebody waits for a model or needs it no more, and when one has been loaded or unloaded. */
  onChange(listener: () => void): void;
  /** The owner wants it there: no longer sent away. */
  load(id: string): Promise<void>;
  /** Takes it out of memory until it is asked again. Throws EXPERT_UNKNOWN, and BUSY while it answers or somebody waits for it. */
  unload(id: string): Promise<void>;
  /** Why it cannot be loaded; such a model is not tried again until the next start. */
  fault(id: string): string | undefined;
  /** The experts on disk have changed. What is gone or was replaced takes no question any more and is unloaded once nobody uses it. */
  update(experts: readonly FoundExpert[]): void;
  close(): Promise<void>;
}

const loadedOf = (expert: FoundExpert | undefined): string | undefined => {
  const { fact } = expert ?? {};
  return fact && `${fact.sha256} ${fact.engine === 'llama' ? fact.contextTokens : ''}`;
};

/** Alike in what is loaded. */
export const isSame = (one: FoundExpert | undefined, other: FoundExpert | undefined): boolean =>
  loadedOf(one) === loadedOf(other);

/** Of each model: how many wait, and how long the first has. */
export function waitingFor(
  waiters: readonly Waiter[],
  factOf: (id: string) => Pick<WaitingFact, 'id' | 'bytes' | 'loadS'>,
  nowMs: number,
): WaitingFact[] {
  const found = new Map<string, WaitingFact>();
  for (const { id, sinceMs } of waiters) {
    const first = found.get(id) ?? { ...factOf(id), waiting: 0, waitedS: (nowMs - sinceMs) / 1000 };
    found.set(id, { ...first, waiting: first.waiting + 1 });
  }
  return [...found.values()];
}
