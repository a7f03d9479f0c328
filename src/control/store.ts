import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../core/errors.ts';
import { Stored, urgentPart } from './persist.ts';

/** Urgent changes at most this often; counters at most every quarter of an hour: an SD card should outlive the house. */
const URGENT_MS = 3000;
const RELAXED_MS = 900_000;
const MAX_BYTES = 65_536;

export interface Loaded {
  stored: Stored | undefined;
  /** Why there is none, when there should be: for an event. */
  problem?: string;
}

/** Said of a file, so not thrown in place: each has its German. */
const WRONG = { sum: 'its sum does not match', size: 'it is too large' } as const;

const sumOf = (text: string) => createHash('sha256').update(text).digest('hex');
const beforeOf = (file: string) => `${file}.before`;

/** Undefined where there is no file. Throws what is wrong with it. */
function readStored(file: string): Stored | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (text.length > MAX_BYTES) throw new Error(WRONG.size);
  const [json, sum] = text.split('\n') as [string, string | undefined];
  // Files of earlier releases have no sum.
  if (sum !== undefined && sum !== sumOf(json)) throw new Error(WRONG.sum);
  return Stored.parse(JSON.parse(json));
}

function tryStored(file: string): { stored?: Stored | undefined; wrong?: string } {
  try {
    return { stored: readStored(file) };
  } catch (error) {
    return { wrong: messageOf(error).replace(/\s+/g, ' ').slice(0, 160) };
  }
}

/**
 * Reads `state.json` once, before the first tick. A missing file is a new unit; for a broken one the state that was written
 * before it stands in, and where that is broken too, safe defaults.
 */
export function loadStore(file: string): Loaded {
  const [now, before] = [tryStored(file), tryStored(beforeOf(file))];
  if (now.stored) return { stored: now.stored };
  const wrong = now.wrong ?? before.wrong;
  // None of the two: a new unit. None and a sound one before: a power cut between two renames, nothing is lost.
  if (wrong === undefined) return { stored: before.stored };
  const { stored } = before;
  if (stored) return { stored, problem: `${file} is damaged (${wrong}); the state before it is used` };
  return { stored: undefined, problem: `${file} is damaged (${wrong}); defaults are used` };
}

export interface Store {
  /** Called as often as one likes; writes in the background, one write at a time. */
  offer(stored: Stored, nowMs: number): void;
  /** Writes what was offered last and waits for it. */
  flush(): Promise<void>;
}

const goneIsFine = (error: NodeJS.ErrnoException) => {
  if (error.code !== 'ENOENT') throw error;
};

/** Old or new after a power cut, never half: temporary file, fsync, renames, fsync of the directory. The old one is kept. */
async function writeAtomically(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(`${text}\n${sumOf(text)}`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(file, beforeOf(file)).catch(goneIsFine);
  await rename(temporary, file);
  const dir = await open(dirname(file), 'r');
  try {
    await dir.sync();
  } finally {
    await dir.close();
  }
}

/** `onProblem` hears of a disk that does not take the state: control goes on without it. */
export function createStore(file: string, onProblem: (text: string) => void): Store {
  let latest: Stored | undefined;
  let writtenUrgent = '';
  let writtenMs = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> | undefined;

  function write(stored: Stored, nowMs: number): Promise<void> {
    writtenMs = nowMs;
    writtenUrgent = urgentPart(stored);
    writing = writeAtomically(file, JSON.stringify(stored))
      .catch((error) => onProblem(`${file} cannot be written: ${messageOf(error)}`))
      .finally(() => {
        writing = undefined;
      });
    return writing;
  }

  return {
    offer(stored, nowMs) {
      latest = stored;
      if (writing || nowMs - writtenMs < URGENT_MS) return;
      if (nowMs - writtenMs >= RELAXED_MS || urgentPart(stored) !== writtenUrgent) void write(stored, nowMs);
    },
    async flush() {
      await writing;
      if (latest) await write(latest, writtenMs);
    },
  };
}
