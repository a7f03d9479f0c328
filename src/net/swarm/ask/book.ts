import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Random } from '../../../core/random.ts';
import { readDescriptor } from '../descriptor.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { REACHES } from '../wire/reach.ts';
import type { Candidate } from './gather.ts';
import { lookForRelays } from './look.ts';

/** Relays that are known, so that questions need not look for them: whoever is dialled for that would see when somebody asks. */
export interface RelayBook {
  /** Those of the last minutes, or looked for now; `patience` above 1: in any case looked for. */
  relays(patience: number): Promise<Candidate[]>;
  /** Looks again from time to time, whether anybody asks or not, until `close`. */
  keep(random: Random): void;
  close(): void;
}

export interface BookOptions {
  discoveries: readonly Discovery[];
  /** Shared by the unit and its commands; left out: known in this process only. */
  file?: string;
  now?: () => number;
}

/** In the state directory. */
export const RELAYS_FILE = 'relays.json';
/** Their descriptors hold for half an hour and are renewed after 12 min. */
const FRESH_MS = 12 * 60_000;
const LOOK_EVERY_MS = 8 * 60_000;

const Kept = z.strictObject({ signed: z.string().max(1400), reach: z.enum(REACHES) });
const File = z.strictObject({ atMs: z.number(), relays: z.array(Kept).max(64) });
type File = z.infer<typeof File>;

export function openRelayBook({ discoveries, file, now = Date.now }: BookOptions): RelayBook {
  let known: File | undefined;
  let timer: NodeJS.Timeout | undefined;
  const look = async (patience: number) => {
    const found = await lookForRelays(discoveries, patience);
    if (found.length === 0) return found;
    known = { atMs: now(), relays: found.map(({ signed, reach }) => ({ signed, reach })) };
    if (file) save(file, known);
    return found;
  };
  return {
    async relays(patience) {
      const current = file ? load(file) : known;
      const isFresh = current && Math.abs(now() - current.atMs) < FRESH_MS && patience <= 1;
      const relays = isFresh ? current.relays.flatMap((kept) => relayOf(kept, now())) : [];
      return relays.length > 0 ? relays : look(patience);
    },
    keep(random) {
      const again = () => {
        timer = setTimeout(
          () => {
            look(1).catch(() => {});
            again();
          },
          LOOK_EVERY_MS * (0.5 + random()),
        );
        timer.unref();
      };
      again();
    },
    close: () => clearTimeout(timer),
  };
}

function relayOf({ signed, reach }: z.infer<typeof Kept>, nowMs: number): Candidate[] {
  const descriptor = readDescriptor(Buffer.from(signed, 'base64url'), nowMs);
  return descriptor ? [{ descriptor, signed, fit: 1, reach }] : [];
}

function load(file: string): File | undefined {
  try {
    return File.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Absent or damaged: they are looked for.
    return undefined;
  }
}

function save(file: string, known: File): void {
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, JSON.stringify(known), { mode: 0o600 });
    renameSync(draft, file);
  } catch {
    // A full disk must keep nobody from asking.
  }
}
