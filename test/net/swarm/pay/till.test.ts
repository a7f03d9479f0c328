import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hexOf } from '../../../../src/net/ledger/books.ts';
import { earningsOf } from '../../../../src/net/ledger/earnings.ts';
import { credit } from '../../../../src/net/ledger/settlement.ts';
import { debtUc } from '../../../../src/net/ledger/voucher.ts';
import { freshIdentity } from '../../../../src/net/swarm/identity.ts';
import { newQuestionId, openPurse } from '../../../../src/net/swarm/pay/purse.ts';
import {
  readClaim,
  readOrder,
  readReceipt,
  readVoucher,
  receiptText,
  voucherText,
} from '../../../../src/net/swarm/pay/slips.ts';
import { codeOf } from '../peers.ts';
import { HERE, market, PRICE, WALL_MS } from './unit.ts';

/** 16 + 16 tokens at a tenth of the price and at the price, rounded up. */
const UC = Math.ceil((16 * PRICE * 0.1 + 16 * PRICE) / 1e6);
const refused = (body: () => unknown, code: string, why: RegExp) =>
  assert.throws(body, (e: { code: string; message: string }) => e.code === code && why.test(e.message));
const flipped = (text: string, at: number) => {
  const bytes = Buffer.from(text, 'base64url');
  bytes[at]! ^= 1;
  return bytes.toString('base64url');
};

test('a paid answer: both sides hold the same receipt, the voucher covers it, and it is acknowledged once it is on disk', async () => {
  const m = await market();
  const { request, signed, taken } = await m.serve(m.requestOf()).settle();
  const [first, second] = await m.sign(request);
  assert.is(first!.type, 'taken');
  assert.ok(second?.type === 'committed' && second.seq > 0);
  taken();
  assert.equal(m.notes, [signed]);
  const { totals, channels } = m.ledger().books();
  assert.equal([totals.earnedUc, totals.earnedCount, totals.soldMilliWh], [UC, 1, 83]);
  const [channel] = [...channels.values()];
  assert.equal([channel!.chargedUc, channel!.cumulativeUc, debtUc(channel!)], [UC, UC, 0]);
  await m.restart();
  assert.ok(m.ledger().books().counters.has(signed.receipt.counter), 'what was acknowledged stands there');
  assert.is(await m.ledger().settle(credit, m.identity.publicKey, WALL_MS), 1);
  assert.equal(
    [earningsOf(m.ledger().books()).credits.settled, earningsOf(m.ledger().books()).paidOutEur],
    [UC / 1e6, 0],
  );
  await m.end();
});

test('the same question and the same receipt are charged once, however often they come, over a restart too', async () => {
  const m = await market();
  const id = newQuestionId();
  const lost = m.serve(m.requestOf(), { id });
  const got = m.serve(m.requestOf(), { id });
  const { request } = await got.settle();
  const committed = await m.sign(request);
  assert.equal(await m.sign(request), committed);
  await m.restart();
  const again = await m.sign(request);
  assert.equal(again, committed);
  assert.is(m.ledger().books().totals.earnedCount, 1);
  assert.is(m.ledger().books().totals.earnedUc, UC);
  // The asker signs one of its tries; its own ledger would refuse the other.
  assert.not.equal(readClaim(lost.receipt).receipt.counter, readClaim(got.receipt).receipt.counter);
  await m.end();
});

test('a question that was signed for is not answered again, and an answer that nobody signed gives no credit', async () => {
  const m = await market();
  const id = newQuestionId();
  const { request } = await m.serve(m.requestOf(), { id }).settle();
  await m.sign(request);
  refused(() => m.serve(m.requestOf(), { id }), 'RECEIPT_INVALID', /signed for/);
  m.serve(m.requestOf());
  m.till().close();
  const { totals, channels } = m.ledger().books();
  assert.equal([totals.earnedCount, totals.earnedUc], [2, 2 * UC]);
  // It had paid before by this channel, which owes it now.
  assert.is(debtUc([...channels.values()][0]!), UC);
  await m.end();
});

test('forged: order, receipt and voucher of another key, changed by a bit, or of another node', async () => {
  const m = await market();
  const request = m.requestOf();
  const served = m.serve(request);
  const { request: sign } = await served.settle();
  const order = m.purse.order({ server: m.identity.id, via: 'x', id: newQuestionId(), request }).slips.order!;
  const admit = (more: object) => m.till().admit({ ...request, ...more }, HERE);
  refused(() => admit({ order: flipped(order, 1) }), 'RECEIPT_INVALID', /forged/);
  refused(() => admit({ order, maxPrice: PRICE + 1 }), 'RECEIPT_INVALID', /another price/);
  refused(() => admit({}), 'RECEIPT_INVALID', /needs an order/);
  refused(() => m.serve(m.requestOf({ expert: 'a b' })), 'RECEIPT_INVALID', /name no receipt/);
  m.serve(m.requestOf({ expert: 'upstream:Qwen2.5' }));
  const elsewhere = m.purse.order({ server: freshIdentity().id, via: 'x', id: newQuestionId(), request });
  refused(() => admit(elsewhere.slips), 'RECEIPT_INVALID', /another node/);
  for (const text of [sign.sign, sign.voucher!]) {
    const bytes = Buffer.from(text, 'base64url');
    for (const at of [0, 20, 60, bytes.length - 100, bytes.length - 1]) {
      const changed = flipped(text, at);
      const bad = text === sign.sign ? { ...sign, sign: changed } : { ...sign, voucher: changed };
      assert.is(await codeOf(m.sign(bad)), 'RECEIPT_INVALID', `byte ${at}`);
    }
  }
  assert.is(await codeOf(m.sign({ v: 1, sign: sign.sign })), 'RECEIPT_INVALID');
  const thief = openPurse({ wallMs: m.clock.wallMs, note: async () => {} });
  const other = await thief.order({ server: m.identity.id, via: 'x', id: served.id, request });
  assert.is(await codeOf(other.settle(served.receipt, request, 8)), 'RECEIPT_INVALID');
  assert.is(m.ledger().books().totals.earnedCount, 0);
  await m.sign(sign);
  assert.is(m.ledger().books().totals.earnedCount, 1);
  await m.end();
});

test('an asker does not sign what it did not agree to: tokens, price, expert, another server', async () => {
  const m = await market();
  const request = m.requestOf();
  const { receipt } = m.serve(request);
  const { receipt: claim, serverSignature } = readClaim(receipt);
  const purse = () => m.purse.order({ server: m.identity.id, via: 'entry', id: claim.id as Buffer, request });
  const settle = (asked = request, bytes = 8) => purse().settle(receipt, asked, bytes);
  assert.is(await codeOf(settle({ ...request, expert: 'status' })), 'RECEIPT_INVALID');
  assert.is(await codeOf(settle({ ...request, maxPrice: PRICE - 1 })), 'RECEIPT_INVALID');
  const dear = { receipt: { ...claim, answerTokens: 64, amountUc: 8 }, serverSignature };
  assert.is(
    await codeOf(purse().settle(receiptText({ ...dear, askerSignature: serverSignature }), request, 8)),
    'RECEIPT_INVALID',
  );
  const otherServer = m.purse.order({ server: freshIdentity().id, via: 'entry', id: claim.id as Buffer, request });
  assert.is(await codeOf(otherServer.settle(receipt, request, 8)), 'RECEIPT_INVALID');
  assert.equal(m.notes, []);
  await settle();
  assert.is(m.notes.length, 1);
  await m.end();
});

test('work that is not shown is not billed: never more tokens than bytes', async () => {
  const m = await market();
  const request = m.requestOf({ maxTokens: 4000 });
  const { slips, settle } = m.purse.order({ server: m.identity.id, via: 'e', id: newQuestionId(), request });
  const bill = m.till().admit({ ...request, ...slips }, HERE);
  bill.said(10);
  const meter = {
    expert: 'faults',
    joules: 3,
    modelled: false,
    cardSeconds: 1,
    promptTokens: 9000,
    answerTokens: 3900,
  };
  const receipt = bill.end(meter)!;
  bill.release(false);
  const { promptTokens, answerTokens } = readClaim(receipt).receipt;
  assert.equal([promptTokens, answerTokens], [48, 32]);
  await settle(receipt, request, 10);
  await m.end();
});

test('debt: unsigned answers and ones without a voucher end at the limit, and a voucher opens it again', async () => {
  const most = Math.ceil((36 * PRICE * 0.1 + 64 * PRICE) / 1e6);
  const m = await market({ debtLimitUc: most + UC });
  const first = m.serve(m.requestOf());
  m.serve(m.requestOf());
  refused(() => m.serve(m.requestOf()), 'VOUCHER_DUE', /uc are open/);
  // Signed and paid: one of the two is no longer open.
  const { request } = await first.settle();
  await m.sign(request);
  m.serve(m.requestOf());
  refused(() => m.serve(m.requestOf({ maxTokens: 4000 })), 'VOUCHER_DUE', /would pass/);
  await m.end();
});

test('keys cost nothing, so all askers of one relay or prefix have a limit together; it fades', async () => {
  const m = await market({ debtLimitUc: 20 });
  let served = 0;
  const all = () => {
    for (let i = 0; i < 50; i++) m.serve(m.requestOf(), { by: `way ${served++}` });
  };
  refused(all, 'VOUCHER_DUE', /went your way/);
  assert.ok(served > 5 && served < 50, `${served}`);
  assert.ok(m.serve(m.requestOf(), { by: 'another', via: { relay: 'r' } }));
  m.clock.advance(3_600_000);
  assert.ok(m.serve(m.requestOf(), { by: 'later' }));
  await m.end();
});

test('a voucher that was lost is made good by the next question, and an order names its channel', async () => {
  const m = await market();
  await m.serve(m.requestOf()).settle();
  const ordering = m.purse.order({ server: m.identity.id, via: 'entry', id: newQuestionId(), request: m.requestOf() });
  const { voucher } = readVoucher(ordering.slips.voucher!);
  const { order } = readOrder(ordering.slips.order!);
  assert.is(hexOf(voucher.channel), hexOf(order.channel));
  assert.equal([voucher.counter, voucher.cumulativeUc], [1, UC]);
  const { request, signed } = await m.serve(m.requestOf()).settle();
  assert.is(readVoucher(request.voucher!).voucher.cumulativeUc, 2 * UC);
  assert.equal(readReceipt(request.sign).receipt, signed.receipt);
  assert.is(voucherText(readVoucher(request.voucher!)), request.voucher);
  await m.end();
});

test('keys: another for each way and expert, and a new one after a day', async () => {
  const m = await market();
  const keyBy = (via: string, server = m.identity.id) => {
    const { slips } = m.purse.order({ server, via, id: newQuestionId(), request: m.requestOf() });
    return hexOf(readOrder(slips.order!).order.asker);
  };
  const first = keyBy('a');
  assert.is(keyBy('a'), first);
  assert.is(new Set([first, keyBy('b'), keyBy('a', freshIdentity().id)]).size, 3);
  m.clock.advance(24 * 3_600_000);
  assert.not.equal(keyBy('a'), first);
  await m.end();
});

test('a ledger that cannot be written takes no paid work, and free work leaves no receipt', async () => {
  const m = await market({}, { freeW: 4000 });
  m.clock.advance(60_000);
  const refusing = { ...m.ledger(), refusing: () => 'no space left' };
  Object.assign(m.ledger(), { refusing: refusing.refusing });
  refused(() => m.serve(m.requestOf()), 'LEDGER_REFUSES', /no space left/);
  assert.ok(m.serve(m.requestOf({ maxPrice: 0 })).receipt);
  await m.end();
});

test.run();
