import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { manualClock } from '../../../../src/core/clock.ts';
import { seededRandom } from '../../../../src/core/random.ts';
import { replayGuard, SEAL_KEY_GRACE_MS, SEAL_KEY_MS, sealKeys } from '../../../../src/net/swarm/seal/keys.ts';
import { PAD_CLASSES, SEAL_BYTES } from '../../../../src/net/swarm/seal/pad.ts';
import { MAX_REQUEST_BYTES, requestOpener, sealRequest, suite } from '../../../../src/net/swarm/seal/request.ts';

const clock = manualClock(1.8e12);
const keys = sealKeys(clock);
const expertKey = await keys.publicKey();
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex')).buffer;
const text = (bytes: ArrayBuffer | Uint8Array) => Buffer.from(bytes as Uint8Array).toString('hex');
const nonce = Buffer.alloc(16, 3);
const opener = (admit = replayGuard(clock)) => requestOpener({ keyOf: keys.keyOf, admit, responseNonce: nonce });
const seal = (content: Uint8Array) => sealRequest({ expertKey, content, wallMs: clock.wallMs() });
const isBroken = (e: { code?: string }) => e.code === 'SEAL_BROKEN';
const rejects = async (body: () => Promise<unknown>) => {
  const error = await body().then(
    () => assert.unreachable('nothing was refused'),
    (e) => e,
  );
  assert.ok(isBroken(error), String(error));
};
async function openAll(frames: Buffer[]) {
  const to = opener();
  let got: Awaited<ReturnType<typeof to.open>>;
  for (const frame of frames) got = await to.open(frame);
  to.end();
  return got!;
}
const answered = async (content: Uint8Array) => {
  const { frames, answer } = await seal(content);
  return { expert: (await openAll(frames)).answer, asker: answer };
};

test('the library does what RFC 9180 publishes for this suite', async () => {
  const v = JSON.parse(readFileSync(new URL('rfc9180.json', import.meta.url), 'utf8'));
  const recipientKey = await suite.kem.importKey('raw', hex(v.skRm), false);
  const recipient = await suite.createRecipientContext({ recipientKey, enc: hex(v.pkEm), info: hex(v.info) });
  const ekm = {
    privateKey: await suite.kem.importKey('raw', hex(v.skEm), false),
    publicKey: await suite.kem.deserializePublicKey(hex(v.pkEm)),
  };
  const recipientPublicKey = await suite.kem.deserializePublicKey(hex(v.pkRm));
  const sender = await suite.createSenderContext({ recipientPublicKey, info: hex(v.info), ekm });
  assert.is(text(new Uint8Array(sender.enc)), v.pkEm);
  for (const { aad, ct } of v.sealed) {
    assert.is(text(new Uint8Array(await sender.seal(hex(v.pt), hex(aad)))), ct);
    assert.is(text(new Uint8Array(await recipient.open(hex(ct), hex(aad)))), v.pt);
  }
  for (const { context, value } of v.exported) {
    assert.is(text(new Uint8Array(await recipient.export(hex(context), 32))), value);
  }
});

test('the vectors of this protocol: question and answer', async () => {
  const v = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8'));
  const recipientKey = await suite.kem.importKey('raw', hex(v.expertPrivate), false);
  const content = Buffer.from(v.question);
  const sealed = await sealRequest({
    expertKey: Buffer.from(v.expertPublic, 'hex'),
    content,
    wallMs: v.wallMs,
    ephemeral: Buffer.from(v.ephemeralIkm, 'hex'),
  });
  assert.equal(sealed.frames.map(text), v.questionFrames);
  const responseNonce = Buffer.from(v.responseNonce, 'hex');
  const to = requestOpener({ keyOf: () => recipientKey as never, admit: () => true, responseNonce });
  const got = await to.open(Buffer.from(v.questionFrames[0], 'hex'));
  assert.equal(got!.content, content);
  const frames = [...got!.answer.seal(Buffer.from(v.answer[0])), ...got!.answer.seal(Buffer.from(v.answer[1]), true)];
  assert.equal(frames.map(text), v.answerFrames);
  const back = v.answerFrames.map((f: string) => sealed.answer.open(Buffer.from(f, 'hex')).content.toString());
  assert.equal(back, v.answer);
});

test('any question of any size arrives, and every frame has the size of a class', async () => {
  const sizes = fc.oneof(fc.nat(3000), fc.nat(200_000), fc.constantFrom(0, 965, 966, 967, 61_377, 61_378, 61_379));
  const property = fc.asyncProperty(sizes, fc.nat(255), async (bytes, fill) => {
    const content = Buffer.alloc(bytes, fill);
    const { frames } = await seal(content);
    for (const frame of frames) assert.ok(PAD_CLASSES.includes(frame.length as never), `${frame.length}`);
    assert.equal((await openAll(frames)).content, content);
  });
  await fc.assert(property, { seed: 8, numRuns: 40 });
});

test('answers of any pieces arrive, zeros at their ends included', async () => {
  const piece = fc.record({ bytes: fc.oneof(fc.nat(300), fc.nat(130_000)), fill: fc.nat(255) });
  const property = fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (list) => {
    const { expert, asker } = await answered(Buffer.from('q'));
    const sent = list.map(({ bytes, fill }) => Buffer.alloc(bytes, fill));
    const frames = [...sent.flatMap((p) => expert.seal(p)), ...expert.seal(Buffer.alloc(0), true)];
    for (const frame of frames) assert.ok(PAD_CLASSES.includes(frame.length as never));
    const got = frames.map((frame) => asker.open(frame));
    asker.end();
    assert.equal(Buffer.concat(got.map((g) => g.content)), Buffer.concat(sent));
    assert.equal(
      got.map((g) => g.final),
      frames.map((_, i) => i === frames.length - 1),
    );
  });
  await fc.assert(property, { seed: 9, numRuns: 30 });
});

test('sealing adds at most 17 bytes to a chunk before padding', () => {
  assert.ok(SEAL_BYTES <= 17);
});

test('an answer changed, cut, repeated, reordered, or with a chunk left out is refused', async () => {
  const random = seededRandom(5);
  const made = async () => {
    const { expert, asker } = await answered(Buffer.from('q'));
    const texts = ['one', 'two', 'three'].map((t) => Buffer.from(t));
    return { asker, frames: [...texts.flatMap((t) => expert.seal(t)), ...expert.seal(Buffer.from('end'), true)] };
  };
  const twist: ((frames: Buffer[]) => Buffer[])[] = [
    (f) => f.slice(0, -1),
    (f) => [f[0]!, f[0]!, ...f.slice(1)],
    (f) => [f[0]!, f[1]!, f[1]!, ...f.slice(2)],
    (f) => [f[0]!, f[2]!, f[1]!, f[3]!],
    (f) => [f[1]!, f[0]!, f[2]!, f[3]!],
    (f) => [f[0]!, f[2]!, f[3]!],
    (f) => [f[0]!, f[3]!],
    (f) => f.slice(1),
    (f) => [...f, f[3]!],
    (f) => [f[0]!, f[1]!.subarray(0, 1000), f[2]!, f[3]!],
    (f) => [f[0]!, Buffer.concat([f[1]!, Buffer.alloc(3072)]), f[2]!, f[3]!],
    ...Array.from({ length: 60 }, () => (f: Buffer[]) => {
      const bytes = Buffer.from(f[1]!);
      bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 8);
      return [f[0]!, bytes, f[2]!, f[3]!];
    }),
  ];
  for (const [i, change] of twist.entries()) {
    const { asker, frames } = await made();
    const use = () => {
      for (const frame of change(frames)) asker.open(frame);
      asker.end();
    };
    assert.throws(use, isBroken, `case ${i}`);
  }
});

test('a question changed, cut, reordered or to another key is refused', async () => {
  const { frames } = await seal(Buffer.alloc(150_000, 'x'));
  assert.is(frames.length, 3);
  const [a, b, c] = frames as [Buffer, Buffer, Buffer];
  await rejects(() => openAll([a, c, b]));
  await rejects(() => openAll([a, b]));
  await rejects(() => openAll([a, b, b, c]));
  await rejects(() => openAll([b, c]));
  await rejects(() => openAll([a, b, c, c]));
  for (let i = 0; i < a.length; i += 997) {
    const changed = Buffer.from(a);
    changed[i]! ^= 1;
    await rejects(() => openAll([changed, b, c]));
  }
  const other = await sealKeys(clock).publicKey();
  const { frames: theirs } = await sealRequest({ expertKey: other, content: Buffer.from('q'), wallMs: clock.wallMs() });
  await rejects(() => openAll(theirs));
});

test('no part of a question or answer can be read in its frames, and equal ones look different', async () => {
  const canary = Buffer.from('the canary sings at midnight');
  const { frames, answer } = await seal(canary);
  const again = await seal(canary);
  const sealer = (await openAll(frames)).answer;
  const reply = sealer.seal(canary, true);
  for (const frame of [...frames, ...reply]) assert.not.ok(frame.includes('canary'));
  assert.not.equal(frames[0]!.subarray(41), again.frames[0]!.subarray(41));
  assert.equal(answer.open(reply[0]!).content, canary);
});

test('a question replayed is answered once; one from another time not at all', async () => {
  const admit = replayGuard(clock);
  const { frames } = await seal(Buffer.from('once'));
  await opener(admit).open(frames[0]!);
  await rejects(() => opener(admit).open(frames[0]!));
  for (const minutes of [-11, 11]) {
    const late = await sealRequest({ expertKey, content: Buffer.from('q'), wallMs: clock.wallMs() + minutes * 60_000 });
    await rejects(() => opener(admit).open(late.frames[0]!));
  }
  const later = manualClock(clock.wallMs());
  const guard = replayGuard(later);
  const minute = later.wallMs() / 60_000;
  assert.ok(guard(Buffer.alloc(32, 1), minute));
  later.advance(20 * 60_000);
  assert.not.ok(guard(Buffer.alloc(32, 1), minute), 'forgotten, and too old to matter');
});

test('the same question answered twice never meets the same key: the answers do not open for each other', async () => {
  const { frames, answer } = await seal(Buffer.from('q'));
  const to = (fill: number) =>
    requestOpener({ keyOf: keys.keyOf, admit: () => true, responseNonce: Buffer.alloc(16, fill) });
  const [one, two] = [await to(1).open(frames[0]!), await to(2).open(frames[0]!)];
  const first = one!.answer.seal(Buffer.from('a'))[0]!;
  two!.answer.seal(Buffer.from('b'));
  const second = two!.answer.seal(Buffer.from('c'))[0]!;
  answer.open(first);
  assert.throws(() => answer.open(second), isBroken);
});

test("the expert's key changes daily, the old one opens an hour longer and is then gone", async () => {
  const day = manualClock();
  const rotating = sealKeys(day);
  const [first, same] = await Promise.all([rotating.publicKey(), rotating.publicKey()]);
  assert.equal(first, same);
  const { frames } = await sealRequest({ expertKey: first, content: Buffer.from('q'), wallMs: 0 });
  const open = () => requestOpener({ keyOf: rotating.keyOf, admit: () => true, responseNonce: nonce }).open(frames[0]!);
  day.advance(SEAL_KEY_MS);
  assert.not.equal(await rotating.publicKey(), first);
  assert.ok(await open());
  day.advance(SEAL_KEY_GRACE_MS);
  await rejects(open);
});

test('a question above 1 MiB and a key that is none are refused by name', async () => {
  const tooLong = await seal(Buffer.alloc(MAX_REQUEST_BYTES + 1)).catch((e) => e);
  assert.is(tooLong.code, 'CONTEXT_LENGTH');
  const noKey = await sealRequest({ expertKey: Buffer.alloc(31), content: nonce, wallMs: 0 }).catch((e) => e);
  assert.is(noKey.code, 'PEER_INVALID');
  assert.equal(
    (await openAll((await seal(Buffer.alloc(MAX_REQUEST_BYTES, 1))).frames)).content.length,
    MAX_REQUEST_BYTES,
  );
});

test.run();
