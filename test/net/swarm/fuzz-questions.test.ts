/** As fuzz.test.ts: questions, answers and what is signed for them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { receiptCodec } from '../../../src/net/ledger/receipt.ts';
import { voucherCodec } from '../../../src/net/ledger/voucher.ts';
import { orderCodec, readClaim, readOrder, readReceipt, readVoucher } from '../../../src/net/swarm/pay/slips.ts';
import { Reply, Request } from '../../../src/net/swarm/query.ts';
import { answerOpener } from '../../../src/net/swarm/seal/answer.ts';
import { PAD_CLASSES, padded, unpadded } from '../../../src/net/swarm/seal/pad.ts';
import { requestOpener, sealRequest, suite } from '../../../src/net/swarm/seal/request.ts';
import { asText, chance, fuzz, json, type Parse } from './fuzzing.ts';

test('receipts, claims, orders and vouchers: one text, one value', async () => {
  const order = {
    ...{ version: 1, id: chance(16), asker: chance(32), server: chance(32), channel: chance(16) },
    ...{ expert: 'pumps', tier: 1, mostUcPerMtok: 5, hour: 9 },
  };
  const voucher = {
    version: 1,
    channel: chance(16),
    payer: chance(32),
    payee: chance(32),
    counter: 1,
    cumulativeUc: 2,
  };
  const receipt = {
    ...{
      version: 1,
      id: chance(16),
      asker: chance(32),
      server: chance(32),
      counter: 1,
      hour: 2,
      expert: 'pumps',
      tier: 1,
    },
    ...{ promptTokens: 16, answerTokens: 16, promptUcPerMtok: 1, answerUcPerMtok: 1, amountUc: 1 },
  };
  const again =
    <T>(codec: { encode(value: T): Buffer; decode(bytes: Uint8Array): T }): Parse =>
    (bytes) =>
      assert.ok(codec.encode(codec.decode(bytes)).equals(bytes));
  await fuzz('order', [orderCodec.encode(order)], again(orderCodec));
  await fuzz('voucher', [voucherCodec.encode(voucher)], again(voucherCodec));
  await fuzz('receipt', [receiptCodec.encode(receipt)], again(receiptCodec));
  const slip = (record: Buffer, signatures: number) =>
    Buffer.from(Buffer.concat([record, chance(64 * signatures)]).toString('base64url'));
  await fuzz('order slip', [slip(orderCodec.encode(order), 1)], asText(readOrder));
  await fuzz('claim slip', [slip(receiptCodec.encode(receipt), 1)], asText(readClaim));
  await fuzz('receipt slip', [slip(receiptCodec.encode(receipt), 2)], asText(readReceipt));
  await fuzz('voucher slip', [slip(voucherCodec.encode(voucher), 1)], asText(readVoucher));
});

test('questions and answers as JSON', async () => {
  const request = {
    ...{ v: 1, expert: 'pumps', maxPrice: 0, maxTokens: 5, temperature: 0 },
    messages: [{ role: 'user', content: 'why?' }],
  };
  const parsed =
    (schema: { safeParse(value: unknown): unknown }): Parse =>
    (bytes) => {
      let value: unknown;
      try {
        value = JSON.parse(String(bytes));
      } catch {
        return;
      }
      schema.safeParse(value);
    };
  await fuzz('request', json(request), parsed(Request), false);
  const start = { type: 'start', expert: 'pumps', reason: 'asked' };
  await fuzz(
    'reply',
    json(start, { type: 'chunk', text: 'x' }, { type: 'error', code: 'BUSY', message: 'x' }),
    parsed(Reply),
    false,
  );
});

test('what is sealed: a changed byte opens nothing', async () => {
  const pair = await suite.kem.generateKeyPair();
  const expertKey = new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey));
  const { frames } = await sealRequest({ expertKey, content: chance(300), wallMs: 6e10 });
  const opener = () =>
    requestOpener({ keyOf: () => pair.privateKey as never, admit: () => true, responseNonce: chance(16) });
  assert.ok(await opener().open(frames[0]!));
  await fuzz('sealed question', frames, async (bytes) => {
    await opener().open(bytes);
    assert.ok(bytes.equals(frames[0]!), 'a changed question was opened');
  });
  await fuzz('sealed answer', [chance(PAD_CLASSES[0])], async (bytes) => {
    await answerOpener(chance(32), chance(32)).open(bytes);
    assert.unreachable('bytes that nobody sealed were opened');
  });
  await fuzz('padding', [padded(chance(30), true, 0)], unpadded);
});

test.run();
