import { z } from 'zod';
import type { PaidUse } from '../../ledger/books.ts';
import { type Use, WINDOW_H } from '../demand/demand.ts';
import { keyText } from '../identity.ts';

/** Settled use as it crosses the wire, of one expert: [payer, relay, tokens, hour]. */
const Line = z.tuple([z.string().max(64), z.string().max(64), z.int().min(1), z.int().min(0)]);
export type UseLine = z.infer<typeof Line>;
const MOST_LINES = 500;
const Lines = z.array(Line).max(MOST_LINES);
/** Stands for all questions that came through no relay. */
const DIRECTLY = 'directly';
const MOST_KEPT = 50_000;

/** What this node's ledger says of one of its experts, after the hour `oldest`. */
export const linesIn = (paid: Iterable<PaidUse>, expert: string, oldest: number): UseLine[] =>
  [...paid]
    .filter((use) => use.expert === expert && use.hour > oldest)
    .map(({ payer, relay, tokens, hour }) => [keyText(payer), relay ? keyText(relay) : '', Math.max(1, tokens), hour]);

export const encodeUses = (lines: readonly UseLine[]): Buffer => Buffer.from(JSON.stringify(lines.slice(-MOST_LINES)));

/** Nothing of what is no such list. */
export function decodeUses(bytes: Buffer): UseLine[] {
  try {
    return Lines.parse(JSON.parse(bytes.toString()));
  } catch {
    return [];
  }
}

/** Who told of use: reports of one origin share a fair part of what is kept. */
export interface Witness {
  key: string;
  /** Relay or address prefix that it was reached by; keys cost nothing, these do. Empty: this node itself, always heard. */
  origin: string;
}

/** Use that this node knows of, by whoever told it; what somebody tells takes the place of what he told before. */
export interface KnownUses {
  told(witness: Witness, expert: string, lines: readonly UseLine[], nowHour: number): void;
  all(): Use[];
}

interface Report {
  origin: string;
  witness: string;
  expert: string;
  hour: number;
  lines: readonly UseLine[];
}

/** What one report counts for, so that empty ones are no way to fill the memory. */
const costOf = ({ lines }: Report) => lines.length + 1;

/**
 * When there is no room, the origin that fills most of it gives, and of it the witness that does, the oldest report first: a
 * flood pushes itself out, whoever tells little stays.
 */
export function openKnownUses(mostKept = MOST_KEPT): KnownUses {
  const known = new Map<string, Report>();
  const byOrigin = new Map<string, number>();
  let kept = 0;
  const count = (report: Report, sign: 1 | -1) => {
    kept += sign * costOf(report);
    const now = (byOrigin.get(report.origin) ?? 0) + sign * costOf(report);
    if (now > 0) byOrigin.set(report.origin, now);
    else byOrigin.delete(report.origin);
  };
  const forget = (key: string) => {
    const report = known.get(key);
    if (report) count(report, -1);
    known.delete(key);
  };
  const makeRoom = () => {
    const [fullest] = [...byOrigin].filter(([origin]) => origin !== '').sort((a, b) => b[1] - a[1])[0] ?? [''];
    const reports = [...known].filter(([, { origin }]) => origin === fullest);
    const byWitness = new Map<string, number>();
    for (const [, report] of reports)
      byWitness.set(report.witness, (byWitness.get(report.witness) ?? 0) + costOf(report));
    const loudest = [...byWitness].sort((a, b) => b[1] - a[1])[0]![0];
    forget(reports.find(([, { witness }]) => witness === loudest)![0]);
  };
  return {
    told({ key: witness, origin }, expert, lines, nowHour) {
      const key = `${witness} ${expert}`;
      // A witness that has restarted and remembers nothing does not undo what it told.
      if (lines.length === 0 && known.has(key)) return;
      forget(key);
      const report = { origin, witness, expert, hour: nowHour, lines };
      known.set(key, report);
      count(report, 1);
      for (const [other, { hour }] of known) if (hour <= nowHour - WINDOW_H) forget(other);
      while (kept > mostKept && known.size > 1) makeRoom();
    },
    all: () =>
      [...known.values()].flatMap(({ expert, lines }) =>
        lines.map(([payer, relay, tokens, hour]) => ({ expert, payer, relay: relay || DIRECTLY, tokens, hour })),
      ),
  };
}
