import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ChunkedManifest,
  chunkBytesFor,
  MANIFEST_FILE,
  manifestId,
  signManifest,
} from '../../../../src/core/manifest.ts';
import { seededRandom } from '../../../../src/core/random.ts';
import { signDescriptor } from '../../../../src/net/swarm/descriptor.ts';
import { freshIdentity, type Identity } from '../../../../src/net/swarm/identity.ts';
import { createPace } from '../../../../src/net/swarm/turns.ts';
import { chunkListFile, hashChunks } from '../../../../src/net/swarm/weights/chunks.ts';
import { fetchExpert } from '../../../../src/net/swarm/weights/fetch.ts';
import { openLibrary } from '../../../../src/net/swarm/weights/library.ts';
import { encode, parseRequest, type WeightsRequest } from '../../../../src/net/swarm/weights/messages.ts';
import { createSeed } from '../../../../src/net/swarm/weights/seed.ts';
import type { Source } from '../../../../src/net/swarm/weights/source.ts';
import { encodeUses, type UseLine } from '../../../../src/net/swarm/weights/uses.ts';
import type { Handlers } from '../../../../src/net/swarm/wire/connection.ts';
import { prefixOf } from '../../../../src/net/swarm/wire/prefix.ts';
import type { Stream } from '../../../../src/net/swarm/wire/stream.ts';
import { log, scratch } from '../../helpers.ts';
import { testPeers } from '../peers.ts';

const FAST = createPace(1e12);

export function noise(bytes: number, seed: number): Buffer {
  const random = seededRandom(seed);
  const words = new Uint32Array(Math.ceil(bytes / 4)).map(() => random() * 2 ** 32);
  return Buffer.from(words.buffer, 0, bytes);
}

/** A signed expert on disk; what is in its files is of no matter on the way. */
export async function signedExpert(id: string, sizes: number[], change: Record<string, unknown> = {}) {
  const { dir, remove } = scratch();
  const models = join(dir, 'models');
  const at = join(models, id);
  mkdirSync(at, { recursive: true });
  const files = [];
  for (const [i, size] of sizes.entries()) {
    const name = i === 0 ? 'w.gguf' : `g${i}.gbnf`;
    writeFileSync(join(at, name), noise(size, i + 1));
    const chunkBytes = chunkBytesFor(size);
    const { sha256, list, chunksSha256 } = await hashChunks(join(at, name), chunkBytes);
    writeFileSync(chunkListFile(at, name), list);
    files.push({ name, sha256, sizeBytes: size, chunkBytes, chunksSha256 });
  }
  const { sha256, sizeBytes } = files[0]!;
  const words = { title: id, topics: ['pumps'], licence: 'MIT', parents: [], engine: 'llama' };
  const expert = { id, file: 'w.gguf', sha256, sizeBytes, ...words, ...change };
  const { privateKey } = generateKeyPairSync('ed25519');
  const manifest = signManifest({ issuedS: 1_800_000_000, expert, files }, privateKey);
  writeFileSync(join(at, MANIFEST_FILE), JSON.stringify(manifest));
  return { dir, models, at, manifest, id: manifestId(manifest), remove };
}
export type Signed = Awaited<ReturnType<typeof signedExpert>>;

export interface Giver extends Source {
  asked: WeightsRequest[];
  url: string;
  end(): Promise<void>;
}

/** A node that gives; `lie` may answer in its place: true when it has. */
export async function giver(
  { models, dir }: Signed,
  { lie, bytesPerS, uses = [] }: { lie?: Lie; bytesPerS?: number; uses?: UseLine[] } = {},
): Promise<Giver> {
  const library = openLibrary(models, join(dir, 'published.json'), log);
  library.look();
  const pace = bytesPerS ? createPace(bytesPerS) : FAST;
  const seed = createSeed({ library, pace, usesOf: () => encodeUses(uses), log });
  const asked: WeightsRequest[] = [];
  const handlers: Handlers = {
    onOpen: (stream, _path, { address }) => void seed(watched(stream, asked, lie), prefixOf(address)),
    onAsk: ({ id }) => ({ type: 'found', id, descriptors: [described(identity, url)] }),
  };
  const identity = freshIdentity();
  const { url, end } = await testPeers({ identity, handlers });
  return { key: identity.id, ways: [{ url, key: identity.id, path: [], reach: 'owner' }], asked, url, end };
}

const described = (identity: Identity, url: string) =>
  signDescriptor(identity, {
    ...{ issuedS: Math.floor(Date.now() / 1000), urls: [url], relays: [], relay: false, experts: [] },
  }).toString('base64url');

export type Lie = (request: WeightsRequest, stream: Stream) => Promise<boolean>;

function watched(stream: Stream, asked: WeightsRequest[], lie: Lie | undefined): Stream {
  return {
    ...{ id: stream.id, closed: stream.closed },
    get isClosed() {
      return stream.isClosed;
    },
    send: (payload, end) => stream.send(payload, end),
    frames: () => stream.frames(),
    holdOn() {},
    close: (code, message) => stream.close(code, message),
    async take() {
      for (;;) {
        const next = await stream.take();
        if (!next || next.payload.length === 0) return next;
        const request = requestIn(next.payload);
        if (!request) return next;
        asked.push(request);
        if (!(await lie?.(request, stream))) return next;
      }
    },
  };
}

/** What is no request is the seed's to refuse. */
function requestIn(payload: Buffer): WeightsRequest | undefined {
  try {
    return parseRequest(payload);
  } catch {
    return undefined;
  }
}

/** Sends these bytes as if they were what was asked for. */
export async function sendBlob(stream: Stream, bytes: Buffer, sizeBytes = bytes.length): Promise<true> {
  await stream.send(encode({ type: 'blob', sizeBytes }));
  for (let at = 0; at < bytes.length; at += 60_000) await stream.send(bytes.subarray(at, at + 60_000));
  return true;
}

export function fetchFrom(
  manifest: ChunkedManifest,
  dir: string,
  sources: readonly Source[],
  over: Partial<Parameters<typeof fetchExpert>[0]> = {},
) {
  return fetchExpert({
    ...{ manifest, dir, sources: async () => [...sources], pace: FAST, log },
    ...{ signal: new AbortController().signal, retryMs: 20, ...over },
  });
}
