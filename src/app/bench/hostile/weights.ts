import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MANIFEST_FILE, manifestId, signManifest } from '../../../core/manifest.ts';
import { chunkListFile, hashChunks } from '../../../net/swarm/weights/chunks.ts';
import { encode } from '../../../net/swarm/weights/messages.ts';
import { openSource } from '../../../net/swarm/weights/source.ts';
import { encodeData } from '../../../net/swarm/wire/frames.ts';
import { OP, provenPeer } from './raw.ts';

/** The largest that a manifest may name: what a question for one would cost if it were hashed first. */
const CHUNK_BYTES = 16_777_216;
const PAUSE_MS = 20;
const AGAIN_MS = 250;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A home with one signed expert of one chunk, and the id of its manifest. */
export async function homeWithWeights() {
  const home = mkdtempSync(join(tmpdir(), 'heatmine-hostile-'));
  const at = join(home, 'models', 'pumps');
  mkdirSync(at, { recursive: true });
  const name = 'w.gguf';
  writeFileSync(join(at, name), randomBytes(CHUNK_BYTES));
  const { sha256, list, chunksSha256 } = await hashChunks(join(at, name), CHUNK_BYTES);
  writeFileSync(chunkListFile(at, name), list);
  const file = { name, sha256, sizeBytes: CHUNK_BYTES, chunkBytes: CHUNK_BYTES, chunksSha256 };
  const words = { id: 'pumps', title: 'pumps', topics: ['pumps'], licence: 'MIT', parents: [], engine: 'llama' };
  const expert = { ...words, file: name, sha256, sizeBytes: CHUNK_BYTES };
  const { privateKey } = generateKeyPairSync('ed25519');
  const manifest = signManifest({ issuedS: 1_800_000_000, expert, files: [file] }, privateKey);
  writeFileSync(join(at, MANIFEST_FILE), JSON.stringify(manifest));
  return { home, id: manifestId(manifest), remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** Asks for the chunk on ever new streams, from an address of its own, and lets each go before it has come. */
export async function askAndLeave(port: number, id: string, from: string, isOn: () => boolean): Promise<void> {
  while (isOn()) {
    const peer = await provenPeer(port, from).catch(() => undefined);
    for (let stream = 1; peer && isOn() && !peer.socket.closed; stream += 2) {
      peer.json({ type: 'open', id: stream, path: [], kind: 'weights' });
      peer.send(encodeData(stream, false, encode({ type: 'chunk', id, file: 0, index: 0 })), { op: OP.binary });
      await pause(PAUSE_MS);
      peer.json({ type: 'close', id: stream, code: 'BUSY', message: '' });
    }
    await pause(PAUSE_MS);
  }
}

/** Takes a seat and asks nothing more; again once it is lost. */
export async function sit(port: number, from: string, isOn: () => boolean): Promise<void> {
  while (isOn()) {
    const peer = await provenPeer(port, from).catch(() => undefined);
    peer?.json({ type: 'open', id: 1, path: [], kind: 'weights' });
    while (isOn() && peer && !peer.socket.closed && !peer.texts.some((text) => text.includes('"close"')))
      await pause(AGAIN_MS);
    peer?.socket.destroy();
  }
}

/** How long somebody honest waits for the list of offers, trying again while there is no seat. */
export async function untilOffers(url: string, key: string): Promise<number> {
  const fromMs = performance.now();
  const source = { key, ways: [{ url, key, path: [], reach: 'owner' as const }] };
  for (;;) {
    const session = await openSource(source, { pace: async () => {} });
    try {
      await session.offers();
      return performance.now() - fromMs;
    } catch {
      await pause(AGAIN_MS);
    } finally {
      session.close();
    }
  }
}
