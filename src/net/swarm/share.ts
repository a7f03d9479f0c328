import { bucketPerKey } from '../buckets.ts';
import type { Via } from '../ledger/sunshine.ts';
import { isOurOwn } from '../per-address.ts';

/** What a request makes a node send at least, sealed: its own kilobyte and a frame of 4 KiB. */
const REQUEST_BYTES = 5 * 1024;
const BURST_S = 10;

/**
 * Half of the bandwidth for the requests of one address prefix: who sends a hundred small ones a second must not make the node
 * refuse everybody else. A relay that the owner chose brings those of many, and has no share.
 */
export function createShare(bytesPerS: number): (address: string, via: Via, nowMs: number) => boolean {
  const perS = bytesPerS / 2;
  const perOrigin = bucketPerKey({ perS, burst: Math.max(2 * REQUEST_BYTES, perS * BURST_S) });
  return (address, { relay, prefix }, nowMs) =>
    relay !== undefined || isOurOwn(address) || perOrigin(prefix ?? '', REQUEST_BYTES, nowMs);
}
