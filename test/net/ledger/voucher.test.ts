import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Channel,
  channelId,
  charge,
  debtUc,
  isOfNow,
  issueVoucher,
  mayServe,
  openChannel,
  takeVoucher,
  voucherCodec,
} from '../../../src/net/ledger/voucher.ts';
import { signer, verifySigned } from './signer.ts';

const payer = signer(Buffer.alloc(32, 3));
const payee = signer(Buffer.alloc(32, 4));
const LIMIT_UC = 1000;
const fresh = () => openChannel(Buffer.alloc(16, 5), payer.publicKey, payee.publicKey);
const take = (c: Channel, v: ReturnType<typeof issueVoucher>['signed']) => takeVoucher(c, v, verifySigned);
const refused = (body: () => void, why: RegExp) => {
  assert.throws(body, (e: { code: string; message: string }) => e.code === 'RECEIPT_INVALID' && why.test(e.message));
};

test('the vector', () => {
  const { vouchers } = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8'));
  const { signed } = issueVoucher({ ...fresh(), chargedUc: vouchers[0].cumulativeUc, counter: 8 }, payer.sign);
  assert.is(voucherCodec.encode(signed.voucher).toString('hex'), vouchers[0].bytes);
  assert.is(Buffer.from(signed.signature).toString('hex'), vouchers[0].signature);
});

test('the vectors: what a payee makes of one voucher after the other, and a channel', () => {
  const { voucherSteps, channels } = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8'));
  const hex = (text: string) => Buffer.from(text, 'hex');
  const [{ hour, chance, channel }] = channels;
  assert.is(channelId(hour, hex(chance)).toString('hex'), channel);
  let ours = openChannel(hex(channel), payer.publicKey, payee.publicKey);
  for (const { why, bytes, signature, becomes } of voucherSteps) {
    const signed = { voucher: voucherCodec.decode(hex(bytes)), signature: hex(signature) };
    if (becomes === null) refused(() => take(ours, signed), /voucher/);
    else ours = take(ours, signed);
    const { counter, cumulativeUc } = ours;
    if (becomes !== null) assert.equal({ counter, cumulativeUc }, becomes, why);
  }
});

test('a channel is of now for a day and what clocks differ by, in both directions, and never again', () => {
  const channel = channelId(492_000, Buffer.alloc(12));
  const at = (hours: number) => isOfNow(channel, 492_000 + hours);
  assert.equal([-27, -26, 0, 26, 27, 1000].map(at), [false, true, true, true, false, false]);
});

test('debt grows with each delivery, ends at the limit and is gone with a voucher', () => {
  let ours = charge(fresh(), 600);
  assert.ok(mayServe(ours, 400, LIMIT_UC).ok);
  const no = mayServe(ours, 401, LIMIT_UC);
  assert.not.ok(no.ok);
  assert.match(no.reason, '600 uc are open');
  ours = take(ours, issueVoucher(charge(fresh(), 600), payer.sign).signed);
  assert.is(debtUc(ours), 0);
  assert.ok(mayServe(ours, LIMIT_UC, LIMIT_UC).ok);
});

test('vouchers lost, repeated or in any order: the payee has the newest, and never less than before', () => {
  const step = fc.record({ uc: fc.nat(500), lost: fc.boolean(), again: fc.nat(5) });
  const property = fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
    let theirs = fresh();
    let ours = fresh();
    const sent: ReturnType<typeof issueVoucher>['signed'][] = [];
    for (const { uc, lost, again } of steps) {
      theirs = charge(theirs, uc);
      ours = charge(ours, uc);
      const { channel, signed } = issueVoucher(theirs, payer.sign);
      theirs = channel;
      sent.push(signed);
      const before = ours.cumulativeUc;
      if (!lost) ours = take(ours, signed);
      ours = take(ours, sent[Math.max(0, sent.length - 1 - again - (lost ? 1 : 0))]!);
      assert.ok(ours.cumulativeUc >= before);
    }
    if (sent.length) ours = take(ours, sent.at(-1)!);
    assert.is(ours.cumulativeUc, theirs.chargedUc);
    assert.is(debtUc(ours), 0);
  });
  fc.assert(property, { seed: 11, numRuns: 60 });
});

test('a voucher forged, of somebody else, or that takes back a promise is refused', () => {
  const c = take(charge(fresh(), 500), issueVoucher(charge(fresh(), 500), payer.sign).signed);
  const next = issueVoucher({ ...c, chargedUc: 900 }, payer.sign).signed;
  refused(() => take(c, { ...next, voucher: { ...next.voucher, cumulativeUc: 901 } }), /signature/);
  refused(() => take(c, issueVoucher({ ...c, chargedUc: 900 }, payee.sign).signed), /signature/);
  for (const part of ['channel', 'payer', 'payee'] as const) {
    const other = { ...c, chargedUc: 900, [part]: Buffer.alloc(c[part].length, 9) };
    refused(() => take(c, issueVoucher(other, payer.sign).signed), new RegExp(`another ${part}`));
  }
  refused(() => take(c, issueVoucher({ ...fresh(), counter: 7, chargedUc: 499 }, payer.sign).signed), /less than/);
  refused(() => take(c, issueVoucher({ ...fresh(), counter: 0, chargedUc: 501 }, payer.sign).signed), /old counter/);
  refused(() => charge(c, -1), /cannot be charged/);
  refused(() => charge(c, 0.5), /cannot be charged/);
});

test.run();
