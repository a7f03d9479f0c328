/** What strangers may send: manifests, and questions for weights. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { endRaws, OP, provenPeer } from '../../../../src/app/bench/hostile/raw.ts';
import { canonical, chunkBytesFor, MIN_CHUNK_BYTES, readManifest } from '../../../../src/core/manifest.ts';
import { NOT_SERVING } from '../../../../src/net/swarm/dials.ts';
import { freshIdentity } from '../../../../src/net/swarm/identity.ts';
import { encode, parseReply } from '../../../../src/net/swarm/weights/messages.ts';
import { nameTag } from '../../../../src/net/swarm/weights/tags.ts';
import { dial } from '../../../../src/net/swarm/wire/dial.ts';
import { encodeData } from '../../../../src/net/swarm/wire/frames.ts';
import { sleep, until } from '../../helpers.ts';
import { giver, signedExpert } from './givers.ts';

type Loose = Record<string, never> & { files: Record<string, unknown>[]; expert: Record<string, unknown> };
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const maker = publicKey.export({ type: 'spki', format: 'der' }).subarray(12).toString('hex');
const signedAnew = (body: object) =>
  JSON.stringify({ ...body, signature: sign(null, Buffer.from(canonical(body)), privateKey).toString('hex') });

test('a manifest with sizes, names, counts, chunks or words that cannot be is refused, though signed', async () => {
  const { manifest, remove } = await signedExpert('pumps', [300_000, 10]);
  const { signature: _signature, ...body } = manifest;
  const good = { ...body, maker };
  assert.is(readManifest(signedAnew(good), 'x').expert.id, 'pumps');
  const changes: [string, (m: Loose) => unknown][] = [
    ['a path', (m) => (m.files[1]!.name = '../x')],
    ['an absolute path', (m) => (m.files[1]!.name = '/etc/passwd')],
    ['a hidden file', (m) => (m.files[1]!.name = '.bashrc')],
    ['our own file', (m) => (m.files[1]!.name = 'expert.json')],
    ['our own part', (m) => (m.files[1]!.name = 'w.gguf.part')],
    ['our own list', (m) => (m.files[1]!.name = 'w.gguf.chunks')],
    ['a name twice', (m) => (m.files[1]!.name = 'W.GGUF')],
    ['no size', (m) => (m.files[1]!.sizeBytes = 0)],
    ['a size below zero', (m) => (m.files[1]!.sizeBytes = -5)],
    ['half a byte', (m) => (m.files[1]!.sizeBytes = 1.5)],
    ['too many chunks', (m) => (m.files[1]!.sizeBytes = 1e15)],
    ['a size beyond numbers', (m) => (m.files[1]!.sizeBytes = 1e300)],
    ['chunks too small', (m) => (m.files[0]!.chunkBytes = 1)],
    ['chunks too large', (m) => (m.files[0]!.chunkBytes = 2 ** 30)],
    ['chunks of no power of two', (m) => (m.files[0]!.chunkBytes = MIN_CHUNK_BYTES + 1)],
    ['no hash', (m) => (m.files[0]!.chunksSha256 = 'zz')],
    ['nine files', (m) => (m.files = Array.from({ length: 9 }, (_, i) => ({ ...m.files[0], name: `f${i}` })))],
    ['no file', (m) => (m.files = [])],
    ['another file than the expert', (m) => (m.expert.file = 'g1.gbnf')],
    ['an id that is a path', (m) => (m.expert.id = '../../x')],
    ['a deep word', (m) => (m.expert.more = JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`))],
    ['a member more', (m) => Object.assign(m, { run: 'sh' })],
    ['another version', (m) => Object.assign(m, { version: 3 })],
  ];
  for (const [name, change] of changes) {
    const bad = structuredClone(good) as unknown as Loose;
    change(bad);
    let text = JSON.stringify({ ...bad, signature: '0'.repeat(128) });
    try {
      text = signedAnew(bad);
    } catch {
      // What cannot even be signed is sent unsigned.
    }
    assert.throws(
      () => readManifest(text, 'x'),
      (error: { code: string }) => error.code === 'MODEL_INVALID',
      name,
    );
  }
  const texts = ['', '{', 'null', '[]', '7', '['.repeat(200_000), `"${'x'.repeat(300_000)}"`];
  for (const text of [...texts, JSON.stringify({ ...good, signature: '0'.repeat(128) })]) {
    assert.throws(
      () => readManifest(text, 'x'),
      (error: { code: string }) => error.code === 'MODEL_INVALID',
    );
  }
  assert.throws(() => chunkBytesFor(1e13), /too many/);
  remove();
});

test('questions out of range, malformed or for what is not given are refused by a code, and the next is answered', async () => {
  const signed = await signedExpert('pumps', [300_000, 10]);
  const one = await giver(signed);
  const connection = await dial({ url: one.url, reach: 'owner', identity: freshIdentity(), handlers: NOT_SERVING });
  const stream = connection.open([], 'weights');
  const { id } = signed;
  const ask = async (payload: Buffer) => {
    await stream.send(payload);
    const got = parseReply((await stream.take())!.payload);
    return got.type === 'error' ? got.code : got.type;
  };
  const say = (what: object) => ask(Buffer.from(JSON.stringify(what)));
  const before = process.memoryUsage.rss();
  const bad: [object, string][] = [
    [{ type: 'chunk', id, file: 0, index: 2 }, 'MESSAGE_INVALID'],
    [{ type: 'chunk', id, file: 0, index: -1 }, 'MESSAGE_INVALID'],
    [{ type: 'chunk', id, file: 0, index: 1e9 }, 'MESSAGE_INVALID'],
    [{ type: 'chunk', id, file: 0, index: 0.5 }, 'MESSAGE_INVALID'],
    [{ type: 'chunk', id, file: 2, index: 0 }, 'MESSAGE_INVALID'],
    [{ type: 'chunks', id, file: 7 }, 'MESSAGE_INVALID'],
    [{ type: 'chunks', id, file: '../../x' }, 'MESSAGE_INVALID'],
    [{ type: 'chunk', id: 'f'.repeat(64), file: 0, index: 0 }, 'NOT_OFFERED'],
    [{ type: 'manifest', id: '../../keys/node.key' }, 'MESSAGE_INVALID'],
    [{ type: 'manifest', id, path: '/etc/passwd' }, 'MESSAGE_INVALID'],
    [{ type: 'delete', id }, 'MESSAGE_INVALID'],
  ];
  for (const [what, code] of bad) assert.is(await say(what), code, JSON.stringify(what));
  assert.is(await ask(Buffer.alloc(60_000, '[')), 'MESSAGE_INVALID');
  assert.is(await ask(Buffer.from([0xff, 0xfe])), 'MESSAGE_INVALID');
  assert.is(await say({ type: 'offers', tag: nameTag('pears') }), 'offers');
  assert.is(await say({ type: 'offers', tag: nameTag('pumps') }), 'offers');
  assert.ok(process.memoryUsage.rss() - before < 64e6);
  connection.close(1000, '');
  await one.end();
  signed.remove();
});

test('a file that is no longer the signed one is not given: the last piece of its chunk never comes', async () => {
  const signed = await signedExpert('pumps', [300_000]);
  const one = await giver(signed);
  const bytes = readFileSync(join(signed.at, 'w.gguf'));
  bytes[100]! ^= 1;
  writeFileSync(join(signed.at, 'w.gguf'), bytes);
  const connection = await dial({ url: one.url, reach: 'owner', identity: freshIdentity(), handlers: NOT_SERVING });
  const stream = connection.open([], 'weights');
  await stream.send(encode({ type: 'chunk', id: signed.id, file: 0, index: 0 }));
  const head = parseReply((await stream.take())!.payload);
  let came = 0;
  const end = await (async () => {
    for (;;) came += (await stream.take())!.payload.length;
  })().catch((error) => error);
  assert.is(end.code, 'NOT_OFFERED');
  assert.ok(head.type === 'blob' && came < head.sizeBytes, `${came} bytes came`);
  const again = connection.open([], 'weights');
  await again.send(encode({ type: 'chunk', id: signed.id, file: 0, index: 0 }));
  const got = parseReply((await again.take())!.payload);
  assert.is(got.type === 'error' && got.code, 'NOT_OFFERED', 'the next one is told at once');
  connection.close(1000, '');
  await one.end();
  signed.remove();
});

test('seventeen streams at once are one too many, and one more connection helps nobody', async () => {
  const signed = await signedExpert('pumps', [300_000]);
  const one = await giver(signed);
  const connection = await dial({ url: one.url, reach: 'owner', identity: freshIdentity(), handlers: NOT_SERVING });
  const streams = Array.from({ length: 17 }, () => connection.open([], 'weights'));
  const error = await streams[16]!.take().catch((e) => e);
  assert.is(error.code, 'BUSY');
  connection.close(1000, '');
  await one.end();
  signed.remove();
});

test('whoever asks for chunks and leaves before they come leaves no file open', async () => {
  const signed = await signedExpert('pumps', [300_000]);
  const one = await giver(signed, { bytesPerS: 1e6 });
  const connection = await dial({ url: one.url, reach: 'owner', identity: freshIdentity(), handlers: NOT_SERVING });
  const openFiles = () =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).endsWith('w.gguf');
      } catch {
        return false;
      }
    }).length;
  for (let i = 0; i < 40; i++) {
    const stream = connection.open([], 'weights');
    await stream.send(encode({ type: 'chunk', id: signed.id, file: 0, index: 0 }));
    if (i % 2) await sleep(5);
    stream.close('BUSY', 'changed my mind');
  }
  await until('all that were asked', () => one.asked.length > 0, 60_000);
  await until('no file is open', () => openFiles() === 0, 60_000);
  connection.close(1000, '');
  await one.end();
  signed.remove();
});

test('who holds all places has to give one to whoever comes from elsewhere', async () => {
  const signed = await signedExpert('pumps', [300_000]);
  const one = await giver(signed);
  const greedy = await dial({ url: one.url, reach: 'owner', identity: freshIdentity(), handlers: NOT_SERVING });
  const held = Array.from({ length: 16 }, () => greedy.open([], 'weights'));
  await held[15]!.send(encode({ type: 'offers' }));
  await held[15]!.take();
  const peer = await provenPeer(Number(new URL(one.url).port), '127.9.9.9');
  peer.json({ type: 'open', id: 1, path: [], kind: 'weights' });
  peer.send(encodeData(1, false, encode({ type: 'offers' })), { op: OP.binary });
  const error = await held[0]!.take().catch((e) => e);
  assert.is(error.code, 'BUSY', 'the longest held one goes');
  await held[15]!.send(encode({ type: 'offers' }));
  assert.ok(await held[15]!.take(), 'the others stay');
  assert.not.ok(peer.texts.some((text) => text.includes('BUSY')));
  endRaws();
  greedy.close(1000, '');
  await one.end();
  signed.remove();
});

test.run();
