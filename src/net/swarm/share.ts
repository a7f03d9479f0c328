import { bucketPerKey } from '../buckets.ts';
import type { Via } from '../ledger/sunshine.ts';
import { isOurOwn } from '../per-address.ts';

/** What a request makes a node send at least: sealed, 15 frames of 1 KiB and one of 4 KiB, or one of 16 KiB. */
export const SEALED_BYTES = 20 * 1024;
export const CLEAR_BYTES = 5 * 1024;
const BURST_S = 10;

/**
 * Half of the bandwidth for the requests of one address prefix: who sends a hundred small ones a second must not make the node
 * refuse everybody else. A relay that the owner chose brings those of many: three quarters, so that one gone bad leaves the others some.
 */
export function createShare(bytesPerS: number): (address: string, via: Via, bytes: number, nowMs: number) => boolean {
  const partOf = (part: number) => {
    const perS = bytesPerS * part;
    return bucketPerKey({ perS, burst: Math.max(2 * SEALED_BYTES, perS * BURST_S) });
  };
  const perPrefix = partOf(1 / 2);
  const perRelay = partOf(3 / 4);
  return (address, { relay, prefix }, bytes, nowMs) =>
    relay !== undefined ? perRelay(relay, bytes, nowMs) : isOurOwn(address) || perPrefix(prefix ?? '', bytes, nowMs);
}
