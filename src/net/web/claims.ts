import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';

/**
 * Who may see and set the house from elsewhere. There is no password to choose or to leave at its default: the machine
 * itself gives out a code that works once, and whoever types it in gets a session.
 */
export const LEVELS = ['owner', 'installer'] as const;
export type Level = (typeof LEVELS)[number];

const Session = z.object({ hash: z.string().length(64), level: z.enum(LEVELS), sinceMs: z.number() });
const Kept = z.object({ sessions: z.array(Session).max(1000) });
type Kept = z.infer<typeof Kept>;

export interface Claims {
  /** A code that works once, for `minutes`; a new one of a level ends the one before. */
  newCode(level: Level, minutes: number): string;
  /** The secret of a new session for a code, undefined for a wrong, used or old one. */
  claim(code: string): { token: string; level: Level } | undefined;
  levelOf(token: string): Level | undefined;
  /** Whether anybody has claimed this unit. */
  claimed(): boolean;
  /** Ends all sessions and codes. */
  forget(): void;
}

/** No letters and figures that are taken for each other; eight of them are 39 bits, and guesses are few. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';
const CODE_CHARS = 8;
const TOKEN_BYTES = 32;
const MAX_SESSIONS = 64;

const hashOf = (secret: string) => createHash('sha256').update(secret).digest();
const plain = (code: string) => code.toUpperCase().replace(/[^A-Z0-9]/g, '');

function freshCode(): string {
  const chars = Array.from({ length: CODE_CHARS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${chars.slice(0, 4)}-${chars.slice(4)}`;
}

/** Keeps hashes of sessions in `file`; codes live in memory only. `nowMs` counts on a clock that never jumps. */
export function openClaims(file: string, nowMs: () => number, wallMs: () => number, log: Log): Claims {
  let { sessions } = load(file, log);
  const codes = new Map<Level, { hash: Buffer; untilMs: number }>();
  const save = () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const text = JSON.stringify({ sessions } satisfies Kept);
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  return {
    newCode(level, minutes) {
      const code = freshCode();
      codes.set(level, { hash: hashOf(plain(code)), untilMs: nowMs() + minutes * 60_000 });
      return code;
    },
    claim(code) {
      const hash = hashOf(plain(code));
      for (const [level, held] of codes) {
        if (nowMs() > held.untilMs || !timingSafeEqual(hash, held.hash)) continue;
        codes.delete(level);
        const token = randomBytes(TOKEN_BYTES).toString('base64url');
        const session = { hash: hashOf(token).toString('hex'), level, sinceMs: wallMs() };
        sessions = [...sessions, session].slice(-MAX_SESSIONS);
        save();
        return { token, level };
      }
      return undefined;
    },
    levelOf(token) {
      const hash = hashOf(token);
      return sessions.find((session) => timingSafeEqual(Buffer.from(session.hash, 'hex'), hash))?.level;
    },
    claimed: () => sessions.length > 0,
    forget() {
      sessions = [];
      codes.clear();
      save();
    },
  };
}

function load(file: string, log: Log): Kept {
  if (!existsSync(file)) return { sessions: [] };
  try {
    const kept = Kept.parse(JSON.parse(readFileSync(file, 'utf8')));
    return { sessions: kept.sessions.filter(({ hash }) => /^[0-9a-f]{64}$/.test(hash)) };
  } catch (error) {
    log.warn({ err: messageOf(error) }, `${file} is damaged: nobody is let in from elsewhere until a new claim`);
    return { sessions: [] };
  }
}
