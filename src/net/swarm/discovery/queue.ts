/** Turns events into an async sequence: each value once, until `end` or the signal. */
export interface Queue<T> {
  push(key: string, value: T): void;
  end(): void;
  values(signal: AbortSignal): AsyncGenerator<T>;
}

export function createQueue<T>(limit: number): Queue<T> {
  const seen = new Set<string>();
  const waiting: T[] = [];
  let ended = false;
  let wake = () => {};
  return {
    push(key, value) {
      if (ended || seen.has(key) || seen.size >= limit) return;
      seen.add(key);
      waiting.push(value);
      wake();
    },
    end() {
      ended = true;
      wake();
    },
    async *values(signal) {
      const onAbort = () => wake();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        while (!signal.aborted) {
          const value = waiting.shift();
          if (value !== undefined) yield value;
          else if (ended) return;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        ended = true;
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}
