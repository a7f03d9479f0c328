import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HeatmineError, messageOf } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import {
  type ChunkedManifest,
  chunkCount,
  chunkLength,
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  manifestId,
  readManifest,
} from '../../../core/manifest.ts';
import { chunkListFile, HASH_BYTES, hashChunks, PIECE_BYTES, sha256 } from './chunks.ts';
import { nameTag, topicTag } from './tags.ts';

/** An expert in this home that may be given away: signed, in chunks, with all its files. */
export interface Offer {
  id: string;
  manifest: ChunkedManifest;
  text: Buffer;
  dir: string;
  tags: string[];
  sizeBytes: number;
}

export interface Library {
  offers(): Offer[];
  get(id: string): Offer | undefined;
  /** Looks at the disk again; true when something has come or gone. */
  look(): boolean;
  /** The list of a file's chunk hashes. Throws NOT_OFFERED when the file is no longer the one that was signed. */
  chunkList(offer: Offer, file: number): Promise<Buffer>;
  /**
   * One chunk in pieces, its hash reckoned as they go, so that no work is done ahead of what is sent. The last one comes only
   * if all were the signed chunk: nobody gets a whole wrong one from here. A piece holds until the next one is taken, which lies in
   * the same memory. Throws MESSAGE_INVALID out of range, NOT_OFFERED.
   */
  chunk(offer: Offer, file: number, index: number): AsyncGenerator<Buffer>;
}

const MOST = 64;
const TOPICS_TAGGED = 3;
/** Half a megabyte each, at most. */
const LISTS_KEPT = 8;

/** Directories of experts below `modelsDir`, and those that `publishedFile` lists (a JSON array of paths). */
export function openLibrary(modelsDir: string, publishedFile: string, log: Log): Library {
  let offers = new Map<string, Offer>();
  const gone = new Set<string>();
  const refuse = (offer: Offer, what: string): never => {
    gone.add(offer.id);
    offers.delete(offer.id);
    log.warn({ expert: offer.manifest.expert.id, err: what }, 'weights are no longer given: publish or pull it again');
    throw new HeatmineError('NOT_OFFERED', 'the file here is no longer the signed one');
  };
  const readList = async (offer: Offer, index: number): Promise<Buffer> => {
    const file = offer.manifest.files[index]!;
    const at = chunkListFile(offer.dir, file.name);
    const kept = await readFile(at).catch(() => undefined);
    if (kept && sha256(kept) === file.chunksSha256) return kept;
    const made = await hashChunks(join(offer.dir, file.name), file.chunkBytes).catch((error) =>
      refuse(offer, messageOf(error)),
    );
    if (made.chunksSha256 !== file.chunksSha256) refuse(offer, `${file.name} has changed`);
    await writeFile(at, made.list).catch(() => {});
    return made.list;
  };
  const lists = new Map<string, Promise<Buffer>>();
  /** Read, or reckoned from the whole file, once for all who ask: not again for each chunk. */
  const chunkList = async (offer: Offer, index: number): Promise<Buffer> => {
    if (!offer.manifest.files[index]) throw new HeatmineError('MESSAGE_INVALID', `no file ${index}`);
    const name = `${offer.id} ${index}`;
    const list = lists.get(name) ?? readList(offer, index);
    lists.delete(name);
    lists.set(name, list);
    if (lists.size > LISTS_KEPT) lists.delete(lists.keys().next().value!);
    list.catch(() => lists.delete(name));
    return list;
  };
  return {
    offers: () => [...offers.values()],
    get: (id) => offers.get(id),
    look() {
      const before = [...offers.keys()].join();
      const all = dirsOf(modelsDir, publishedFile).flatMap((dir) => offerIn(dir, log) ?? []);
      offers = new Map(all.filter(({ id }) => !gone.has(id)).map((offer) => [offer.id, offer]));
      return [...offers.keys()].join() !== before;
    },
    chunkList,
    async *chunk(offer, index, chunk) {
      const file = offer.manifest.files[index];
      if (!file) throw new HeatmineError('MESSAGE_INVALID', `no file ${index}`);
      if (chunk >= chunkCount(file)) throw new HeatmineError('MESSAGE_INVALID', `no chunk ${chunk} of ${file.name}`);
      const list = await chunkList(offer, index);
      const bytes = chunkLength(file, chunk);
      const handle = await open(join(offer.dir, file.name), 'r').catch((error) => refuse(offer, messageOf(error)));
      const hash = createHash('sha256');
      const memory = Buffer.allocUnsafe(Math.min(PIECE_BYTES, bytes));
      try {
        for (let at = 0; at < bytes; at += PIECE_BYTES) {
          const piece = memory.subarray(0, bytes - at);
          const { bytesRead } = await handle.read(piece, 0, piece.length, chunk * file.chunkBytes + at);
          // What was not read is whatever this process had in its memory before.
          if (bytesRead < piece.length) refuse(offer, `${file.name} is shorter than it was`);
          hash.update(piece);
          const isLast = at + piece.length === bytes;
          if (isLast && !hash.digest().equals(list.subarray(chunk * HASH_BYTES, (chunk + 1) * HASH_BYTES)))
            refuse(offer, `${file.name} has changed`);
          yield piece;
        }
      } finally {
        await handle.close();
      }
    },
  };
}

/** An empty list is short of nothing: a file of one chunk has one hash. */
export const listBytes = (file: ChunkedManifest['files'][number]): number => chunkCount(file) * HASH_BYTES;

function dirsOf(modelsDir: string, publishedFile: string): string[] {
  const within = existsSync(modelsDir) ? readdirSync(modelsDir).map((name) => join(modelsDir, name)) : [];
  return [...within.filter((dir) => !basename(dir).startsWith('.')), ...publishedDirs(publishedFile)].slice(0, 1000);
}

export const publishedFileOf = (stateDir: string): string => join(stateDir, 'published.json');

/** Directories that were published from elsewhere. */
export function publishedDirs(file: string): string[] {
  try {
    const dirs: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(dirs) ? dirs.filter((dir) => typeof dir === 'string').slice(-MOST) : [];
  } catch {
    return [];
  }
}

function offerIn(dir: string, log: Log): Offer | undefined {
  const file = join(dir, MANIFEST_FILE);
  try {
    if (!existsSync(file) || statSync(file).size > MAX_MANIFEST_BYTES) return undefined;
    const text = readFileSync(file);
    const manifest = readManifest(text.toString(), file);
    if (manifest.version !== 2) return undefined;
    for (const { name, sizeBytes } of manifest.files) {
      if (statSync(join(dir, name)).size !== sizeBytes) throw new Error(`${name} is not ${sizeBytes} bytes long`);
    }
    const { id, topics } = manifest.expert;
    const sizeBytes = manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const tags = [nameTag(id), ...topics.slice(0, TOPICS_TAGGED).map(topicTag)];
    return { id: manifestId(manifest), manifest, text, dir, tags, sizeBytes };
  } catch (error) {
    log.debug({ dir, err: messageOf(error) }, 'no weights to give here');
    return undefined;
  }
}
