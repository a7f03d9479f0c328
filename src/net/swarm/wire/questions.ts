import { HeatmineError } from '../../../core/errors.ts';
import type { Answer } from './connection.ts';

export interface Questions {
  /** Throws BUSY after `limitMs`. */
  wait(id: number): Promise<Answer>;
  /** False where nobody waits for this. */
  settle(id: number, answer: Answer): boolean;
  fail(id: number, why: () => HeatmineError): boolean;
  endAll(): void;
}

/** Who of us waits for which `found` or `attached`. */
export function createQuestions(limitMs: number): Questions {
  const waiting = new Map<number, (answer: Answer | HeatmineError) => void>();
  const settle = (id: number, answer: Answer | HeatmineError) => {
    const wake = waiting.get(id);
    waiting.delete(id);
    wake?.(answer);
    return wake !== undefined;
  };
  return {
    settle,
    fail: (id, why) => waiting.has(id) && settle(id, why()),
    wait(id) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const slow = setTimeout(() => settle(id, new HeatmineError('BUSY', 'the peer does not answer')), limitMs);
      waiting.set(id, (answer) => {
        clearTimeout(slow);
        if (answer instanceof HeatmineError) reject(answer);
        else resolve(answer);
      });
      return promise;
    },
    endAll() {
      for (const id of [...waiting.keys()]) settle(id, new HeatmineError('NOT_RUNNING', 'the connection ended'));
    },
  };
}
