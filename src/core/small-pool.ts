/**
 * mqtt-packet 9 keeps the length bytes of every packet length that it has ever written (up to 16,383 of them): one or two
 * bytes, cut from Buffer's common pool. Each keeps its whole slab alive, 64 KiB in Node 24: the broker grew by 0.7 MiB a
 * minute (`bench leak` found it). With small slabs all lengths there are keep 8 MiB at the most, and ours some hundred KiB.
 */
const POOL_BYTES = 512;

/** For the whole process; what is larger than half of it gets memory of its own. */
export function keepPoolSmall(): void {
  Buffer.poolSize = POOL_BYTES;
}
