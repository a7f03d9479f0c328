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

/** Use that this node knows of, by whoever told it; what somebody tells takes the place of what he told before. */
export interface KnownUses {
  told(witness: string, expert: string, lines: readonly UseLine[], nowHour: number): void;
  all(): Use[];
}

export function openKnownUses(): KnownUses {
  const known = new Map<string, { expert: string; hour: number; lines: readonly UseLine[] }>();
  let kept = 0;
  const forget = (key: string) => {
    kept -= known.get(key)?.lines.length ?? 0;
    known.delete(key);
  };
  return {
    told(witness, expert, lines, nowHour) {
      const key = `${witness} ${expert}`;
      // A witness that has restarted and remembers nothing does not undo what it told.
      if (lines.length === 0 && known.has(key)) return;
      forget(key);
      known.set(key, { expert, hour: nowHour, lines });
      kept += lines.length;
      for (const [other, { hour }] of known) {
        if (kept > MOST_KEPT || hour <= nowHour - WINDOW_H) forget(other);
      }
    },
    all: () =>
      [...known.values()].flatMap(({ expert, lines }) =>
        lines.map(([payer, relay, tokens, hour]) => ({ expert, payer, relay: relay || DIRECTLY, tokens, hour })),
      ),
  };
}
