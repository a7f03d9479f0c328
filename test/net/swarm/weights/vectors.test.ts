import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canonical, manifestId, readManifest } from '../../../../src/core/manifest.ts';
import { chunkListFile, hashChunks } from '../../../../src/net/swarm/weights/chunks.ts';
import { encode } from '../../../../src/net/swarm/weights/messages.ts';
import { nameTag, topicTag } from '../../../../src/net/swarm/weights/tags.ts';
import { scratch } from '../../helpers.ts';

test('tags, chunk list, manifest and messages, byte for byte as in weights.json', async () => {
  const v = JSON.parse(readFileSync(new URL('../vectors/weights.json', import.meta.url), 'utf8'));
  for (const { kind, word, tag } of v.tags) assert.is((kind === 'name' ? nameTag : topicTag)(word), tag);
  const { dir, remove } = scratch();
  const file = join(dir, 'w');
  appendFileSync(file, Buffer.from(Array.from({ length: v.chunks.sizeBytes }, (_, i) => i % 251)));
  const { sha256, list, chunksSha256 } = await hashChunks(file, v.chunks.chunkBytes);
  assert.equal([sha256, list.toString('hex'), chunksSha256], [v.chunks.sha256, v.chunks.list, v.chunks.chunksSha256]);
  assert.is(chunkListFile(dir, 'w'), `${file}.chunks`);
  const manifest = readManifest(JSON.stringify(v.manifest.manifest), 'vector');
  assert.is(manifestId(manifest), v.manifest.id);
  const { signature: _signature, ...body } = manifest;
  assert.is(canonical(body), v.manifest.signed);
  assert.is(createHash('sha256').update(v.manifest.signed).digest('hex'), v.manifest.id);
  for (const { says, bytes } of v.messages) assert.is(encode(says).toString('hex'), bytes);
  remove();
});

test('canonical JSON of awkward values, as in weights.json; the texts are read as any JSON', () => {
  const { canonical: cases } = JSON.parse(readFileSync(new URL('../vectors/weights.json', import.meta.url), 'utf8'));
  for (const { text, signed } of cases) assert.is(canonical(JSON.parse(text)), signed);
});

test.run();
