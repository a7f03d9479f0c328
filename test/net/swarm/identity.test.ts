import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HeatmineError } from '../../../src/core/errors.ts';
import {
  freshIdentity,
  identityFromSeed,
  keyFromText,
  keyText,
  loadIdentity,
  verifyBare,
  verifySignature,
} from '../../../src/net/swarm/identity.ts';

const dir = mkdtempSync(join(tmpdir(), 'hm-key-'));
test.after(() => rmSync(dir, { recursive: true }));

test('a key is made once, for its owner alone, and stays', () => {
  const keys = join(dir, 'keys');
  const first = loadIdentity(keys);
  assert.is(statSync(join(keys, 'node.key')).mode & 0o777, 0o600);
  assert.equal(readdirSync(keys), ['node.key']);
  assert.is(loadIdentity(keys).id, first.id);
  assert.is(first.id.length, 43);
});

test('a file that is no key is refused, never replaced', () => {
  const keys = mkdtempSync(join(dir, 'bad-'));
  writeFileSync(join(keys, 'node.key'), 'secret words');
  let said = '';
  try {
    loadIdentity(keys);
  } catch (error) {
    said = (error as Error).message;
    assert.is((error as HeatmineError).code, 'CONFIG_INVALID');
  }
  assert.match(said, 'node.key');
  assert.not.match(said, 'secret');
});

test('RFC 8032 test 1', () => {
  const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
  const identity = identityFromSeed(seed);
  assert.is(identity.publicKey.toString('hex'), 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
  const signature =
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b';
  assert.is(identity.signBare(Buffer.alloc(0)).toString('hex'), signature);
  assert.ok(verifyBare(identity.publicKey, Buffer.alloc(0), Buffer.from(signature, 'hex')));
});

test('a signature holds for its key, domain and bytes only', () => {
  const a = freshIdentity();
  const bytes = Buffer.from('abc');
  const signature = a.sign('hello', bytes);
  assert.ok(verifySignature(a.publicKey, 'hello', bytes, signature));
  assert.not.ok(verifySignature(a.publicKey, 'receipt', bytes, signature));
  assert.not.ok(verifySignature(a.publicKey, 'hello', Buffer.from('abd'), signature));
  assert.not.ok(verifySignature(freshIdentity().publicKey, 'hello', bytes, signature));
  for (let bit = 0; bit < 512; bit += 37) {
    const flipped = Buffer.from(signature);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.not.ok(verifySignature(a.publicKey, 'hello', bytes, flipped), `bit ${bit}`);
  }
});

test('garbage for a key or signature is false, not an error', () => {
  assert.not.ok(verifySignature(Buffer.alloc(31), 'hello', Buffer.alloc(1), Buffer.alloc(64)));
  assert.not.ok(verifySignature(Buffer.alloc(32, 255), 'hello', Buffer.alloc(1), Buffer.alloc(64)));
  assert.not.ok(verifySignature(freshIdentity().publicKey, 'hello', Buffer.alloc(1), Buffer.alloc(63)));
});

test('a key has one text', () => {
  const { publicKey, id } = freshIdentity();
  assert.equal(keyFromText(id), publicKey);
  assert.is(keyText(publicKey), id);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const sibling = id.slice(0, -1) + alphabet[alphabet.indexOf(id.at(-1)!) ^ 1];
  assert.is(keyFromText(sibling), undefined);
  assert.is(keyFromText(id.slice(1)), undefined);
  assert.is(keyFromText(`${id}=`), undefined);
});

test.run();
