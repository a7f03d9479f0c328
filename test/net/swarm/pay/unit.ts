import { join } from 'node:path';
import { manualClock } from '../../../../src/core/clock.ts';
import { SwarmConfig } from '../../../../src/core/swarm-config.ts';
import { openLedger } from '../../../../src/net/ledger/ledger.ts';
import type { SignedReceipt } from '../../../../src/net/ledger/receipt.ts';
import type { Via } from '../../../../src/net/ledger/sunshine.ts';
import { freshIdentity, verifySignature } from '../../../../src/net/swarm/identity.ts';
import { newQuestionId, openPurse } from '../../../../src/net/swarm/pay/purse.ts';
import type { UnitNow } from '../../../../src/net/swarm/pay/rates.ts';
import { openTill, type Trade } from '../../../../src/net/swarm/pay/till.ts';
import type { Reply, Request, SignRequest } from '../../../../src/net/swarm/query.ts';
import { scratch } from '../../helpers.ts';

export const WALL_MS = 1_800_000_000_000;
export const HERE: Via = { prefix: '192.0.2' };
export const PRICE = 100_000;
const METER = { expert: 'faults', joules: 300, modelled: false, cardSeconds: 1 };

/** A till and a purse in one process, with a clock by hand and no wire between them. */
export async function market(serve: object = {}, unit: Partial<UnitNow> = {}) {
  const { dir, remove } = scratch();
  const clock = manualClock(WALL_MS);
  const { wallMs, monoMs } = clock;
  const damages: string[] = [];
  const open = () =>
    openLedger({ file: join(dir, 'ledger'), verify: verifySignature, onDamage: (text) => damages.push(text) });
  let ledger = await open();
  await ledger.reserveCounters();
  const identity = freshIdentity();
  const now: UnitNow = { freeW: 0, joulesPerToken: 3, ...unit };
  const config = SwarmConfig.parse({
    serve: { accept: ['power', 'liability', 'tax'], experts: ['faults'], minPriceUcPerMtok: PRICE, ...serve },
  });
  const tillOf = (trade: Trade) => openTill({ ...trade, identity, serve: config.serve!, wallMs, monoMs });
  let till = tillOf({ ledger, unit: () => now });
  const notes: SignedReceipt[] = [];
  const purse = openPurse({ wallMs, note: async ({ signed }) => void notes.push(signed) });
  const requestOf = (more: Partial<Request> = {}): Request => ({
    ...{ v: 1, expert: 'faults', maxPrice: PRICE, maxTokens: 64, messages: [{ role: 'user', content: 'why?' }] },
    ...more,
  });
  return {
    ...{ clock, now, notes, purse, identity, damages, requestOf },
    ledger: () => ledger,
    till: () => till,
    /** One question up to the receipt that came with its end. */
    serve(request: Request, { via = HERE, id = newQuestionId(), by = 'entry', text = 'so it is' } = {}) {
      const ordering = purse.order({ server: identity.id, via: by, id, request });
      const bill = till.admit({ ...request, ...ordering.slips }, via);
      bill.said(Buffer.byteLength(text));
      const receipt = bill.end({ ...METER, promptTokens: 4, answerTokens: 3 })!;
      bill.release(false);
      return { id, receipt, settle: () => ordering.settle(receipt, request, Buffer.byteLength(text)) };
    },
    /** The replies to a signed receipt; a ledger that holds it back is told to write. */
    async sign(request: SignRequest): Promise<Reply[]> {
      const replies: Reply[] = [];
      for await (const reply of till.sign(request)) {
        replies.push(reply);
        if (reply.type === 'taken') void ledger.flush();
      }
      return replies;
    },
    /** As after the end of the process: what was in memory is gone. */
    async restart() {
      await ledger.close();
      ledger = await open();
      await ledger.reserveCounters();
      till = tillOf({ ledger, unit: () => now });
    },
    async end() {
      till.close();
      await ledger.close();
      remove();
    },
  };
}
