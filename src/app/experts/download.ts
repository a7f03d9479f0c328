import { createHash } from 'node:crypto';
import { createReadStream, existsSync, lstatSync, readFileSync, rmSync } from 'node:fs';
import { open, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { checkRoom } from '../../core/disk-room.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { follow } from './follow.ts';

export type OnProgress = (doneBytes: number, totalBytes: number | undefined) => void;

export interface DownloadOptions {
  onProgress: OnProgress;
  signal: AbortSignal;
  /** Waits this long after the first failure, twice after the second … */
  retryMs?: number;
}

const ATTEMPTS = 6;
const STALL_MS = 60_000;

/** What a part file is the beginning of: another file at the same address must not be glued to it. */
interface Begun {
  url: string;
  etag: string;
}

/**
 * Fetches into `file` over `file.part`: what was there is gone on with when the server says that it is still the same
 * file, and a connection that breaks is taken up again. @throws HeatmineError BUSY, MODEL_INVALID
 */
export async function download(url: string, file: string, options: DownloadOptions): Promise<void> {
  const part = `${file}.part`;
  for (let attempt = 1; ; attempt++) {
    try {
      await fetchOnce(url, part, options);
      break;
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof HeatmineError) throw error;
      if (attempt === ATTEMPTS) {
        const cause = error instanceof Error && error.cause ? error.cause : error;
        const kept = 'what has come is kept, pull again to go on';
        throw new HeatmineError('BUSY', `${url}: ${messageOf(cause)}; ${kept}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, (options.retryMs ?? 1000) * 2 ** (attempt - 1)));
    }
  }
  await rename(part, file);
  rmSync(`${part}.json`, { force: true });
}

async function fetchOnce(url: string, part: string, { onProgress, signal }: DownloadOptions): Promise<void> {
  const begun = begunWith(part, url);
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), STALL_MS);
  try {
    const response = await follow(url, {
      signal: AbortSignal.any([signal, stalled.signal]),
      // Whole bytes, so that a range counts in the file's own.
      headers: {
        'accept-encoding': 'identity',
        ...(begun ? { range: `bytes=${begun.bytes}-`, 'if-range': begun.etag } : {}),
      },
    });
    if (response.status === 416 && begun) {
      rmSync(part, { force: true });
      throw new Error('the part was longer than the file');
    }
    if (!response.ok || !response.body) throw refusalOf(url, response.status);
    const resumed = response.status === 206 && begun !== undefined;
    if (resumed && !response.headers.get('content-range')?.startsWith(`bytes ${begun.bytes}-`)) {
      rmSync(part, { force: true });
      throw new Error('another part of the file came than was asked for');
    }
    const from = resumed ? begun.bytes : 0;
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isFinite(length) ? from + length : undefined;
    checkRoom(dirname(part), (total ?? 0) - from);
    await writeFile(`${part}.json`, JSON.stringify({ url, etag: response.headers.get('etag') ?? '' }));
    let done = from;
    // Written as it comes: what a broken connection has brought is there to go on from.
    if (!resumed) rmSync(part, { force: true });
    const out = await open(part, resumed ? 'a' : 'wx');
    try {
      for await (const bytes of response.body as AsyncIterable<Uint8Array>) {
        clearTimeout(timer);
        timer = setTimeout(() => stalled.abort(), STALL_MS);
        await out.write(bytes);
        done += bytes.length;
        onProgress(done, total);
      }
    } finally {
      await out.close();
    }
    if (total !== undefined && done !== total) throw new Error(`${done} of ${total} bytes came`);
  } finally {
    clearTimeout(timer);
  }
}

function refusalOf(url: string, status: number): Error {
  const mendable = status >= 500 || status === 429 || status === 408;
  const why = status === 401 || status === 403 ? ' (the owner wants a login or a licence to be accepted there)' : '';
  return mendable ? new Error(`HTTP ${status}`) : new HeatmineError('MODEL_INVALID', `${url}: HTTP ${status}${why}`);
}

/** Bytes that are there already, when we know which file they are of. */
function begunWith(part: string, url: string): { bytes: number; etag: string } | undefined {
  if (!existsSync(part) || !existsSync(`${part}.json`)) return undefined;
  try {
    const begun = JSON.parse(readFileSync(`${part}.json`, 'utf8')) as Begun;
    const stat = lstatSync(part);
    const bytes = stat.isFile() ? stat.size : 0;
    // A weak tag does not promise the same bytes.
    if (begun.url !== url || !begun.etag || begun.etag.startsWith('W/') || bytes === 0) return undefined;
    return { bytes, etag: begun.etag };
  } catch {
    return undefined;
  }
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
