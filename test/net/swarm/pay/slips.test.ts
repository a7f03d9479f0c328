import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { receiptCodec } from '../../../../src/net/ledger/receipt.ts';
import { voucherCodec } from '../../../../src/net/ledger/voucher.ts';
import {
  claimText,
  orderCodec,
  orderText,
  readClaim,
  readOrder,
  readReceipt,
  readVoucher,
  receiptText,
  voucherText,
} from '../../../../src/net/swarm/pay/slips.ts';
import { signer, verifySigned } from '../../ledger/signer.ts';

const vectors = JSON.parse(readFileSync(new URL('../../ledger/vectors.json', import.meta.url), 'utf8'));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const [asker, server] = [1, 2].map((fill) => signer(Buffer.alloc(32, fill)));

test('an order, byte for byte, as its vector', () => {
  for (const { order: fields, bytes, signature, slip } of vectors.orders) {
    const [id, channel] = [fields.id, fields.channel].map((text: string) => Buffer.from(text, 'hex')) as [
      Buffer,
      Buffer,
    ];
    const who = { version: 1, asker: asker!.publicKey, server: server!.publicKey };
    const order = { ...fields, ...who, id, channel };
    assert.is(hex(orderCodec.encode(order)), bytes);
    assert.is(hex(asker!.sign('order', Buffer.from(bytes, 'hex'))), signature);
    assert.is(orderText({ order, signature: Buffer.from(signature, 'hex') }), slip);
    const read = readOrder(slip);
    assert.is(hex(orderCodec.encode(read.order)), bytes);
    assert.ok(verifySigned(read.order.asker, 'order', orderCodec.encode(read.order), read.signature));
  }
});

test('slips of receipt and voucher hold what their vectors hold', () => {
  const { endReceipt, sign, voucher } = vectors.slips;
  const [{ bytes, server: byServer, asker: byAsker }] = vectors.receipts;
  const claim = readClaim(endReceipt);
  assert.equal([hex(receiptCodec.encode(claim.receipt)), hex(claim.serverSignature)], [bytes, byServer]);
  assert.is(claimText(claim), endReceipt);
  const both = readReceipt(sign);
  assert.equal([hex(both.serverSignature), hex(both.askerSignature)], [byServer, byAsker]);
  assert.is(receiptText(both), sign);
  const paid = readVoucher(voucher);
  assert.equal(
    [hex(voucherCodec.encode(paid.voucher)), hex(paid.signature)],
    [vectors.vouchers[0].bytes, vectors.vouchers[0].signature],
  );
  assert.is(voucherText(paid), voucher);
});

test('a slip that is cut, longer or written another way is none', () => {
  const { sign } = vectors.slips as { sign: string };
  for (const text of ['', 'A', sign.slice(0, -4), `${sign}AAAA`, `${sign}=`, `${sign.slice(0, -1)}*`]) {
    assert.throws(
      () => readReceipt(text),
      (e: { code: string }) => e.code === 'RECEIPT_INVALID',
    );
  }
});

test.run();
