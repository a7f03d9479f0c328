/**
 * Everything that a stranger's bytes are parsed by, with changed good ones: each gives a value or refuses by a code of ours, soon,
 * and what it takes of canonical records is what it would write. FUZZ_S=120 goes on so long for each with new seeds.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MANIFEST_FILE, readManifest } from '../../../src/core/manifest.ts';
import { readDescriptor, signDescriptor } from '../../../src/net/swarm/descriptor.ts';
import { freshIdentity, keyFromText, verifyBare } from '../../../src/net/swarm/identity.ts';
import { inviteLine, readInvite } from '../../../src/net/swarm/invite.ts';
import { encode, parseReply, parseRequest } from '../../../src/net/swarm/weights/messages.ts';
import { decodeUses } from '../../../src/net/swarm/weights/uses.ts';
import { decodeData, encodeData, Frame, parseFrame } from '../../../src/net/swarm/wire/frames.ts';
import { acceptHandshake, dialHandshake } from '../../../src/net/swarm/wire/hello.ts';
import { mayLead, reachOf } from '../../../src/net/swarm/wire/reach.ts';
import { asText, chance, fuzz, json } from './fuzzing.ts';

const me = () => ({ identity: freshIdentity(), roles: [], nonce: Buffer.alloc(32, 1) });
const key = freshIdentity().id;

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

test.run();
