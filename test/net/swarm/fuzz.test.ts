/**
 * Everything that a stranger's bytes are parsed by, with changed good ones: each gives a value or refuses by a code of ours, soon,
 * and what it takes of canonical records is what it would write. FUZZ_S=120 goes on so long for each with new seeds.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HeatmineError } from '../../../src/core/errors.ts';
import { MANIFEST_FILE, readManifest } from '../../../src/core/manifest.ts';
import { type Random, seededRandom } from '../../../src/core/random.ts';
import { receiptCodec } from '../../../src/net/ledger/receipt.ts';
import { voucherCodec } from '../../../src/net/ledger/voucher.ts';
import { readDescriptor, signDescriptor } from '../../../src/net/swarm/descriptor.ts';
import { freshIdentity, keyFromText, verifyBare } from '../../../src/net/swarm/identity.ts';
import { inviteLine, readInvite } from '../../../src/net/swarm/invite.ts';
import { orderCodec, readClaim, readOrder, readReceipt, readVoucher } from '../../../src/net/swarm/pay/slips.ts';
import { Reply, Request } from '../../../src/net/swarm/query.ts';
import { answerOpener } from '../../../src/net/swarm/seal/answer.ts';
import { PAD_CLASSES, padded, unpadded } from '../../../src/net/swarm/seal/pad.ts';
import { requestOpener, sealRequest, suite } from '../../../src/net/swarm/seal/request.ts';
import { encode, parseReply, parseRequest } from '../../../src/net/swarm/weights/messages.ts';
import { decodeUses } from '../../../src/net/swarm/weights/uses.ts';
import { decodeData, encodeData, Frame, parseFrame } from '../../../src/net/swarm/wire/frames.ts';
import { acceptHandshake, dialHandshake } from '../../../src/net/swarm/wire/hello.ts';
import { mayLead, reachOf } from '../../../src/net/swarm/wire/reach.ts';

const ROUNDS = 300;
/** Many times what any of them takes: quadratic or worse shows. */
const SLOWEST_MS = 2000;
const longMs = Number(process.env.FUZZ_S ?? 0) * 1000;

const NASTY = [
  '[',
  '{',
  '"',
  '\\u0000',
  '\\ud800',
  '1e999',
  '-0',
  '"__proto__":{"x":1},',
  'null',
  '9007199254740993',
  '€',
  '\u0000',
];

/** Flips, cuts, doubles, swaps in what parsers dislike, and now and then begins anew. */
function changed(good: Buffer, random: Random): Buffer {
  const below = (n: number) => Math.floor(random() * n);
  let bytes: Buffer = Buffer.from(good);
  for (let change = below(4); change >= 0; change--) {
    const at = below(bytes.length + 1);
    const end = at + below(bytes.length - at + 1);
    const kinds = [
      () => bytes.length && bytes.writeUInt8(bytes[at % bytes.length]! ^ (1 << below(8)), at % bytes.length),
      () => bytes.length && bytes.writeUInt8(below(256), at % bytes.length),
      () => (bytes = bytes.subarray(0, at)),
      () => (bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)])),
      () => (bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)])),
      () => (bytes = splice(bytes, at, Buffer.from(NASTY[below(NASTY.length)]!.repeat(1 + below(3))))),
      () => (bytes = splice(bytes, at, Buffer.from(NASTY[below(4)]!.repeat(below(20_000))))),
      () => (bytes = Buffer.from(Array.from({ length: below(200) }, () => below(256)))),
      () => (bytes = splice(bytes, at, Buffer.from([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80]))),
    ];
    kinds[below(kinds.length)]!();
    bytes = Buffer.from(bytes.subarray(0, 70_000));
  }
  return bytes;
}
const splice = (bytes: Buffer, at: number, more: Buffer) =>
  Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);

type Parse = (bytes: Buffer) => unknown;

async function fuzz(name: string, goods: readonly Buffer[], parse: Parse, mayThrow = true): Promise<void> {
  const endMs = performance.now() + longMs;
  let seed = 1;
  for (let round = 0; round < ROUNDS || performance.now() < endMs; round++) {
    const random = seededRandom(seed++);
    const bytes = changed(goods[Math.floor(random() * goods.length)]!, random);
    const startMs = performance.now();
    try {
      await parse(bytes);
    } catch (error) {
      const isOurs = mayThrow && error instanceof HeatmineError;
      assert.ok(isOurs, `${name}, seed ${seed - 1}: ${(error as Error).stack}`);
    }
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs < SLOWEST_MS, `${name}, seed ${seed - 1}: ${Math.round(tookMs)} ms for ${bytes.length} bytes`);
  }
  assert.is(({} as Record<string, unknown>).x, undefined, 'the prototype of all objects is as it was');
}

const asText =
  (parse: (text: string) => unknown): Parse =>
  (bytes) =>
    parse(String(bytes));
const json = (...values: unknown[]) => values.map((value) => Buffer.from(JSON.stringify(value)));
const me = () => ({ identity: freshIdentity(), roles: [], nonce: Buffer.alloc(32, 1) });
const key = freshIdentity().id;
const chance = (bytes: number) => Buffer.alloc(bytes, 7);

test('text frames', async () => {
  const frames = json(
    { type: 'open', id: 1, path: [{ key, url: 'ws://[2001:db8::1]:1' }, { key }], kind: 'weights' },
    { type: 'credit', id: 3, bytes: 100 },
    { type: 'close', id: 1, code: 'BUSY', message: 'no' },
    { type: 'find', id: 1, topic: 'heating', limit: 3, others: true },
    { type: 'found', id: 1, descriptors: ['abc'] },
    { type: 'attach', id: 1, descriptor: 'abc', tags: ['w1-x'] },
    { type: 'tallied', id: 1, hours: [[1, 2]] },
  );
  for (const frame of frames) assert.ok(parseFrame(Frame, String(frame)));
  await fuzz(
    'frames',
    frames,
    asText((text) => parseFrame(Frame, text)),
  );
});

test('binary frames: what is taken is what was sent', () =>
  fuzz('data', [encodeData(7, true, chance(100)), encodeData(1, false, Buffer.alloc(0))], (bytes) => {
    const { id, end, payload } = decodeData(bytes);
    assert.ok(encodeData(id, end, payload).equals(bytes));
  }));

test('hello, welcome and proof: nothing but the whole truth makes a peer', async () => {
  const hello = Buffer.from(dialHandshake(me()).first!);
  await fuzz(
    'hello',
    [hello],
    asText((text) => acceptHandshake(me()).onText(text)),
  );
  const dialler = me();
  const ours = dialHandshake(dialler);
  const acceptor = acceptHandshake(me());
  const welcome = acceptor.onText(ours.first!).send!;
  const proof = dialHandshake(dialler).onText(welcome).send!;
  await fuzz('welcome', [Buffer.from(welcome)], (bytes) => {
    const { peer } = dialHandshake(dialler).onText(String(bytes));
    assert.equal(JSON.parse(String(bytes)), JSON.parse(welcome), `another welcome made ${peer?.key} a peer`);
  });
  await fuzz('proof', [Buffer.from(proof)], (bytes) => {
    acceptor.onText(String(bytes));
    assert.equal(JSON.parse(String(bytes)), JSON.parse(proof), 'another proof was taken');
  });
});

test('descriptors, invite lines, keys, signatures and addresses', async () => {
  const now = Date.now();
  const what = { issuedS: Math.floor(now / 1000), urls: ['ws://a:1'], relays: [], relay: true, experts: [] };
  const signed = signDescriptor(freshIdentity(), what);
  const never = (bytes: Buffer) => {
    const read = readDescriptor(bytes, now);
    assert.ok(read === undefined || bytes.equals(signed), 'a changed descriptor is nobody');
  };
  await fuzz('descriptor', [signed], never, false);
  const line = inviteLine({ bootstrap: ['a:1'], relays: [{ key, url: 'ws://a:1' }] });
  await fuzz('invite', [Buffer.from(line)], asText(readInvite));
  const inner = Buffer.from(line.split(':')[2]!, 'base64url');
  await fuzz('invite within', [inner], (bytes) => readInvite(`heatmine:1:${bytes.toString('base64url')}`));
  await fuzz('key', [Buffer.from(key)], asText(keyFromText), false);
  await fuzz('signature', [chance(64)], (bytes) => assert.not.ok(verifyBare(chance(32), chance(9), bytes)), false);
  const addresses = ['::ffff:127.0.0.1', '64:ff9b::7f00:1', '192.168.1.1', 'fe80::1%eth0'].map((one) =>
    Buffer.from(one),
  );
  await fuzz('address', addresses, asText(reachOf), false);
  await fuzz('url', [Buffer.from('ws://[::ffff:127.0.0.1]:8703')], (bytes) => {
    const url = String(bytes);
    if (URL.canParse(url)) mayLead(url, 'world');
  });
});

test('weights: questions, answers, lists of use, manifests', async () => {
  const id = 'a'.repeat(64);
  const questions = [{ type: 'chunk', id, file: 0, index: 3 } as const, { type: 'offers', tag: 'x' } as const].map(
    encode,
  );
  await fuzz('question', questions, parseRequest);
  const offers = [{ id, name: 'pumps', sizeBytes: 3 }];
  await fuzz('answer', [encode({ type: 'offers', offers }), encode({ type: 'blob', sizeBytes: 3 })], parseReply);
  await fuzz(
    'uses',
    json([
      ['p', 'r', 1, 2],
      ['p', '', 1, 2],
    ]),
    decodeUses,
    false,
  );
  const file = { name: 'w.gguf', sha256: id, sizeBytes: 10, chunkBytes: 262_144, chunksSha256: id };
  const expert = {
    id: 'pumps',
    title: 'x',
    topics: ['x'],
    licence: 'MIT',
    parents: [],
    engine: 'llama',
    file: 'w.gguf',
  };
  const manifest = {
    ...{ version: 2, issuedS: 1, files: [file], maker: id, signature: 'b'.repeat(128) },
    expert: { ...expert, sha256: id, sizeBytes: 10 },
  };
  await fuzz(
    'manifest',
    json(manifest),
    asText((text) => readManifest(text, MANIFEST_FILE)),
  );
});

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
