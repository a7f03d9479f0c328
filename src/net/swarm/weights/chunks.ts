import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChunkedFile } from '../../../core/manifest.ts';

export const HASH_BYTES = 32;
/** Read at once: 60 KB, one frame. */
export const PIECE_BYTES = 60_000;
const READ_BYTES = 1_048_576;

/** Where the list of chunk hashes of a file is kept; whoever reads it checks it against the manifest. */
export const chunkListFile = (dir: string, name: string): string => join(dir, `${name}.chunks`);

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Reads a file once: its hash, the list of its chunks' hashes, and the hash of that list. */
export async function hashChunks(
  file: string,
  chunkBytes: number,
): Promise<{ sha256: string; list: Buffer; chunksSha256: string }> {
  const whole = createHash('sha256');
  const list: Buffer[] = [];
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    for (let at = 0; at < size; at += chunkBytes) {
      const chunk = createHash('sha256');
      await pieces(handle, at, Math.min(chunkBytes, size - at), (piece) => {
        whole.update(piece);
        chunk.update(piece);
      });
      list.push(chunk.digest());
    }
  } finally {
    await handle.close();
  }
  const joined = Buffer.concat(list);
  return { sha256: whole.digest('hex'), list: joined, chunksSha256: sha256(joined) };
}

/** Whether this chunk of an open file is the one that the list names. */
export async function isChunk(
  handle: FileHandle,
  file: ChunkedFile,
  index: number,
  bytes: number,
  list: Buffer,
): Promise<boolean> {
  const hash = createHash('sha256');
  const read = await pieces(handle, index * file.chunkBytes, bytes, (piece) => hash.update(piece));
  return read === bytes && hash.digest().equals(list.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES));
}

async function pieces(handle: FileHandle, at: number, bytes: number, take: (piece: Buffer) => void): Promise<number> {
  const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, bytes));
  let done = 0;
  while (done < bytes) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, bytes - done), at + done);
    if (bytesRead === 0) break;
    take(buffer.subarray(0, bytesRead));
    done += bytesRead;
  }
  return done;
}
