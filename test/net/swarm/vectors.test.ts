import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readDescriptor } from '../../../src/net/swarm/descriptor.ts';
import { identityFromSeed, keyFromText, signedBytes, verifySignature } from '../../../src/net/swarm/identity.ts';
import { inviteLine, readInvite } from '../../../src/net/swarm/invite.ts';
import { FindRequest, Reply } from '../../../src/net/swarm/query.ts';
import { framesFor, roomy } from '../../../src/net/swarm/shape.ts';
import { shardKey, shardOf } from '../../../src/net/swarm/topics.ts';
import { decodeData, encodeData, type Role } from '../../../src/net/swarm/wire/frames.ts';
import { acceptHandshake, dialHandshake, transcript } from '../../../src/net/swarm/wire/hello.ts';
import { prefixOf } from '../../../src/net/swarm/wire/prefix.ts';

const vectors = (name: string) => JSON.parse(readFileSync(new URL(`vectors/${name}.json`, import.meta.url), 'utf8'));
const hex = (text: string) => Buffer.from(text, 'hex');

test('key text and signatures', () => {
  for (const v of vectors('signatures')) {
    const identity = identityFromSeed(hex(v.seed));
    assert.is(identity.id, v.keyText);
    assert.equal(keyFromText(v.keyText), hex(v.publicKey));
    assert.is(signedBytes(v.domain, hex(v.bytes)).toString('hex'), v.signedBytes);
    assert.is(identity.sign(v.domain, hex(v.bytes)).toString('hex'), v.signature);
    assert.ok(verifySignature(hex(v.publicKey), v.domain, hex(v.bytes), hex(v.signature)));
  }
});

test('hello, welcome and proof, byte for byte', () => {
  const v = vectors('hello');
  const side = (s: { seed: string; nonce: string; roles: Role[] }) => ({
    identity: identityFromSeed(hex(s.seed)),
    nonce: hex(s.nonce),
    roles: s.roles,
  });
  const dialler = dialHandshake(side(v.dialler));
  const acceptor = acceptHandshake(side(v.acceptor));
  assert.equal(JSON.parse(dialler.first!), v.hello);
  const welcome = acceptor.onText(dialler.first!).send!;
  assert.equal(JSON.parse(welcome), v.welcome);
  const { send: proof } = dialler.onText(welcome);
  assert.equal(JSON.parse(proof!), v.proof);
  assert.is(acceptor.onText(proof!).peer?.key, v.hello.key);
  const facts = {
    versions: v.hello.versions,
    version: v.welcome.version,
    diallerKey: keyFromText(v.hello.key)!,
    acceptorKey: keyFromText(v.welcome.key)!,
    diallerNonce: hex(v.dialler.nonce),
    acceptorNonce: hex(v.acceptor.nonce),
    diallerRoles: v.dialler.roles,
    acceptorRoles: v.acceptor.roles,
  };
  assert.is(transcript(0, facts).toString('hex'), v.transcriptOfDialler);
  assert.is(transcript(1, facts).toString('hex'), v.transcriptOfAcceptor);
});

test('look-ups through relays, and the shapes of sealed answers', () => {
  const v = vectors('lookups');
  const request = FindRequest.parse(JSON.parse(v.request));
  assert.is(JSON.stringify(request), v.request);
  for (const { json, bytes, sha256 } of v.replies) {
    const reply = Reply.parse(JSON.parse(json));
    const sent = roomy(Buffer.from(json), reply);
    assert.equal([sent.length, createHash('sha256').update(sent).digest('hex')], [bytes, sha256]);
  }
  for (const [count, frames] of Object.entries(v.frames)) assert.is(framesFor(Number(count)), frames);
});

test('data frames', () => {
  for (const v of vectors('frames')) {
    assert.is(encodeData(v.id, v.end, hex(v.payload)).toString('hex'), v.frame);
    assert.equal(decodeData(hex(v.frame)), { id: v.id, end: v.end, payload: hex(v.payload) });
  }
});

test('descriptors, good and bad', () => {
  for (const { why, text, nowS, json } of vectors('descriptors')) {
    assert.equal(readDescriptor(Buffer.from(text, 'base64url'), nowS * 1000), json ?? undefined, why);
  }
});

test('prefixes of addresses', () => {
  for (const [address, prefix] of Object.entries(vectors('prefixes'))) assert.is(prefixOf(address), prefix, address);
});

test('keys of topics, and the shard that a node announces itself in', () => {
  for (const { topic, keys, shardOfKey } of vectors('topics')) {
    assert.equal(
      [0, 1, 2, 3].map((shard) => shardKey(topic, shard).toString('hex')),
      keys,
    );
    assert.is(shardOf(keyFromText(shardOfKey.key)!), shardOfKey.shard);
  }
});

test('invite lines, both ways', () => {
  for (const { invite, line } of vectors('invites')) {
    assert.is(inviteLine(invite), line);
    assert.equal(readInvite(line), invite);
  }
});

test.run();
