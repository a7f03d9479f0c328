import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { amountUc, MAX_UC_PER_MTOK, TIERS, type Tier } from '../../../src/net/ledger/price.ts';
import {
  type Agreed,
  checkAgreed,
  checkSigned,
  HOUR_MS,
  type Receipt,
  receiptCodec,
  receiptHash,
  receiptOf,
  signAsAsker,
  signAsServer,
} from '../../../src/net/ledger/receipt.ts';
import { signer, verifySigned } from './signer.ts';

const SEED = 6;
const asker = signer(Buffer.alloc(32, 1));
const server = signer(Buffer.alloc(32, 2));
const hex = (text: string) => Buffer.from(text, 'hex');
const wallMs = 492_000 * HOUR_MS + 1234;
const served = {
  id: Buffer.alloc(16, 7),
  asker: asker.publicKey,
  server: server.publicKey,
  counter: 41,
  wallMs,
  expert: 'faults',
  tier: 'standard' as Tier,
  promptTokens: 321,
  answerTokens: 77,
  promptUcPerMtok: 12_345,
  answerUcPerMtok: 123_456,
};
const agreed: Agreed = { ...served };
const signed = () => signAsAsker(signAsServer(receiptOf(served), server.sign), asker.sign);
const refused = (body: () => void, why: RegExp) => {
  assert.throws(body, (e: { code: string; message: string }) => e.code === 'RECEIPT_INVALID' && why.test(e.message));
};

/** The encoding once more, by the words of docs/PROTOCOL-receipts.md. */
function byTheWords(r: Receipt): Buffer {
  const n = (value: number) => hex(value.toString(16).padStart(16, '0'));
  const text = Buffer.from(r.expert);
  return Buffer.concat([
    Buffer.from([r.version]),
    r.id,
    r.asker,
    r.server,
    n(r.counter),
    n(r.hour),
    Buffer.from([text.length]),
    text,
    Buffer.from([r.tier]),
    ...[r.promptTokens, r.answerTokens, r.promptUcPerMtok, r.answerUcPerMtok, r.amountUc].map(n),
  ]);
}

test('the vectors: bytes, hash and both signatures', () => {
  const file = new URL('vectors.json', import.meta.url);
  const { receipts } = JSON.parse(readFileSync(file, 'utf8')) as {
    receipts: { served: Record<string, never>; bytes: string; hash: string; server: string; asker: string }[];
  };
  assert.ok(receipts.length >= 3);
  for (const v of receipts) {
    const fields = v.served as unknown as typeof served & { id: string };
    const whole = { ...fields, id: hex(fields.id as never), asker: asker.publicKey, server: server.publicKey };
    const receipt = receiptOf(whole);
    const both = signAsAsker(signAsServer(receipt, server.sign), asker.sign);
    assert.is(byTheWords(receipt).toString('hex'), v.bytes);
    assert.is(receiptCodec.encode(receipt).toString('hex'), v.bytes);
    assert.is(receiptHash(receipt).toString('hex'), v.hash);
    assert.is(Buffer.from(both.serverSignature).toString('hex'), v.server);
    assert.is(Buffer.from(both.askerSignature!).toString('hex'), v.asker);
  }
});

test('the vectors of what is no receipt, whoever signed it', () => {
  const { refused: none } = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8'));
  assert.ok(none.length >= 20);
  for (const { why, bytes, server: signature } of none as { why: string; bytes: string; server: string }[]) {
    const read = () =>
      checkSigned({ receipt: receiptCodec.decode(hex(bytes)), serverSignature: hex(signature) }, verifySigned);
    assert.throws(read, (e: { code: string }) => e.code === 'RECEIPT_INVALID', why);
  }
});

const anyReceipt = fc.record({
  version: fc.nat(255),
  id: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  asker: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  server: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  counter: fc.maxSafeNat(),
  hour: fc.maxSafeNat(),
  expert: fc.string({ unit: 'grapheme', maxLength: 30 }).filter((s) => Buffer.from(s).length < 256),
  tier: fc.nat(255),
  promptTokens: fc.maxSafeNat(),
  answerTokens: fc.maxSafeNat(),
  promptUcPerMtok: fc.maxSafeNat(),
  answerUcPerMtok: fc.maxSafeNat(),
  amountUc: fc.maxSafeNat(),
});

test('one value has one encoding, and bytes that are none are refused', () => {
  const property = fc.property(anyReceipt, fc.nat(), fc.nat(255), (receipt, where, byte) => {
    const bytes = receiptCodec.encode(receipt);
    assert.equal(bytes, byTheWords(receipt));
    assert.equal(receiptCodec.encode(receiptCodec.decode(bytes)), bytes);
    refused(() => receiptCodec.decode(bytes.subarray(0, where % bytes.length)), /receipt\./);
    refused(() => receiptCodec.decode(Buffer.concat([bytes, Buffer.from([byte])])), /too many/);
    const changed = Buffer.from(bytes);
    changed[where % bytes.length] = byte;
    try {
      // Whatever still reads is another value with an encoding of its own.
      assert.equal(receiptCodec.encode(receiptCodec.decode(changed)), changed);
    } catch (error) {
      assert.is((error as { code?: string }).code, 'RECEIPT_INVALID');
    }
  });
  fc.assert(property, { seed: SEED, numRuns: 300 });
});

test('integers only: fractions, negatives and what a double cannot hold are refused', () => {
  const good = receiptOf(served);
  for (const amountUc of [1.5, -1, Number.NaN, 2 ** 53])
    refused(() => receiptCodec.encode({ ...good, amountUc }), /u53/);
  refused(() => receiptOf({ ...served, promptTokens: 10.2e6 }), /more than/);
  refused(() => receiptOf({ ...served, answerUcPerMtok: 0.5 }), /no count/);
  refused(() => receiptOf({ ...served, answerUcPerMtok: MAX_UC_PER_MTOK + 1 }), /price/);
});

test('tokens are rounded up to 16, the hour is the finest time, and the amount follows from both', () => {
  const r = receiptOf(served);
  assert.is(r.promptTokens, 336);
  assert.is(r.answerTokens, 80);
  assert.is(r.hour, 492_000);
  assert.is(r.amountUc, Math.ceil((336 * 12_345 + 80 * 123_456) / 1e6));
  assert.not.ok(byTheWords(r).includes(hex(wallMs.toString(16).padStart(16, '0'))));
});

test('amounts are exact where a double is not', () => {
  const tokens = 9_999_984;
  const bill = {
    promptTokens: tokens,
    answerTokens: tokens,
    promptUcPerMtok: 999_999_999,
    answerUcPerMtok: 999_999_937,
  };
  const exact = (BigInt(tokens) * (999_999_999n + 999_999_937n) + 999_999n) / 1_000_000n;
  assert.is(BigInt(amountUc(bill)), exact);
});

test('both signatures fit, a flip of any bit fits neither', () => {
  const both = signed();
  checkSigned(both, verifySigned);
  checkAgreed(both, agreed, wallMs, verifySigned);
  const bytes = receiptCodec.encode(both.receipt);
  for (let bit = 0; bit < bytes.length * 8; bit += 7) {
    const changed = Buffer.from(bytes);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    refused(() => checkSigned({ ...both, receipt: receiptCodec.decode(changed) }, verifySigned), /receipt|bill/);
  }
});

test("one side's signature is worth nothing as the other's, nor under another domain", () => {
  const both = signed();
  const bytes = receiptCodec.encode(both.receipt);
  const swapped = { ...both, askerSignature: asker.sign('receipt.server', bytes) };
  refused(() => checkSigned(swapped, verifySigned), /asker/);
  refused(() => checkSigned({ ...both, serverSignature: server.sign('voucher', bytes) }, verifySigned), /server/);
});

test('the asker signs nothing that it did not agree to', () => {
  const other = signer(Buffer.alloc(32, 9));
  const cases: [Partial<typeof served>, RegExp][] = [
    [{ id: Buffer.alloc(16, 8) }, /another question/],
    [{ asker: other.publicKey }, /another asker/],
    [{ expert: 'status' }, /expert status/],
    [{ tier: 'economy' }, /tier economy/],
    [{ promptUcPerMtok: served.promptUcPerMtok + 1 }, /price for the question/],
    [{ answerUcPerMtok: served.answerUcPerMtok + 1 }, /price for the answer/],
    [{ promptTokens: 337 }, /more tokens than were asked/],
    [{ answerTokens: 81 }, /more tokens than came back/],
    [{ wallMs: wallMs + 3 * HOUR_MS }, /hour/],
    [{ wallMs: wallMs - 3 * HOUR_MS }, /hour/],
  ];
  for (const [change, why] of cases) {
    const theirs = signAsServer(receiptOf({ ...served, ...change }), server.sign);
    refused(() => checkAgreed(theirs, agreed, wallMs, verifySigned), why);
  }
  const theirs = signAsServer(receiptOf({ ...served, server: other.publicKey }), other.sign);
  refused(() => checkAgreed(theirs, agreed, wallMs, verifySigned), /another server/);
  const fewer = signAsServer(receiptOf({ ...served, answerTokens: 10, promptUcPerMtok: 1 }), server.sign);
  checkAgreed(fewer, agreed, wallMs, verifySigned);
});

test('an expert of an upstream can be named: colons and capitals', () => {
  for (const expert of ['upstream:Qwen2.5-7B', 'upstream:library/llama3:8b', 'a'.repeat(64)]) {
    const receipt = receiptOf({ ...served, expert });
    assert.is(receiptCodec.decode(receiptCodec.encode(receipt)).expert, expert);
  }
  for (const expert of ['', ':x', 'a b', 'ü', 'a'.repeat(65)]) refused(() => receiptOf({ ...served, expert }), /no id/);
});

test('a receipt that does not add up is refused though it is signed', () => {
  const good = receiptOf(served);
  const cases: [Partial<Receipt>, RegExp][] = [
    [{ amountUc: good.amountUc + 1 }, /uc where/],
    [{ version: 2 }, /version/],
    [{ tier: TIERS.length }, /tier/],
    [{ expert: 'ask me\n' }, /expert/],
    [{ answerTokens: 81 }, /multiple/],
  ];
  for (const [change, why] of cases) {
    refused(() => checkSigned(signAsServer({ ...good, ...change }, server.sign), verifySigned), why);
  }
});

test.run();
