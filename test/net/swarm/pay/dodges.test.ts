/** What an asker may try so as not to owe what it has had. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ASKER_DOMAIN, hourOf, receiptCodec } from '../../../../src/net/ledger/receipt.ts';
import { credit } from '../../../../src/net/ledger/settlement.ts';
import { type Channel, channelId, issueVoucher, openChannel } from '../../../../src/net/ledger/voucher.ts';
import { freshIdentity, type Identity } from '../../../../src/net/swarm/identity.ts';
import { newQuestionId } from '../../../../src/net/swarm/pay/purse.ts';
import {
  ORDER_DOMAIN,
  orderCodec,
  orderText,
  readClaim,
  receiptText,
  voucherText,
} from '../../../../src/net/swarm/pay/slips.ts';
import { codeOf } from '../peers.ts';
import { HERE, market, PRICE, WALL_MS } from './unit.ts';

const due = (body: () => unknown, code: string) => assert.throws(body, (e: { code: string }) => e.code === code);

test('asking one question again and again without signing ends at the limit of where it comes from', async () => {
  const m = await market({ debtLimitUc: 20 });
  const id = newQuestionId();
  due(() => {
    for (let i = 0; i < 100; i++) m.serve(m.requestOf(), { id });
  }, 'VOUCHER_DUE');
  await m.end();
});

test('leaving a paid answer before its end, again and again, ends at that limit too', async () => {
  const m = await market({ debtLimitUc: 20 });
  const leave = (isBegun: boolean, isCut: boolean) => {
    const request = m.requestOf();
    const { slips } = m.purse.order({ server: m.identity.id, via: 'e', id: newQuestionId(), request });
    const bill = m.till().admit({ ...request, ...slips }, HERE);
    if (isBegun) bill.begun();
    if (isBegun) bill.said(200);
    bill.release(isCut);
  };
  // Before anything was done, or where this side failed, nothing is owed.
  for (let i = 0; i < 100; i++) leave(false, true);
  for (let i = 0; i < 100; i++) leave(true, false);
  due(() => {
    for (let i = 0; i < 100; i++) leave(true, true);
  }, 'VOUCHER_DUE');
  await m.end();
});

test('leaving a free answer before its end uses up the free watts of where it comes from', async () => {
  const m = await market({}, { freeW: 400 });
  m.clock.advance(600_000);
  m.till().offer();
  m.clock.advance(600_000);
  due(() => {
    for (let i = 0; i < 500; i++) {
      const bill = m.till().admit(m.requestOf({ maxPrice: 0, maxTokens: 1000 }), HERE);
      bill.begun();
      // Work that is not shown takes watts as well.
      m.clock.advance(5000);
      bill.release(true);
    }
  }, 'NO_SUNSHINE');
  await m.end();
});

/** One answer ordered by hand, and its receipt as this asker signs it. */
function askBy(m: Awaited<ReturnType<typeof market>>, asker: Identity, { channel }: Channel) {
  const request = m.requestOf();
  const order = {
    ...{ version: 1, id: newQuestionId(), asker: asker.publicKey, server: m.identity.publicKey, expert: 'faults' },
    ...{ channel, tier: 1, mostUcPerMtok: PRICE, hour: hourOf(m.clock.wallMs()) },
  };
  const slip = orderText({ order, signature: asker.sign(ORDER_DOMAIN, orderCodec.encode(order)) });
  const bill = m.till().admit({ ...request, order: slip }, HERE);
  bill.said(8);
  const meter = { expert: 'faults', joules: 3, modelled: false, cardSeconds: 1, promptTokens: 4, answerTokens: 3 };
  const claim = readClaim(bill.end(meter)!);
  bill.release(false);
  const askerSignature = asker.sign(ASKER_DOMAIN, receiptCodec.encode(claim.receipt));
  return { sign: receiptText({ ...claim, askerSignature }), uc: claim.receipt.amountUc };
}

test('a channel that was paid up and forgotten is not opened anew, so that its old voucher pays once more', async () => {
  const m = await market();
  const asker = freshIdentity();
  const channel = openChannel(channelId(hourOf(WALL_MS), newQuestionId()), asker.publicKey, m.identity.publicKey);
  const ask = () => askBy(m, asker, channel);
  const { sign, uc } = ask();
  const voucher = voucherText(issueVoucher({ ...channel, chargedUc: uc }, asker.sign).signed);
  await m.sign({ v: 1, sign, voucher });
  await m.ledger().settle(credit, m.identity.publicKey, WALL_MS);
  await m.ledger().flush();
  for (let hours = 0; m.ledger().books().channels.size > 0; hours++) {
    assert.ok(hours < 100, 'it is forgotten some day');
    m.clock.advance(3_600_000);
    await m.ledger().prune(m.clock.wallMs());
  }
  due(ask, 'RECEIPT_INVALID');
  // Ordered on another channel, or before a restart, it is not opened by the receipt either.
  const next = openChannel(channelId(hourOf(m.clock.wallMs()), newQuestionId()), asker.publicKey, m.identity.publicKey);
  const other = askBy(m, asker, next);
  await m.restart();
  assert.is(await codeOf(m.sign({ v: 1, sign: other.sign, voucher })), 'RECEIPT_INVALID');
  assert.is(m.ledger().books().totals.earnedCount, 1);
  await m.end();
});

test('a voucher that promises less than the answer costs is none, whatever key and channel it comes with', async () => {
  const m = await market();
  const asker = freshIdentity();
  const channel = openChannel(channelId(hourOf(WALL_MS), newQuestionId()), asker.publicKey, m.identity.publicKey);
  const ask = () => askBy(m, asker, channel);
  const voucher = (counter: number, chargedUc: number) =>
    voucherText(issueVoucher({ ...channel, counter: counter - 1, chargedUc }, asker.sign).signed);
  const first = ask();
  assert.is(await codeOf(m.sign({ v: 1, sign: first.sign, voucher: voucher(1, 0) })), 'RECEIPT_INVALID');
  assert.is(await codeOf(m.sign({ v: 1, sign: first.sign, voucher: voucher(1, first.uc - 1) })), 'RECEIPT_INVALID');
  assert.is(m.ledger().books().totals.earnedCount, 0);
  const paid = voucher(1, first.uc);
  assert.is((await m.sign({ v: 1, sign: first.sign, voucher: paid })).length, 2);
  // The old one again: it has paid for one answer.
  const second = ask();
  assert.is(await codeOf(m.sign({ v: 1, sign: second.sign, voucher: paid })), 'RECEIPT_INVALID');
  // Two at once, the later voucher first: both are covered.
  const third = ask();
  assert.is((await m.sign({ v: 1, sign: third.sign, voucher: voucher(3, 3 * first.uc) })).length, 2);
  assert.is((await m.sign({ v: 1, sign: second.sign, voucher: voucher(2, 2 * first.uc) })).length, 2);
  await m.end();
});

test.run();
