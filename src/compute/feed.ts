/** What one side makes and another reads, each at its own pace: chunks while they come, then a value or a failure. */
export interface Feed<T, R> {
  push(chunk: T): void;
  end(value: R): void;
  fail(error: unknown): void;
  /** For one reader. @throws what `fail` was given */
  read(): AsyncGenerator<T, R>;
  readonly result: Promise<R>;
}

export function createFeed<T, R>(): Feed<T, R> {
  const chunks: T[] = [];
  const { promise: result, resolve, reject } = Promise.withResolvers<R>();
  let ended = false;
  let wake = () => {};
  const over = () => {
    ended = true;
    wake();
  };
  result.then(over, over);
  return {
    push(chunk) {
      chunks.push(chunk);
      wake();
    },
    end: resolve,
    fail: reject,
    async *read() {
      for (;;) {
        while (chunks.length) yield chunks.shift()!;
        if (ended) return await result;
        await new Promise<void>((next) => {
          wake = next;
        });
      }
    },
    result,
  };
}
