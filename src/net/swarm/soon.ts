export interface Patience {
  /** After the first one that counts the others have this long. */
  tailMs: number;
  /** From the start to the end, whatever has come by then. */
  limitMs: number;
}

/** What has come by then, in the order of `work`; undefined where nothing did, or it failed. */
export async function soon<T>(
  work: readonly Promise<T>[],
  counts: (one: T) => boolean,
  { tailMs, limitMs }: Patience,
): Promise<(T | undefined)[]> {
  const come: (T | undefined)[] = work.map(() => undefined);
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const limit = setTimeout(resolve, limitMs);
  let tail: NodeJS.Timeout | undefined;
  const all = work.map(async (one, i) => {
    try {
      const value = await one;
      come[i] = value;
      if (counts(value)) tail ??= setTimeout(resolve, tailMs);
    } catch {
      // As if it had not come.
    }
  });
  await Promise.race([over, Promise.all(all)]);
  clearTimeout(limit);
  clearTimeout(tail);
  return [...come];
}
