import { HeatmineError } from '../../../core/errors.ts';
import { type ChunkedManifest, MAX_MANIFEST_BYTES, manifestId, readManifest } from '../../../core/manifest.ts';
import type { Way } from '../ask/way.ts';
import { NOT_SERVING } from '../dials.ts';
import { freshIdentity } from '../identity.ts';
import type { Pace } from '../turns.ts';
import { type Connection, peerError } from '../wire/connection.ts';
import { dial } from '../wire/dial.ts';
import { prefixOf } from '../wire/prefix.ts';
import type { Stream } from '../wire/stream.ts';
import { sha256 } from './chunks.ts';
import { encode, type OfferLine, parseReply, type WeightsRequest } from './messages.ts';

/** A node that gives weights, and how to get there. */
export interface Source {
  key: string;
  ways: Way[];
}

/** An open stream to a source. After any error it is closed. */
export interface SourceSession {
  /** Address prefix of the node, or of the relay before it: what it tells is counted for that. */
  readonly origin: string;
  offers(tag?: string): Promise<OfferLine[]>;
  /** Throws MODEL_INVALID for one that is not the one asked for. */
  manifest(id: string): Promise<ChunkedManifest>;
  uses(id: string): Promise<Buffer>;
  chunkList(id: string, file: number, bytes: number, sha256: string): Promise<Buffer>;
  /** Hands out one chunk in pieces as they come. */
  chunk(
    where: { id: string; file: number; index: number },
    bytes: number,
    take: (piece: Buffer, at: number) => Promise<void>,
  ): Promise<void>;
  close(why?: HeatmineError): void;
}

export interface SourceOptions {
  pace: Pace;
  signal?: AbortSignal;
  silentMs?: number;
}

const SILENT_MS = 20_000;
const MAX_USES_BYTES = 131_072;

/** Dials a source by the first way on which somebody answers. Throws NOT_RUNNING, BUSY, PEER_INVALID. */
export async function openSource({ ways }: Source, options: SourceOptions): Promise<SourceSession> {
  const { signal } = options;
  let last: unknown = new HeatmineError('NOT_RUNNING', 'there is no way to that node');
  for (const { url, key, path, reach } of ways) {
    signal?.throwIfAborted();
    try {
      const identity = freshIdentity();
      const connection = await dial({ url, reach, identity, expect: key, handlers: NOT_SERVING, signal });
      return sessionOf(connection, connection.open(path, 'weights'), options);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

function sessionOf(connection: Connection, stream: Stream, options: SourceOptions): SourceSession {
  const { pace, silentMs = SILENT_MS } = options;
  const close = (why?: HeatmineError) => {
    stream.close(why?.code ?? 'NOT_RUNNING', why?.message ?? 'thanks');
    connection.close(1000, 'thanks');
  };
  const next = async (): Promise<Buffer> => {
    const silent = setTimeout(() => stream.close('BUSY', 'no word from the source'), silentMs);
    try {
      const taken = await stream.take();
      if (!taken || taken.end) throw new HeatmineError('PEER_INVALID', 'the source ended the stream');
      await pace(taken.payload.length);
      return taken.payload;
    } finally {
      clearTimeout(silent);
    }
  };
  const reply = async (request: WeightsRequest) => {
    await stream.send(encode(request));
    const got = parseReply(await next());
    if (got.type === 'error') throw peerError(got.code, got.message);
    return got;
  };
  const blob = async (request: WeightsRequest, leastBytes: number, mostBytes: number, take: Take) => {
    const head = await reply(request);
    if (head.type !== 'blob' || head.sizeBytes < leastBytes || head.sizeBytes > mostBytes)
      throw new HeatmineError('PEER_INVALID', 'the source sends another size');
    for (let at = 0; at < head.sizeBytes; ) {
      const piece = await next();
      if (piece.length === 0 || at + piece.length > head.sizeBytes)
        throw new HeatmineError('PEER_INVALID', 'the source sends another size');
      await take(piece, at);
      at += piece.length;
    }
  };
  const small = async (request: WeightsRequest, leastBytes: number, mostBytes: number): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    await blob(request, leastBytes, mostBytes, async (piece) => void pieces.push(piece));
    return Buffer.concat(pieces);
  };
  /** The stream is of no use after an error: what comes next on it may belong to the question before. */
  const orClose =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      try {
        return await work(...args);
      } catch (error) {
        close(error instanceof HeatmineError ? error : undefined);
        throw error;
      }
    };
  return {
    origin: prefixOf(connection.address),
    offers: orClose(async (tag) => {
      const got = await reply({ type: 'offers', ...(tag !== undefined && { tag }) });
      if (got.type !== 'offers') throw new HeatmineError('PEER_INVALID', 'the source answers another question');
      return got.offers;
    }),
    manifest: orClose(async (id) => {
      const text = await small({ type: 'manifest', id }, 1, MAX_MANIFEST_BYTES);
      const manifest = readManifest(text.toString(), 'a manifest from the swarm');
      if (manifest.version !== 2 || manifestId(manifest) !== id)
        throw new HeatmineError('MODEL_INVALID', 'another manifest than the one asked for');
      return manifest;
    }),
    uses: orClose((id) => small({ type: 'uses', id }, 0, MAX_USES_BYTES)),
    chunkList: orClose(async (id, file, bytes, hash) => {
      const list = await small({ type: 'chunks', id, file }, bytes, bytes);
      if (sha256(list) !== hash) throw new HeatmineError('MODEL_INVALID', 'another list of chunks than the signed one');
      return list;
    }),
    chunk: orClose((where, bytes, take) => blob({ type: 'chunk', ...where }, bytes, bytes, take)),
    close,
  };
}

type Take = (piece: Buffer, at: number) => Promise<void>;
