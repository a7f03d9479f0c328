import type { IncomingMessage, ServerResponse } from 'node:http';
import { isForCompute, pathOf } from './paths.ts';

/** Pages of other sites that may ask the experts: by /v1 and Ollama's /api alone, never what shows the house or changes it. */
export interface Cors {
  welcomes(req: IncomingMessage): boolean;
  /** Lets a page that is welcome read the answer. */
  mark(req: IncomingMessage, res: ServerResponse): void;
}

/** Names of headers, few and short: they are sent back. */
const HEADER_NAMES = /^[\w-]{1,64}(, ?[\w-]{1,64}){0,31}$/;
const KEPT_S = 600;

export function corsFor(origins: readonly string[]): Cors {
  const welcomes = (req: IncomingMessage) => origins.includes(req.headers.origin ?? '') && isForCompute(pathOf(req));
  return {
    welcomes,
    mark(req, res) {
      if (origins.length > 0) res.setHeader('vary', 'Origin');
      if (!welcomes(req)) return;
      res.setHeader('access-control-allow-origin', req.headers.origin!);
      res.setHeader('access-control-expose-headers', 'x-request-id, retry-after');
    },
  };
}

/** What a browser asks before it lets a page of another site ask. */
export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

export function answerPreflight(req: IncomingMessage, res: ServerResponse): void {
  const asks = req.headers['access-control-request-headers'] ?? '';
  res.writeHead(204, {
    'access-control-allow-methods': 'GET, HEAD, POST',
    ...(HEADER_NAMES.test(asks) ? { 'access-control-allow-headers': asks } : {}),
    'access-control-max-age': `${KEPT_S}`,
    vary: 'Origin, Access-Control-Request-Headers',
  });
  res.end();
}
