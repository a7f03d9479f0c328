/** One thing asked of the engine process: chunks while they come, then a value or a failure. */
export interface Call {
  /** The model that this is about, for whom to blame. */
  readonly expert: string;
  readonly loading: boolean;
  chunk(chunk: unknown): void;
  value(value: unknown): void;
  fail(error: unknown): void;
  /** Ends with the value. @throws what `fail` was given */
  read(): AsyncGenerator<unknown, unknown>;
  readonly result: Promise<unknown>;
}

export function createCall(expert: string, loading: boolean): Call {
  const chunks: unknown[] = [];
  const { promise: result, resolve, reject } = Promise.withResolvers<unknown>();
  let ended = false;
  let wake = () => {};
  const end = () => {
    ended = true;
    wake();
  };
  result.then(end, end);
  return {
    expert,
    loading,
    chunk(chunk) {
      chunks.push(chunk);
      wake();
    },
    value: resolve,
    fail: reject,
    async *read() {
      for (;;) {
        while (chunks.length) yield chunks.shift();
        if (ended) return await result;
        await new Promise<void>((next) => {
          wake = next;
        });
      }
    },
    result,
  };
}
