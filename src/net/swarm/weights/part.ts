import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChunkedFile, chunkCount, chunkLength } from '../../../core/manifest.ts';
import { isChunk } from './chunks.ts';

/** A file on its way here, chunk by chunk. What is there is known by its hashes alone, so any stop is gone on from. */
export interface Part {
  readonly file: ChunkedFile;
  /** Chunks that are not there yet. */
  missing(): number[];
  /** Writes a piece of a chunk; it counts only after `seal`. */
  write(index: number, piece: Buffer, at: number): Promise<void>;
  /** Whether the chunk as written is the signed one. */
  seal(index: number): Promise<boolean>;
  /** Gives the whole file its name. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** `list` has been checked against the manifest. */
export async function openPart(dir: string, file: ChunkedFile, list: Buffer): Promise<Part> {
  const target = join(dir, file.name);
  const draft = `${target}.part`;
  const isWhole = (await sizeOf(target)) === file.sizeBytes;
  const handle: FileHandle = await open(isWhole ? target : draft, (await sizeOf(draft)) < 0 && !isWhole ? 'w+' : 'r+');
  const missing = new Set<number>();
  const { size } = await handle.stat();
  const seal = (index: number) => isChunk(handle, file, index, chunkLength(file, index), list);
  for (let index = 0; index < chunkCount(file); index++) {
    const there = size >= index * file.chunkBytes + chunkLength(file, index);
    if (!there || !(await seal(index))) missing.add(index);
  }
  return {
    file,
    missing: () => [...missing],
    write: async (index, piece, at) => {
      await handle.write(piece, 0, piece.length, index * file.chunkBytes + at);
    },
    async seal(index) {
      const good = await seal(index);
      if (good) missing.delete(index);
      return good;
    },
    async finish() {
      await handle.truncate(file.sizeBytes);
      await handle.sync();
      if (!isWhole) await rename(draft, target);
    },
    close: () => handle.close(),
  };
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => -1,
  );
