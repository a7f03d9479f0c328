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

/** Reads `state.json` once, before the first tick. A missing file is a new unit; a broken one means safe defaults. */
export function loadStore(file: string): Loaded {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return absent
      ? { stored: undefined }
      : { stored: undefined, problem: `${file}: ${messageOf(error)}; defaults are used` };
  }
  try {
    if (text.length > MAX_BYTES) throw new Error('too large');
    return { stored: Stored.parse(JSON.parse(text)) };
  } catch (error) {
    const why = messageOf(error).replace(/\s+/g, ' ').slice(0, 160);
    return { stored: undefined, problem: `${file} is damaged (${why}); defaults are used` };
  }
}

export interface Store {
  /** Called as often as one likes; writes in the background, one write at a time. */
  offer(stored: Stored, nowMs: number): void;
  /** Writes what was offered last and waits for it. */
  flush(): Promise<void>;
}

/** Old or new after a power cut, never half: temporary file, fsync, rename, fsync of the directory. */
async function writeAtomically(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
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
