import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const Record = z.strictObject({
  good: z.number().min(0),
  bad: z.number().min(0),
  busy: z.number().min(0).max(1),
  latencyMs: z.number().min(0),
  audits: z.int().min(0).optional(),
  against: z.number().min(0).optional(),
  /** What the last audit that spoke against it showed. */
  why: z.enum(['near', 'far', 'overcounted', 'outvoted']).optional(),
  shunnedUntilMs: z.number().optional(),
});
const File = z.record(z.string().regex(/^[\w-]{43}$/), Record);
type Record = z.infer<typeof Record>;

/** What one's own questions taught, by node key. Only own experience counts: nobody's word about another does. */
export interface Experience {
  of(key: string): { experience: number; latencyMs: number; load: number };
  answered(key: string, firstWordMs: number): void;
  failed(key: string): void;
  /** A relay that passed a question and its answer on. */
  passed(key: string): void;
  /** It was honest about having no room: that is load, no fault. */
  busy(key: string): void;
}

const MOST = 500;
const UNKNOWN: Record = { good: 0, bad: 0, busy: 0, latencyMs: 1000 };
/** Weight of the past against the newest question. */
const KEEP = 0.8;

/** Kept in `file`, where given, mode 0600: it names nodes and counts, no question. */
export function openExperience(file?: string): Experience {
  const known = new Map<string, Record>(Object.entries(file ? load(file) : {}));
  const change = (key: string, next: (was: Record) => Record) => {
    const record = next(known.get(key) ?? UNKNOWN);
    known.delete(key);
    known.set(key, record);
    if (known.size > MOST) known.delete(known.keys().next().value!);
    if (file) save(file, known);
  };
  return {
    of(key) {
      const { good, bad, busy, latencyMs } = known.get(key) ?? UNKNOWN;
      return { experience: (good + 1) / (good + bad + 2), latencyMs, load: busy };
    },
    answered: (key, firstWordMs) =>
      change(key, (was) => ({
        good: was.good + 1,
        bad: was.bad,
        busy: was.busy * KEEP,
        latencyMs: was.good ? was.latencyMs * KEEP + firstWordMs * (1 - KEEP) : firstWordMs,
      })),
    passed: (key) => change(key, (was) => ({ ...was, good: was.good + 1 })),
    failed: (key) => change(key, (was) => ({ ...was, bad: was.bad + 1 })),
    busy: (key) => change(key, (was) => ({ ...was, busy: was.busy * KEEP + (1 - KEEP) })),
  };
}

function load(file: string): z.infer<typeof File> {
  try {
    return File.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Absent or damaged: it is learnt anew, question by question.
    return {};
  }
}

function save(file: string, known: ReadonlyMap<string, Record>): void {
  writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(known)), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
