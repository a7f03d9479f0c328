import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkRoom } from '../../../core/disk-room.ts';
import { HeatmineError, messageOf } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { type ChunkedManifest, chunkLength, MANIFEST_FILE, manifestId } from '../../../core/manifest.ts';
import type { Pace } from '../turns.ts';
import { chunkListFile, sha256 } from './chunks.ts';
import { listBytes } from './library.ts';
import { openPart, type Part } from './part.ts';
import { openSource, type Source, type SourceSession } from './source.ts';

export interface FetchOptions {
  manifest: ChunkedManifest;
  /** Made where it is missing; what an earlier try left there is gone on with. */
  dir: string;
  /** Who gives it now; asked again when all known ones have failed. */
  sources: () => Promise<Source[]>;
  pace: Pace;
  signal: AbortSignal;
  /** A source sent something else than what was signed, or broke the protocol: it is not asked again for this. */
  onLiar?: (key: string, why: string) => void;
  onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Waits after a round in which no source worked. */
  retryMs?: number;
  /** A source without a word for so long is let go. */
  silentMs?: number;
  /** A chunk may take so long, or longer where all sources are slow. */
  chunkMs?: number;
  log: Log;
}

export interface Fetched {
  /** Chunks by the source that they came from. */
  from: Map<string, number>;
  liars: string[];
}

const SOURCES_AT_ONCE = 4;
const ROUNDS = 6;
const FAULTS = 4;
/** A chunk may take this, or so many times what the quickest source takes; the first ones may take longest. */
const CHUNK_MS = 30_000;
const SLOWER = 8;
const FIRST_CHUNKS = 20;
const LIES: readonly string[] = ['MODEL_INVALID', 'PEER_INVALID', 'MESSAGE_INVALID'];

/**
 * Brings all files of a manifest into `dir`, from several sources at once; every chunk is checked against the signed
 * list before it counts. Throws BUSY when no source is left (what has come is kept), or the disk is too full.
 */
export async function fetchExpert(options: FetchOptions): Promise<Fetched> {
  const { manifest, dir, signal } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const totalBytes = manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  checkRoom(dir, totalBytes);
  const run = new Run(options, totalBytes);
  try {
    for (let round = 1; ; round++) {
      signal.throwIfAborted();
      const before = run.doneBytes;
      const sources = (await options.sources()).filter(({ key }) => !run.liars.has(key));
      await Promise.all(sources.slice(0, SOURCES_AT_ONCE * 2).map((source) => run.work(source)));
      if (run.isDone()) break;
      signal.throwIfAborted();
      if (run.doneBytes > before) round = 1;
      if (round >= ROUNDS) throw run.noneLeft(sources.length);
      await sleep((options.retryMs ?? 2000) * round, undefined, { signal });
    }
    await run.finish();
    await writeFile(join(dir, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    return { from: run.from, liars: [...run.liars] };
  } finally {
    await run.close();
  }
}

interface Job {
  part: Part;
  file: number;
  index: number;
}

class Run {
  readonly from = new Map<string, number>();
  readonly liars = new Set<string>();
  doneBytes = 0;
  readonly #options: FetchOptions;
  readonly #id: string;
  readonly #totalBytes: number;
  #parts: Promise<Part[]> | undefined;
  #jobs: Job[] = [];
  #busy = 0;
  #active = 0;
  #quickestMsPerByte = Number.POSITIVE_INFINITY;
  #lastFault = 'nobody gives it';
  #wake: (() => void)[] = [];

  constructor(options: FetchOptions, totalBytes: number) {
    this.#options = options;
    this.#id = manifestId(options.manifest);
    this.#totalBytes = totalBytes;
  }

  isDone = () => this.#parts !== undefined && this.doneBytes === this.#totalBytes;

  noneLeft(sources: number): HeatmineError {
    const kept = 'what has come is kept, pull again to go on';
    const blamed = this.liars.size ? `, ${this.liars.size} sent something else than what was signed` : '';
    return new HeatmineError('BUSY', `${sources} sources left${blamed}; the last said: ${this.#lastFault}; ${kept}`);
  }

  /** Takes chunks from one source until none is left, or the source fails too often. */
  async work(source: Source): Promise<void> {
    if (this.#active >= SOURCES_AT_ONCE) await new Promise<void>((resolve) => this.#wake.push(resolve));
    this.#active++;
    let session: SourceSession | undefined;
    try {
      for (let faults = 0; faults < FAULTS && !this.isDone() && !this.#options.signal.aborted; ) {
        try {
          session ??= await openSource(source, this.#options);
          if (!(await this.#step(session, source.key))) return;
          faults = 0;
        } catch (error) {
          session = undefined;
          faults++;
          this.#lastFault = messageOf(error);
          if (error instanceof HeatmineError && LIES.includes(error.code))
            return this.#blame(source.key, error.message);
          if (error instanceof HeatmineError && error.code === 'NOT_OFFERED') return;
          await sleep((this.#options.retryMs ?? 2000) / 4, undefined, { signal: this.#options.signal }).catch(() => {});
        }
      }
    } finally {
      session?.close();
      this.#active--;
      for (const wake of this.#wake.splice(0)) wake();
    }
  }

  /** One chunk; false when there is none to take. */
  async #step(session: SourceSession, key: string): Promise<boolean> {
    await this.#ready(session);
    const job = this.#jobs.shift();
    if (!job) {
      if (this.#busy === 0) return false;
      // Somebody else's chunk may come back.
      await new Promise<void>((resolve) => this.#wake.push(resolve));
      return true;
    }
    this.#busy++;
    let good = false;
    try {
      await this.#bring(job, session);
      good = true;
      this.from.set(key, (this.from.get(key) ?? 0) + 1);
    } finally {
      this.#busy--;
      if (!good) this.#jobs.unshift(job);
      for (const wake of this.#wake.splice(0)) wake();
    }
    return true;
  }

  async #bring({ part, file, index }: Job, session: SourceSession): Promise<void> {
    const bytes = chunkLength(part.file, index);
    const { chunkMs = CHUNK_MS } = this.#options;
    const startedMs = performance.now();
    const mayTakeMs = () => {
      const quickestMs = this.#quickestMsPerByte * bytes;
      return Number.isFinite(quickestMs) ? Math.max(chunkMs, SLOWER * quickestMs) : FIRST_CHUNKS * chunkMs;
    };
    const slow = setInterval(() => {
      if (performance.now() - startedMs < mayTakeMs()) return;
      session.close(new HeatmineError('BUSY', 'far slower than others'));
    }, chunkMs / 10);
    try {
      await session.chunk({ id: this.#id, file, index }, bytes, (piece, at) => part.write(index, piece, at));
    } finally {
      clearInterval(slow);
    }
    if (!(await part.seal(index)))
      throw new HeatmineError('MODEL_INVALID', `chunk ${index} of ${part.file.name} is not the signed one`);
    this.#quickestMsPerByte = Math.min(this.#quickestMsPerByte, (performance.now() - startedMs) / bytes);
    this.#progress(bytes);
  }

  #progress(bytes: number): void {
    this.doneBytes += bytes;
    this.#options.onProgress?.(this.doneBytes, this.#totalBytes);
  }

  #blame(key: string, why: string): void {
    this.liars.add(key);
    this.#options.log.warn({ source: key, err: why }, 'a source of weights lied; its chunk comes from another');
    this.#options.onLiar?.(key, why);
  }

  /** The lists of chunks, from whoever has the right ones, and what is on the disk already. */
  async #ready(session: SourceSession): Promise<Part[]> {
    this.#parts ??= this.#open(session);
    try {
      return await this.#parts;
    } catch (error) {
      this.#parts = undefined;
      throw error;
    }
  }

  async #open(session: SourceSession): Promise<Part[]> {
    const { manifest, dir } = this.#options;
    const parts: Part[] = [];
    for (const [i, file] of manifest.files.entries()) {
      const at = chunkListFile(dir, file.name);
      const kept = await readFile(at).catch(() => undefined);
      const isRight = kept !== undefined && sha256(kept) === file.chunksSha256;
      const list = isRight ? kept : await session.chunkList(this.#id, i, listBytes(file), file.chunksSha256);
      if (!isRight) await writeFile(at, list);
      parts.push(await openPart(dir, file, list));
    }
    this.#jobs = parts.flatMap((part, file) => part.missing().map((index) => ({ part, file, index })));
    const missing = this.#jobs.reduce((sum, { part, index }) => sum + chunkLength(part.file, index), 0);
    this.#progress(this.#totalBytes - missing);
    return parts;
  }

  async finish(): Promise<void> {
    for (const part of (await this.#parts) ?? []) await part.finish();
  }

  async close(): Promise<void> {
    const parts = await this.#parts?.catch(() => []);
    await Promise.all((parts ?? []).map((part) => part.close()));
  }
}
