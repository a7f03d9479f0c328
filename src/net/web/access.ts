import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { tokenBucket } from '../buckets.ts';
import { readBody } from './body.ts';
import { parseBody } from './change.ts';
import { type Claims, LEVELS, type Level } from './claims.ts';
import { fromThisMachine } from './guard.ts';
import { sendError, sendJson } from './reply.ts';

/** Who asks, and how somebody becomes known: the paths under /api/claim and /api/session. */
export interface Access {
  /** Undefined for somebody who has claimed nothing. This machine itself is its installer. */
  levelOf(req: IncomingMessage): Level | undefined;
  session(req: IncomingMessage, res: ServerResponse): void;
  claim(req: IncomingMessage, res: ServerResponse): Promise<void>;
  newCode(req: IncomingMessage, res: ServerResponse): Promise<void>;
  forget(req: IncomingMessage, res: ServerResponse): void;
}

const COOKIE = 'heatmine';
const COOKIE_S = 365 * 86_400;
const CODE_MIN = 15;
const MAX_BODY_BYTES = 512;
/** Of all who try together: a code of 39 bits outlives any patience. */
const TRIES = { perS: 0.1, burst: 5 };

export const CLAIM_FIRST =
  'this house is shown to those who have claimed it: `heatmine claim` on the unit prints a code for /api/claim or the page';

const ClaimBody = z.strictObject({ code: z.string().min(1).max(32) });
const NewCodeBody = z.strictObject({ level: z.enum(LEVELS) });

const bodyOf = async <T>(req: IncomingMessage, schema: z.ZodType<T>): Promise<T> =>
  parseBody(schema, (await readBody(req, MAX_BODY_BYTES)).toString('utf8'));

/** A page keeps its token in a cookie that no script can read; a program sends it as a bearer. */
function tokenOf({ headers }: IncomingMessage): string | undefined {
  const bearer = /^Bearer ([\w-]{20,100})$/i.exec(headers.authorization ?? '')?.[1];
  return bearer ?? new RegExp(`(?:^|; *)${COOKIE}=([\\w-]{20,100})(?:;|$)`).exec(headers.cookie ?? '')?.[1];
}

export function createAccess(claims: Claims): Access {
  const tries = tokenBucket(TRIES, performance.now());
  const levelOf = (req: IncomingMessage): Level | undefined => {
    if (fromThisMachine(req)) return 'installer';
    const token = tokenOf(req);
    return token === undefined ? undefined : claims.levelOf(token);
  };
  return {
    levelOf,
    session: (req, res) => sendJson(res, 200, { level: levelOf(req) ?? null, claimed: claims.claimed() }),
    async claim(req, res) {
      const { code } = await bodyOf(req, ClaimBody);
      if (!tries.take(1, performance.now())) return sendError(res, 'RATE_LIMITED', 'too many codes were tried');
      const made = claims.claim(code);
      if (!made) return sendError(res, 'UNAUTHORISED', 'the code is wrong, used or too old', { status: 403 });
      res.setHeader('set-cookie', `${COOKIE}=${made.token}; Max-Age=${COOKIE_S}; Path=/; HttpOnly; SameSite=Strict`);
      sendJson(res, 200, made);
    },
    async newCode(req, res) {
      const { level } = await bodyOf(req, NewCodeBody);
      sendJson(res, 200, { code: claims.newCode(level, CODE_MIN), level, minutes: CODE_MIN });
    },
    forget(_req, res) {
      claims.forget();
      sendJson(res, 200, { claimed: false });
    },
  };
}
