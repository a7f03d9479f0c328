/** A token bucket on the caller's clock: `take` says whether `n` units may pass now. Starts full. */
export interface Bucket {
  take(n: number, nowMs: number): boolean;
}

export interface Rate {
  perS: number;
  burst: number;
}

export function tokenBucket({ perS, burst }: Rate, startMs: number): Bucket {
  let level = burst;
  let atMs = startMs;
  return {
    take(n, nowMs) {
      level = Math.min(burst, level + ((nowMs - atMs) / 1000) * perS);
      atMs = nowMs;
      if (level < n) return false;
      level -= n;
      return true;
    },
  };
}

/** One bucket per key (an address), at most `maxKeys` of them: the one idle longest makes room. */
export function bucketPerKey(rate: Rate, maxKeys = 1000): (key: string, n: number, nowMs: number) => boolean {
  const buckets = new Map<string, Bucket>();
  return (key, n, nowMs) => {
    const bucket = buckets.get(key) ?? tokenBucket(rate, nowMs);
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > maxKeys) buckets.delete(buckets.keys().next().value!);
    return bucket.take(n, nowMs);
  };
}
