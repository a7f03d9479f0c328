import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Snapshot } from '../../contract/snapshot.ts';
import { HeatmineError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { History } from '../../net/history/history.ts';
import { listen } from '../../net/listen.ts';
import { createApi } from '../../net/web/api.ts';
import { hostGuard, SECURITY_HEADERS } from '../../net/web/guard.ts';
import { liveServer } from '../../net/web/live.ts';
import { refuseUpgrade } from '../../net/web/refuse-socket.ts';
import { sendError, sendJson } from '../../net/web/reply.ts';
import { servePage } from '../../net/web/static.ts';

const HOST = '127.0.0.1';
/** Finer than a unit's: minutes of the house pass between two of these. */
const LIVE_EVERY_MS = 250;
const LOOKS_ONLY = 'this is a tour, nothing can be set in it; `npm start` runs a unit of your own';

export interface TourServer {
  url: string;
  /** Resolves when the first page has opened. */
  opened: Promise<void>;
  close(): Promise<void>;
}

/** The page on this machine alone, to look at: what a unit answers to reading it is answered, every change is refused. */
export async function serveTour(options: {
  port: number;
  distDir: string;
  snapshot(): Snapshot;
  history: History;
  log: Log;
}): Promise<TourServer> {
  const { port, distDir, snapshot, history, log } = options;
  const refused = async () => {
    throw new HeatmineError('UNAUTHORISED', LOOKS_ONLY);
  };
  const nobody = { drive: refused, close() {} };
  const api = createApi({ snapshot, onControl: () => () => {}, send: () => false }, history, nobody);
  const live = liveServer({ snapshot }, log, LIVE_EVERY_MS);
  const page = servePage(distDir);
  const guard = hostGuard(HOST);
  const opened = Promise.withResolvers<void>();
  const reads: Record<string, (res: ServerResponse, query: URLSearchParams) => void> = {
    '/api/session': (res) => sendJson(res, 200, { level: 'owner', claimed: true }),
    '/api/state': api.state,
    '/api/history': api.history,
    '/api/events': api.events,
    '/api/why': api.why,
  };
  const answer = (req: IncomingMessage, res: ServerResponse) => {
    const [path = '/', query] = (req.url ?? '/').split('?', 2);
    const refusal = guard.refusal(req);
    if (refusal) return sendError(res, 'UNAUTHORISED', refusal.message, { remedy: refusal.remedy });
    if (req.method !== 'GET' && req.method !== 'HEAD') return sendError(res, 'UNAUTHORISED', LOOKS_ONLY);
    const read = reads[path];
    if (read) read(res, new URLSearchParams(query));
    else page(res, path, req.method === 'HEAD');
  };
  const server = createServer((req, res) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) res.setHeader(name, value);
    res.on('error', () => res.destroy());
    try {
      answer(req, res);
    } catch (error) {
      if (!(error instanceof HeatmineError)) throw error;
      sendError(res, error.code, error.message);
    }
  });
  server.on('upgrade', (req, socket, head) => {
    socket.on('error', () => socket.destroy());
    const refusal = guard.refusal(req);
    if (refusal) return refuseUpgrade(socket, 403, refusal.message);
    if (req.url !== '/live') return refuseUpgrade(socket, 404, LOOKS_ONLY);
    live.upgrade(req, socket, head);
    opened.resolve();
  });
  await listen(server, 'HTTP port', { host: HOST, port });
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}/`,
    opened: opened.promise,
    close() {
      live.close();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
