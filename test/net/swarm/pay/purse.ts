import { systemClock } from '../../../../src/core/clock.ts';
import type { SignedReceipt } from '../../../../src/net/ledger/receipt.ts';
import { openPurse, type Purse } from '../../../../src/net/swarm/pay/purse.ts';

/** A purse whose notes lie in an array. */
export function testPurse(notes: SignedReceipt[] = [], wallMs = systemClock.wallMs): Purse {
  return openPurse({ wallMs, note: async ({ signed }) => void notes.push(signed) });
}
