import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import type { Random } from '../../../core/random.ts';

/** Reads registers of the pattern that server.py holds. */
export type Read = (unit: number, address: number, count: number) => Promise<ArrayLike<number>>;

export interface Tally {
  good: number;
  failed: number;
  /** Values taken for good that belong to another request or to the past. */
  wrong: number;
  firstWrong?: string;
}

const UNITS = 3;
const PAUSE_AFTER_FAULT_MS = 5;

/** CLOCK_MONOTONIC in ms, as server.py puts it into registers 0 and 1. */
const nowMs = () => Number(process.hrtime.bigint() / 1_000_000n) % 2 ** 32;

/**
 * Asks for random registers until so many values came, and compares each with what must be there: the pattern of the
 * address, or a time between asking and being answered.
 */
export async function hammer(read: Read, values: number, random: Random): Promise<Tally> {
  const tally: Tally = { good: 0, failed: 0, wrong: 0 };
  for (let i = 0; tally.good + tally.wrong < values; i++) {
    const unit = 1 + Math.floor(random() * UNITS);
    const clock = random() < 0.3;
    const address = clock ? 0 : 10 + Math.floor(random() * 1000);
    const count = clock ? 2 : 1 + Math.floor(random() * 4);
    const askedMs = nowMs();
    let words: ArrayLike<number>;
    try {
      words = await read(unit, address, count);
    } catch {
      tally.failed += 1;
      await sleep(PAUSE_AFTER_FAULT_MS);
      continue;
    }
    const wrong = clock ? staleness(words, askedMs) : mismatch(words, unit, address, count);
    if (wrong === undefined) tally.good += 1;
    else {
      tally.wrong += 1;
      tally.firstWrong ??= `request ${i}, unit ${unit}, registers ${address}+${count}: ${wrong}`;
    }
  }
  return tally;
}

function staleness(words: ArrayLike<number>, askedMs: number): string | undefined {
  const saidMs = (words[0] ?? 0) * 65_536 + (words[1] ?? 0);
  // Both clocks are cut to whole milliseconds.
  return saidMs >= askedMs - 1 && saidMs <= nowMs() + 1 ? undefined : `read at ${saidMs}, asked at ${askedMs}`;
}

function mismatch(words: ArrayLike<number>, unit: number, address: number, count: number): string | undefined {
  if (words.length !== count) return `${words.length} words`;
  for (let i = 0; i < count; i++) {
    const expected = crc32(`${unit}:${address + i}`) & 0xffff;
    if (words[i] !== expected) return `register ${address + i} is ${words[i]}, not ${expected}`;
  }
  return undefined;
}
