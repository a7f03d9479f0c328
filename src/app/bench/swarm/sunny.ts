import { join } from 'node:path';
import { LEDGER_FILE, openLedger } from '../../../net/ledger/ledger.ts';
import { verifySignature } from '../../../net/swarm/identity.ts';
import type { UnitNow } from '../../../net/swarm/pay/rates.ts';
import type { Trade } from '../../../net/swarm/pay/till.ts';

/** More than all questions of a bench take. */
const PLENTY_W = 1e9;

/** What a node without a house trades by: free watts in plenty unless told otherwise, and a ledger in this directory, which writes after `holdMs`. */
export async function tradeOf(
  dir: string,
  { holdMs, ...unit }: Partial<UnitNow> & { holdMs?: number } = {},
): Promise<Trade> {
  const ledger = await openLedger({
    file: join(dir, LEDGER_FILE),
    verify: verifySignature,
    ...(holdMs !== undefined && { limits: { holdMs } }),
    onDamage: (text) => {
      throw new Error(text);
    },
  });
  return { ledger, unit: () => ({ freeW: PLENTY_W, joulesPerToken: 3, ...unit }) };
}
