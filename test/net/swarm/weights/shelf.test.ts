import { generateKeyPairSync } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { manifestId, readManifest, signManifest } from '../../../../src/core/manifest.ts';
import { createShelf } from '../../../../src/net/swarm/weights/shelf.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const HASH = 'a'.repeat(64);
const FILE = { name: 'w.gguf', sha256: HASH, sizeBytes: 7 };

/** Signed, with so much beside what must be there. */
function manifestOf(n: number, more: Record<string, unknown> = {}) {
  const words = { title: 't', topics: ['pumps'], licence: 'MIT', parents: [], engine: 'llama', ...more };
  const expert = { id: `expert-${n}`, ...words, file: FILE.name, sha256: HASH, sizeBytes: FILE.sizeBytes };
  const files = [{ ...FILE, chunkBytes: 262_144, chunksSha256: HASH }];
  return signManifest({ issuedS: n, expert, files }, privateKey);
}
const padded = (n: number, chars: number) => manifestOf(n, { prompt: 'x'.repeat(chars) });

test('a manifest comes from the shelf as it was signed', () => {
  const shelf = createShelf();
  const manifest = manifestOf(1, { prompt: 'Wärme' });
  const id = manifestId(manifest);
  shelf.put(id, manifest, 'a');
  assert.equal(readManifest(JSON.stringify(shelf.manifest(id)), 'shelf'), manifest);
  const { name, topics, licence, engine, sizeBytes } = shelf.get(id)!;
  assert.equal([name, topics, licence, engine, sizeBytes], ['expert-1', ['pumps'], 'MIT', 'llama', 7]);
});

test('a flood of large manifests of one origin pushes itself out, however many keys and givers it has', () => {
  const shelf = createShelf(512, 1_000_000);
  const honest = Array.from({ length: 20 }, (_, i) => manifestOf(i));
  for (const manifest of honest) {
    shelf.put(manifestId(manifest), manifest, `honest ${manifest.issuedS % 5}`);
    shelf.get(manifestId(manifest))!.givers.set('somebody', 10);
  }
  for (let n = 100; n < 140; n++) {
    const manifest = padded(n, 200_000);
    shelf.put(manifestId(manifest), manifest, 'flood');
    shelf.get(manifestId(manifest))!.givers.set(`key ${n}`, 10);
  }
  assert.ok(honest.every((manifest) => shelf.has(manifestId(manifest))));
  const held = shelf.all().reduce((sum, [id]) => sum + JSON.stringify(shelf.manifest(id)).length, 0);
  assert.ok(held <= 1_000_000 && held > 600_000, `${held} bytes`);
});

test('what nobody gives any more goes first, and of small ones no more than so many stay', () => {
  const shelf = createShelf(3);
  const all = [1, 2, 3, 4].map((n) => manifestOf(n));
  const ids = all.map(manifestId);
  for (const [i, id] of ids.slice(0, 3).entries()) {
    shelf.put(id, all[i]!, `origin ${i}`);
    shelf.get(id)!.givers.set('giver', i === 1 ? 5 : 9);
  }
  shelf.forgetGivers(9);
  shelf.put(ids[3]!, all[3]!, 'origin 3');
  assert.equal(
    ids.map((id) => shelf.has(id)),
    [true, false, true, true],
  );
});

test('a manifest of ten thousand values is read, one of more is refused before it is looked at', () => {
  const lists = (count: number) => JSON.stringify(manifestOf(1, { junk: Array.from({ length: count }, () => []) }));
  assert.is(readManifest(lists(9900), 'test').version, 2);
  assert.throws(() => readManifest(lists(10_000), 'test'), /more than 10000 values/);
});

test.run();
