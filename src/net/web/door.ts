import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { requestIdOf } from '../../core/request-id.ts';
import { bucketPerKey } from '../buckets.ts';
import { answerPreflight, corsFor, isPreflight } from './cors.ts';
import { hostGuard, SECURITY_HEADERS } from './guard.ts';
import { sendError } from './reply.ts';

export interface Refused {
  code: 'RATE_LIMITED' | 'UNAUTHORISED' | 'MESSAGE_INVALID';
  message: string;
  remedy?: string;
}

/** What holds for every request, before anybody looks at what it asks for. */
export interface Door {
  /** Gives the answer what every answer has: headers, an id, and who elsewhere may read it. */
  begin(req: IncomingMessage, res: ServerResponse): void;
  /** False where it is answered already. */
  admits(req: IncomingMessage, res: ServerResponse): boolean;
  refusalOf(req: IncomingMessage): Refused | undefined;
  /** The answer that was begun last on this connection. */
  lastOn(socket: Duplex): ServerResponse | undefined;
}

/** Per address: a page needs a handful at its start and then less than one a second. */
const RATE = { perS: 200, burst: 400 };

export function createDoor({ host, origins }: { host: string; origins: readonly string[] }): Door {
  const cors = corsFor(origins);
  const guard = hostGuard(host, cors.welcomes);
  const rate = bucketPerKey(RATE);
  const last = new WeakMap<Duplex, ServerResponse>();
  const refusalOf = (req: IncomingMessage): Refused | undefined => {
    if (!rate(req.socket.remoteAddress ?? '', 1, performance.now())) {
      return { code: 'RATE_LIMITED', message: `over ${RATE.perS} requests a second` };
    }
    const refusal = guard.refusal(req);
    return refusal && { code: req.headers.host ? 'UNAUTHORISED' : 'MESSAGE_INVALID', ...refusal };
  };
  return {
    begin(req, res) {
      last.set(req.socket, res);
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) res.setHeader(name, value);
      res.setHeader('x-request-id', requestIdOf(req.headers['x-request-id']));
      cors.mark(req, res);
      res.on('error', () => res.destroy());
    },
    admits(req, res) {
      const refused = refusalOf(req);
      if (refused) sendError(res, refused.code, refused.message, refused.remedy ? { remedy: refused.remedy } : {});
      else if (isPreflight(req) && cors.welcomes(req)) answerPreflight(req, res);
      else return true;
      return false;
    },
    refusalOf,
    lastOn: (socket) => last.get(socket),
  };
}
