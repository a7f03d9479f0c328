import { ClientError } from './fault.ts';

export interface Patience {
  /** Waits so long in all for free watts, where a node says when they are next expected; left out: not at all. */
  patienceS?: number;
  /** Until when it waits, ms since 1970. */
  onWait?: (untilMs: number) => void;
  signal?: AbortSignal;
}

/** A node's clock is not ours: not at the very moment that it named. */
const LATER_S = 1;

/** Asks, and again when free watts are expected. Throws what the last one said. */
export async function patiently<T>(ask: () => Promise<T>, { patienceS = 0, onWait, signal }: Patience): Promise<T> {
  for (let leftS = patienceS; ; ) {
    try {
      return await ask();
    } catch (error) {
      const { code, retryAfterS } = error instanceof ClientError ? error : ({} as Partial<ClientError>);
      if (code !== 'NO_SUNSHINE' || retryAfterS === undefined || retryAfterS + LATER_S > leftS) throw error;
      leftS -= retryAfterS + LATER_S;
      const waitMs = (retryAfterS + LATER_S) * 1000;
      onWait?.(Date.now() + waitMs);
      signal?.throwIfAborted();
      await pause(waitMs, signal);
    }
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
