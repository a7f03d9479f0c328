/**
 * The size of the k-th greatest of many numbers, in two passes over them and in memory that does not grow: the bits of
 * sizes of floats are in the order of the sizes, so the upper half of them is counted first, then the lower half within
 * the bucket that holds the k-th. Exact.
 */
export interface Finder {
  /** First all pieces once, then `turn`, then all pieces again. */
  count(differences: Float32Array): void;
  turn(): void;
  threshold(): number;
}

const HALF = 65_536;

/** `kept` of all numbers are at least as great as the threshold (more where several are equal to it). */
export function findThreshold(kept: number): Finder {
  let buckets = new Uint32Array(HALF / 2);
  let upper = -1;
  let left = kept;
  const bits = (numbers: Float32Array) => new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  /** Of the bucket, from the greatest down, in which `left` runs out. */
  const bucketOf = () => {
    for (let b = buckets.length - 1; b >= 0; b--) {
      if (buckets[b]! >= left) return b;
      left -= buckets[b]!;
    }
    return 0;
  };
  return {
    count(differences) {
      const all = bits(differences);
      for (let i = 0; i < all.length; i++) {
        const size = all[i]! & 0x7fffffff;
        if (upper < 0) buckets[size >>> 16]!++;
        else if (size >>> 16 === upper) buckets[size & 0xffff]!++;
      }
    },
    turn() {
      upper = bucketOf();
      buckets = new Uint32Array(HALF);
    },
    threshold() {
      const found = new Float32Array(1);
      bits(found)[0] = (upper << 16) | bucketOf();
      return found[0]!;
    },
  };
}
