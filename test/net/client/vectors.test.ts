import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Bytes, fromBase64url, type KeyPair, toBase64url, utf8 } from '../../../src/net/client/bytes.ts';
import { readDescriptor } from '../../../src/net/client/descriptor.ts';
import { dialHello } from '../../../src/net/client/hello.ts';
import { keyBytes, type Signer, verify } from '../../../src/net/client/keys.ts';
import { sealQuestion } from '../../../src/net/client/seal.ts';
import { decodeData, encodeData } from '../../../src/net/client/stream.ts';
import { isPrivate, prefixOf, sealedWays } from '../../../src/net/client/way.ts';
import * as node from '../../../src/net/swarm/ask/way.ts';
import type { Descriptor } from '../../../src/net/swarm/descriptor.ts';
import { freshIdentity, identityFromSeed } from '../../../src/net/swarm/identity.ts';
import * as nodePrefix from '../../../src/net/swarm/wire/prefix.ts';

const vectors = (name: string) => JSON.parse(readFileSync(new URL(`../swarm/${name}.json`, import.meta.url), 'utf8'));
const bytes = (hex: string): Bytes => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (of: Uint8Array) => Buffer.from(of).toString('hex');

test('the client imports nothing but its own files', () => {
  const dir = join(import.meta.dirname, '../../../src/net/client');
  for (const file of readdirSync(dir)) {
    const text = readFileSync(join(dir, file), 'utf8');
    for (const [, from] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) assert.match(from!, /^\.\/[\w-]+\.ts$/);
    assert.not.match(text, /\b(Buffer|process|require|localStorage|fetch)\b/, file);
  }
});

test('signatures and key texts', async () => {
  for (const v of vectors('vectors/signatures')) {
    assert.equal(keyBytes(v.keyText), bytes(v.publicKey));
    assert.ok(await verify(v.keyText, v.domain, bytes(v.bytes), bytes(v.signature)));
    assert.not.ok(await verify(v.keyText, `${v.domain}x`, bytes(v.bytes), bytes(v.signature)));
  }
  assert.is(keyBytes(`${'A'.repeat(42)}B`), undefined, 'spare bits');
});

/** The keys of the vectors, which WebCrypto would not let go through raw. */
const signerOf = (seed: string): Signer => {
  const identity = identityFromSeed(bytes(seed));
  return {
    publicKey: new Uint8Array(identity.publicKey),
    id: identity.id,
    sign: async (domain, what) => new Uint8Array(identity.sign(domain, what)),
  };
};

test('hello and proof, byte for byte', async () => {
  const v = vectors('vectors/hello');
  const hello = dialHello(signerOf(v.dialler.seed), v.welcome.key, bytes(v.dialler.nonce));
  assert.equal(JSON.parse(hello.first), v.hello);
  const { proof, key } = await hello.onWelcome(JSON.stringify(v.welcome));
  assert.equal([JSON.parse(proof), key], [v.proof, v.welcome.key]);
});

test('data frames', () => {
  for (const v of vectors('vectors/frames')) {
    assert.is(hex(encodeData(v.id, v.end, bytes(v.payload))), v.frame);
    assert.equal(decodeData(bytes(v.frame)), { id: v.id, end: v.end, payload: bytes(v.payload) });
  }
});

test('descriptors, good and bad', async () => {
  for (const { why, text, nowS, json } of vectors('vectors/descriptors')) {
    assert.equal(await readDescriptor(text, nowS * 1000), json ?? undefined, why);
  }
});

test('a question sealed and an answer opened, byte for byte', async () => {
  const v = vectors('seal/vectors');
  const { subtle } = crypto;
  const der = (secret: string) => bytes(`302e020100300506032b656e04220420${secret}`);
  const ephemeral: KeyPair = {
    privateKey: await subtle.importKey('pkcs8', der(v.ephemeralPrivate), 'X25519', true, ['deriveBits']),
    publicKey: await subtle.importKey('raw', bytes(v.ephemeralPublic), 'X25519', true, []),
  };
  const sealed = await sealQuestion(bytes(v.expertPublic), utf8(v.question), v.wallMs, ephemeral);
  assert.equal(sealed.frames.map(hex), v.questionFrames);
  const said: string[] = [];
  for (const frame of v.answerFrames) said.push(Buffer.from((await sealed.open(bytes(frame))).content).toString());
  assert.equal(said, v.answer);
});

test('prefixes and private addresses as the nodes take them', () => {
  for (const [address, prefix] of Object.entries(vectors('vectors/prefixes'))) assert.is(prefixOf(address), prefix);
  const address = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4().map((v4) => `::ffff:${v4}`),
    fc.domain(),
  );
  fc.assert(
    fc.property(address, (host) => {
      assert.is(prefixOf(host), nodePrefix.prefixOf(host), host);
      if (!host.startsWith('::ffff:')) assert.is(isPrivate(host), nodePrefix.isPrivate(host), host);
    }),
    { seed: 11, numRuns: 500 },
  );
});

const keys = Array.from({ length: 6 }, () => freshIdentity().id);
const url = fc
  .tuple(fc.constantFrom('10.0.0', '192.0.2', '198.51.100', '127.0.0'), fc.nat(3))
  .map(([net, host]) => `ws://${net}.${host + 1}:1`);
const relayAt = fc.record({ key: fc.constantFrom(...keys), url });
const nodeOf = fc.record({
  key: fc.constantFrom(...keys),
  urls: fc.array(url, { maxLength: 2 }),
  relays: fc.array(relayAt, { maxLength: 2 }),
  relay: fc.boolean(),
  operator: fc.constantFrom(undefined, 'north', 'south'),
});

test('the entry relays of any swarm are those that a node would take', () => {
  const whole = (partial: object) => ({ v: 1, issuedS: 0, experts: [], ...partial }) as unknown as Descriptor;
  fc.assert(
    fc.property(nodeOf, fc.array(nodeOf, { maxLength: 8 }), fc.boolean(), (expert, relays, near) => {
      const sorted = (ways: object[]) => ways.map((way) => JSON.stringify(way)).sort();
      const theirs = node.sealedWays(
        whole(expert),
        relays.map(whole),
        { privateMayBeNear: near },
        (all) => all,
        Math.random,
      );
      const ours = sealedWays(whole(expert), relays.map(whole), { nearRelays: near, mayDial: () => true });
      assert.equal(sorted(ours), sorted(theirs));
    }),
    { seed: 12, numRuns: 500 },
  );
});

test('base64url has one text for some bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (of) => {
      assert.equal(fromBase64url(toBase64url(of)), new Uint8Array(of));
      assert.is(toBase64url(of), Buffer.from(of).toString('base64url'));
    }),
    { seed: 13, numRuns: 200 },
  );
  for (const bad of ['A', 'AA=', 'A+', 'AB', '!', undefined, 7]) assert.is(fromBase64url(bad), undefined, String(bad));
});

test.run();
