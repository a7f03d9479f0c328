import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const CHUNK_BYTES = 16 * 2 ** 20;

/**
 * How often this text lies in the writable memory of a process, as bytes or as UTF-16: all that a core dump of it would hold
 * beside program files. The process must be ours, and one that we started.
 */
export function countInMemory(pid: number, text: string): number {
  const wanted = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
  const overlap = wanted[1]!.length - 1;
  const chunk = Buffer.alloc(CHUNK_BYTES);
  const mem = openSync(`/proc/${pid}/mem`, 'r');
  let count = 0;
  let readBytes = 0;
  try {
    for (const [, from, to] of readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
      const end = Number.parseInt(to!, 16);
      for (let at = Number.parseInt(from!, 16); at < end; ) {
        const got = readSome(mem, chunk, Math.min(CHUNK_BYTES, end - at), at);
        if (got === 0) break;
        readBytes += got;
        const seen = chunk.subarray(0, got);
        for (const bytes of wanted) for (let i = seen.indexOf(bytes); i >= 0; i = seen.indexOf(bytes, i + 1)) count++;
        at += got > overlap && at + got < end ? got - overlap : got;
      }
    }
  } finally {
    closeSync(mem);
  }
  if (readBytes < 2 ** 20) throw new Error(`only ${readBytes} bytes of process ${pid} could be read`);
  return count;
}

/** 0 where a page cannot be read, as those of a device or freed meanwhile. */
function readSome(mem: number, into: Buffer, length: number, at: number): number {
  try {
    return readSync(mem, into, 0, length, at);
  } catch {
    return 0;
  }
}
