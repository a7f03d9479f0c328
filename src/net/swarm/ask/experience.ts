import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { type Finding, isLiar, NO_EVIDENCE, weigh } from '../audit/evidence.ts';

const Record = z.strictObject({
  good: z.number().min(0),
  bad: z.number().min(0),
  busy: z.number().min(0).max(1),
  latencyMs: z.number().min(0),
  audits: z.int().min(0).optional(),
  odds: z.array(z.number().min(0)).optional(),
  /** What earlier versions wrote in place of `odds`; it was worth twenty audits at most and is left out. */
  against: z.number().min(0).optional(),
  /** What the last audit that spoke against it showed. */
  why: z.enum(['near', 'far', 'overcounted', 'outvoted']).optional(),
  shunnedUntilMs: z.number().optional(),
  /** Whether it was the last one that answered, or that was entered by. */
  lastAsked: z.literal(true).optional(),
  lastEntered: z.literal(true).optional(),
});
const File = z.record(z.string().regex(/^[\w-]{43}$/), Record);
type Record = z.infer<typeof Record>;

/** As which it was used. */
export type Role = 'lastAsked' | 'lastEntered';

export interface Shunned {
  why: string;
  untilMs: number;
}

/** What one's own questions taught, by node key. Only own experience counts: nobody's word about another does. */
export interface Experience {
  of(key: string): { experience: number; latencyMs: number; load: number };
  /** Whether the last answer came from it, or by it. */
  wasLast(role: Role, key: string): boolean;
  answered(key: string, firstWordMs: number): void;
  failed(key: string): void;
  /** A relay that passed a question and its answer on. */
  passed(key: string): void;
  /** It was honest about having no room: that is load, no fault. */
  busy(key: string): void;
  audited(key: string, finding: Finding): void;
  /** Why and until when it is not asked, where audits showed it to be a liar. */
  shuns(key: string): Shunned | undefined;
}

/** In the state directory; the unit and every command learn into this one. */
export const EXPERIENCE_FILE = 'experience.json';

/** Experience with who is not known. */
export const STRANGER = 0.5;

const SHUNNED_MS = 30 * 24 * 3_600_000;
/** What is told of a liar. */
const SHOWN = {
  near: 'its answers are not those of the weights that it names',
  far: 'its answers are not those of the weights that it names',
  overcounted: 'it bills more tokens than its answers have',
  outvoted: 'other nodes with the same expert agree against it',
} as const;
const MOST = 500;
const UNKNOWN: Record = { good: 0, bad: 0, busy: 0, latencyMs: 1000 };
/** Weight of the past against the newest question. */
const KEEP = 0.8;

/** Kept in `file`, where given, mode 0600: it names nodes and counts, no question. */
export function openExperience(file?: string, now: () => number = Date.now): Experience {
  let known = new Map<string, Record>();
  let read = '';
  /** The unit and each `heatmine ask` write to one file: what another has learnt meanwhile must not be written over. */
  const current = () => {
    if (!file) return known;
    const { ino, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? {};
    if (`${ino} ${mtimeMs}` !== read) known = new Map(Object.entries(load(file)));
    read = `${ino} ${mtimeMs}`;
    return known;
  };
  /** The longest not met, but no liar while there are others: a month is long, and keys cost nothing. */
  const whoGoes = (): string => {
    const isShunned = ({ shunnedUntilMs = 0 }: Record) => shunnedUntilMs > now();
    const [oldest] = [...known].find(([, record]) => !isShunned(record)) ?? [...known][0]!;
    return oldest;
  };
  const change = (key: string, next: (was: Record) => Record, role?: Role) => {
    current();
    if (role) for (const record of known.values()) delete record[role];
    const record = { ...next(known.get(key) ?? UNKNOWN), ...(role && { [role]: true as const }) };
    known.delete(key);
    known.set(key, record);
    if (known.size > MOST) known.delete(whoGoes());
    if (file) save(file, known);
  };
  return {
    of(key) {
      const { good, bad, busy, latencyMs } = current().get(key) ?? UNKNOWN;
      return { experience: (good + 1) / (good + bad + 2), latencyMs, load: busy };
    },
    wasLast: (role, key) => current().get(key)?.[role] === true,
    answered(key, firstWordMs) {
      const next = (was: Record) => ({
        ...was,
        good: was.good + 1,
        busy: was.busy * KEEP,
        latencyMs: was.good ? was.latencyMs * KEEP + firstWordMs * (1 - KEEP) : firstWordMs,
      });
      change(key, next, 'lastAsked');
    },
    passed: (key) => change(key, (was) => ({ ...was, good: was.good + 1 }), 'lastEntered'),
    failed: (key) => change(key, (was) => ({ ...was, bad: was.bad + 1 })),
    busy: (key) => change(key, (was) => ({ ...was, busy: was.busy * KEEP + (1 - KEEP) })),
    audited: (key, finding) => change(key, (was) => afterAudit(was, finding, now())),
    shuns(key) {
      const { shunnedUntilMs: untilMs = 0, audits, why } = current().get(key) ?? UNKNOWN;
      if (untilMs <= now()) return undefined;
      return { why: `${why ? SHOWN[why] : 'audits spoke against it'} (audit ${audits})`, untilMs };
    },
  };
}

function afterAudit({ against: _, ...was }: Record, finding: Finding, nowMs: number): Record {
  const before = was.odds ? { audits: was.audits ?? 0, odds: was.odds } : NO_EVIDENCE;
  const evidence = weigh(before, finding);
  const { outcome } = finding;
  const next = {
    ...was,
    ...evidence,
    odds: [...evidence.odds],
    ...(outcome in SHOWN && { why: outcome as keyof typeof SHOWN }),
  };
  // When it is asked again it begins anew: machines and owners change.
  return isLiar(evidence) ? { ...next, odds: [], audits: evidence.audits, shunnedUntilMs: nowMs + SHUNNED_MS } : next;
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
