/** A token bucket on the caller's clock: `take` says whether `n` units may pass now. Starts full. */
export interface Bucket {
  take(n: number, nowMs: number): boolean;
  /** Since the last `take` nobody looked: that time counts in full, even beyond the burst. */
  catchUp(nowMs: number): void;
}

export interface Rate {
  perS: number;
  burst: number;
}

export function tokenBucket({ perS, burst }: Rate, startMs: number): Bucket {
  let level = burst;
  let atMs = startMs;
  const gain = (nowMs: number) => {
    const sinceS = (nowMs - atMs) / 1000;
    atMs = nowMs;
    return sinceS * perS;
  };
  return {
    take(n, nowMs) {
      level = Math.max(level, Math.min(burst, level + gain(nowMs)));
      if (level < n) return false;
      level -= n;
      return true;
    },
    catchUp(nowMs) {
      level += gain(nowMs);
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
