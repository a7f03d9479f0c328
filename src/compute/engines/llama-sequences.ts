import type { LlamaContext, LlamaContextSequence } from 'node-llama-cpp';
import { createLane } from '../lane.ts';

export interface Seat {
  sequence: LlamaContextSequence;
  /** From 0. Only neighbours in rising order are computed in one go by llama.cpp: every gap or step back costs a pass over the weights. */
  place: number;
  /** Call exactly once. What was said is wiped before the next asker gets the seat. */
  leave(): Promise<void>;
}

/**
 * The seats of one context: answers in different sequences are computed in one batch. Nobody sits down where something
 * of an earlier asker is left: a sequence is cleared when its asker leaves, and before the next one unless that came to its
 * end. Clearing waits for the step that is being computed: whoever waited would miss the next one.
 */
export function createSequences(context: LlamaContext, width: number) {
  const all = Array.from({ length: width }, () => context.getSequence());
  const free = new Set(all.keys());
  const clean = new Set(all.keys());
  const lane = createLane(width);
  return {
    async enter(signal: AbortSignal): Promise<Seat> {
      const release = await lane.enter(signal);
      // The lowest, so that those who sit are neighbours.
      const place = Math.min(...free);
      free.delete(place);
      const sequence = all[place]!;
      const stand = () => {
        free.add(place);
        release();
      };
      try {
        if (!clean.has(place)) await sequence.clearHistory();
        clean.delete(place);
      } catch (error) {
        stand();
        throw error;
      }
      const wipe = async () => {
        await sequence.clearHistory();
        clean.add(place);
      };
      return { sequence, place, leave: () => wipe().finally(stand) };
    },
    /** Waits until all have left. */
    async close(): Promise<void> {
      for (let i = 0; i < width; i++) await lane.enter();
    },
  };
}
