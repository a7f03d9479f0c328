import type { LlamaContext, LlamaContextSequence } from 'node-llama-cpp';
import { createLane } from '../lane.ts';

export interface Seat {
  sequence: LlamaContextSequence;
  /** Call exactly once. What was said is wiped before the next asker gets the seat. */
  leave(): Promise<void>;
}

/**
 * The seats of one context: answers in different sequences are computed in one batch. Nobody sits down where something
 * of an earlier asker is left: a sequence is cleared when its asker leaves and again before the next one.
 */
export function createSequences(context: LlamaContext, width: number) {
  const free = Array.from({ length: width }, () => context.getSequence());
  const lane = createLane(width);
  return {
    async enter(signal: AbortSignal): Promise<Seat> {
      const release = await lane.enter(signal);
      const sequence = free.pop()!;
      const stand = () => {
        free.push(sequence);
        release();
      };
      try {
        await sequence.clearHistory();
      } catch (error) {
        stand();
        throw error;
      }
      return { sequence, leave: () => sequence.clearHistory().finally(stand) };
    },
    /** Waits until all have left. */
    async close(): Promise<void> {
      for (let i = 0; i < width; i++) await lane.enter();
    },
  };
}
