import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HeatmineError } from '../../../../src/core/errors.ts';
import type { Settling } from '../../../../src/net/swarm/pay/purse.ts';
import { newQuestionId } from '../../../../src/net/swarm/pay/purse.ts';
import { market, PRICE } from './unit.ts';

/** What may go wrong between an asker and an expert, try after try of the same question. */
const WRONG = ['none', 'no end', 'receipt lost', 'sign lost', 'taken lost', 'sign again', 'restart', 'dearer'] as const;

test('one question over any tries, losses, repeats and restarts is signed for at most once, and both ledgers hold at most one charge', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.constantFrom(...WRONG), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      async (questions) => {
        const there = await market({ debtLimitUc: 1_000_000 });
        try {
          for (const tries of questions) {
            const id = newQuestionId();
            const signed: Settling[] = [];
            for (const wrong of tries) {
              // An asker that has signed asks no more: this one does, as one whose memory failed would.
              const request = there.requestOf({ maxPrice: PRICE });
              let served: ReturnType<typeof there.serve>;
              try {
                served = there.serve(request, { id });
              } catch (error) {
                assert.is((error as HeatmineError).code, 'RECEIPT_INVALID', 'signed for: not served again');
                continue;
              }
              if (wrong === 'no end' || wrong === 'receipt lost' || signed.length) continue;
              const settling = await served.settle();
              signed.push(settling);
              if (wrong === 'sign lost') continue;
              if (wrong === 'restart') await there.restart();
              const first = await there.sign(settling.request);
              assert.is(first.at(-1)!.type, 'committed');
              if (wrong === 'taken lost' || wrong === 'sign again')
                assert.equal(await there.sign(settling.request), first, 'the same reply again');
              if (wrong === 'restart') continue;
              settling.taken();
            }
            assert.ok(signed.length <= 1);
          }
          const { totals, channels } = there.ledger().books();
          const uc = there.notes.reduce((sum, { receipt }) => sum + receipt.amountUc, 0);
          const ids = there.notes.map(({ receipt }) => Buffer.from(receipt.id).toString('hex'));
          assert.is(new Set(ids).size, ids.length, 'each question once in the book of the asker');
          const owed = [...channels.values()].reduce((sum, { cumulativeUc }) => sum + cumulativeUc, 0);
          assert.ok(owed <= uc, `${owed} uc promised for ${uc} uc signed`);
          assert.ok(totals.earnedCount <= questions.length);
          assert.equal(there.damages, []);
        } finally {
          await there.end();
        }
      },
    ),
    { seed: 62, numRuns: 40 },
  );
});

test('a bill above what was agreed for the whole answer is not signed, whatever its price and tokens', async () => {
  const there = await market();
  const request = there.requestOf();
  const order = (mostUc: number) =>
    there.purse.order({ server: there.identity.id, via: 'entry', id: newQuestionId(), request, mostUc });
  const receiptFor = (ordering: ReturnType<typeof order>) => {
    const bill = there.till().admit({ ...request, ...ordering.slips }, { prefix: '192.0.2' });
    bill.said(100);
    const meter = { expert: 'faults', promptTokens: 16, answerTokens: 64, joules: 1, modelled: false, cardSeconds: 1 };
    const receipt = bill.end(meter)!;
    bill.release(false);
    return receipt;
  };
  // 64 tokens at 0.1 uc and 16 at a tenth of it.
  const [dear, fair] = [order(6), order(7)];
  const refused = dear.settle(receiptFor(dear), request, 100);
  await refused.then(
    () => assert.unreachable(),
    (error) => {
      assert.is(error.code, 'RECEIPT_INVALID');
      assert.match(error.message, '7 uc where the quote was at most 6');
    },
  );
  assert.is((await fair.settle(receiptFor(fair), request, 100)).signed.receipt.amountUc, 7);
  assert.is(there.notes.length, 1, 'what was refused is in no book');
  await there.end();
});

test.run();
