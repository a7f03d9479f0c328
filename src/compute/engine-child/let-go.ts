/**
 * What `work` makes, unless the signal comes before: then this rejects with its reason, once the work has ended or after
 * `limitMs` at the latest. What the work makes all the same is given to `drop`.
 */
export async function letGo<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  limitMs: number,
  drop: (late: T) => Promise<void>,
): Promise<T> {
  if (!signal) return work;
  const late = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const left = () => {
    timer = setTimeout(() => late.reject(signal.reason), limitMs);
  };
  if (signal.aborted) left();
  else signal.addEventListener('abort', left, { once: true });
  const kept = work.then(async (value) => {
    if (!signal.aborted) return value;
    await drop(value);
    throw signal.reason;
  });
  try {
    return await Promise.race([kept, late.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', left);
  }
}
