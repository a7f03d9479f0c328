import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ASK_PATH, LIVE_PATH } from '../../contract/wire.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { listen } from '../listen.ts';
import { isOurOwn, perAddress } from '../per-address.ts';
import { type Access, CLAIM_FIRST } from './access.ts';
import type { Api } from './api.ts';
import type { Backups } from './backup.ts';
import { createDoor } from './door.ts';
import type { ExpertsApi } from './experts.ts';
import { fromThisMachine } from './guard.ts';
import type { Metrics } from './metrics.ts';
import { isForCompute, OLLAMA_OWNER_PATH, pathOf, queryOf } from './paths.ts';
import type { ComputeProxy } from './proxy.ts';
import { CLOSE_MS, MAX_HEADER_BYTES, refuseUnread, refuseUpgrade } from './refuse-socket.ts';
import { sendError, sendFailure } from './reply.ts';
import type { Settings } from './settings.ts';

export interface WebOptions {
  host: string;
  port: number;
  /** Of pages elsewhere that may ask the experts. */
  origins: readonly string[];
  api: Api;
  access: Access;
  settings: Settings;
  backups: Backups;
  experts: ExpertsApi;
  proxy: ComputeProxy;
  metrics: Metrics;
  page: (res: ServerResponse, path: string, head: boolean) => void;
  /** By path; each takes over the socket of an accepted upgrade. */
  sockets: Record<typeof ASK_PATH | typeof LIVE_PATH, (req: IncomingMessage, socket: Duplex, head: Buffer) => void>;
  log: Log;
}

export interface Web {
  port: number;
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 1024;
const MAX_CONNECTIONS_PER_ADDRESS = 128;
const IDLE_MS = 120_000;

const HOW = {
  headersTimeout: 10_000,
  /** `readBody` has its own pace: this is for bodies that nobody reads. */
  requestTimeout: 60_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: MAX_HEADER_BYTES,
  /** The guard says so in words. */
  requireHostHeader: false,
  /** Many clients offer h2c too, and are glad of an answer in HTTP/1.1. */
  shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
};

export async function startWeb(options: WebOptions): Promise<Web> {
  const door = createDoor(options);
  const server = createServer(HOW, (req, res) => {
    door.begin(req, res);
    if (!door.admits(req, res)) return;
    route(options, req, res).catch((error) => {
      if (error instanceof HeatmineError) return sendFailure(res, error);
      options.log.error({ err: messageOf(error), path: pathOf(req) }, 'request failed');
      sendError(res, 'NOT_RUNNING', 'internal error');
    });
  });
  server.on('checkExpectation', (req, res) => {
    door.begin(req, res);
    sendError(res, 'MESSAGE_INVALID', 'of `Expect` only 100-continue is known', { status: 417 });
  });
  const each = (address: string) => (isOurOwn(address) ? MAX_CONNECTIONS : MAX_CONNECTIONS_PER_ADDRESS);
  const room = perAddress({ all: MAX_CONNECTIONS, each });
  server.on('connection', (socket) => {
    const release = room.enter(socket.remoteAddress ?? '');
    if (release) socket.once('close', release);
    else socket.destroy();
  });
  server.setTimeout(IDLE_MS);
  server.on('clientError', (error, socket) => refuseUnread(socket, error, door.lastOn(socket)));
  server.on('upgrade', (req, socket, head) => {
    socket.on('error', () => socket.destroy());
    const open = options.sockets[pathOf(req) as keyof WebOptions['sockets']];
    const refused = door.refusalOf(req);
    if (refused) refuseUpgrade(socket, refused.code === 'RATE_LIMITED' ? 429 : 403, refused.message);
    else if (pathOf(req) === LIVE_PATH && !options.access.levelOf(req)) refuseUpgrade(socket, 401, CLAIM_FIRST);
    else if (!open) refuseUpgrade(socket, 404, `${ASK_PATH} and ${LIVE_PATH} speak websocket`);
    else open(req, socket, head);
  });
  await listen(server, 'HTTP port', options);
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : options.port,
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      setTimeout(() => server.closeAllConnections(), CLOSE_MS).unref();
      server.closeIdleConnections();
      options.proxy.close();
      options.metrics.close();
      options.experts.close();
      await closed;
    },
  };
}

const isReading = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

/** The way in, which is open to all, and what only this machine may ask for. */
async function claimRoute(access: Access, req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
  if (path === '/api/session') {
    if (isReading(req)) access.session(req, res);
    else wrongMethod(res, 'GET, HEAD');
  } else if (path === '/api/claim') await change(req, res, access.claim);
  else if (!fromThisMachine(req)) {
    sendError(res, 'UNAUTHORISED', '`heatmine claim` on the unit itself gives out codes', { status: 403 });
  } else if (path === '/api/claim/new') await change(req, res, access.newCode);
  else await change(req, res, async (r, answer) => access.forget(r, answer));
}

const CLAIM_PATH = /^\/api\/(session|claim|claim\/new|claim\/forget)$/;
/** What tells of the house or changes it. */
const HOUSE_PATH = /^\/(api\/|metrics$)/;

async function route(
  { api, access, settings, backups, experts, proxy, metrics, page }: WebOptions,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const path = pathOf(req);
  const query = queryOf(req);
  // Node sends no body with the answer to HEAD.
  const isRead = isReading(req);
  if (isForCompute(path)) {
    if (isRead || req.method === 'POST') proxy.forward(req, res, path);
    else wrongMethod(res, 'GET, HEAD, POST');
  } else if (OLLAMA_OWNER_PATH.test(path)) {
    await experts.ollamaPull(req, res, path, access.levelOf(req) !== undefined);
  } else if (CLAIM_PATH.test(path)) await claimRoute(access, req, res, path);
  else if (HOUSE_PATH.test(path) && !access.levelOf(req)) sendError(res, 'UNAUTHORISED', CLAIM_FIRST, { status: 401 });
  else if (path === '/api/set') await change(req, res, (r, answer) => api.set(r, answer, access.levelOf(req)!));
  else if (path === '/api/notify') await change(req, res, settings.setNotify);
  else if (path === '/api/notify/test') await change(req, res, (_req, answer) => settings.testNotify(answer));
  else if (path === '/api/hand') await change(req, res, (r, answer) => api.hand(r, answer, access.levelOf(req)!));
  else if (path === '/api/backup') await change(req, res, (r, answer) => backups.make(r, answer, access.levelOf(req)!));
  else if (path === '/api/restore')
    await change(req, res, (r, answer) => backups.stage(r, answer, access.levelOf(req)!));
  else if (path.startsWith('/api/experts/')) await expertRoute(experts, req, res, path);
  else if (path === '/api/override') await change(req, res, api.override);
  else if (path === '/api/acknowledge') await change(req, res, api.acknowledge);
  else if (!isRead) wrongMethod(res, 'GET, HEAD');
  else if (path === '/api/state') api.state(res);
  else if (path === '/api/history') api.history(res, query);
  else if (path === '/api/events') api.events(res, query);
  else if (path === '/api/experts') await experts.list(res);
  else if (path === '/api/settings') settings.show(res);
  else if (path === '/api/support') settings.support(res);
  else if (path === '/api/why') api.why(res, query);
  else if (path === '/health') proxy.health(res);
  else if (path === '/metrics') await metrics.serve(req, res);
  else if (path.startsWith('/api/') || path.startsWith('/v1/')) {
    sendError(res, 'MESSAGE_INVALID', 'no such path; docs/ARCHITECTURE.md lists them', { status: 404 });
  } else page(res, path, req.method === 'HEAD');
}

/** Memory and downloads of experts. */
async function expertRoute(
  experts: ExpertsApi,
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
): Promise<void> {
  if (path === '/api/experts/load') await change(req, res, experts.load);
  else if (path === '/api/experts/unload') await change(req, res, experts.unload);
  else if (path === '/api/experts/pull') await change(req, res, experts.pull);
  else if (path === '/api/experts/stop') await change(req, res, async (_req, answer) => experts.stopPull(answer));
  else sendError(res, 'MESSAGE_INVALID', 'no such path; docs/ARCHITECTURE.md lists them', { status: 404 });
}

/** Every change comes by POST and as JSON, which no form of another site can send. */
async function change(
  req: IncomingMessage,
  res: ServerResponse,
  apply: (req: IncomingMessage, res: ServerResponse) => Promise<void>,
): Promise<void> {
  if (req.method !== 'POST') wrongMethod(res, 'POST');
  else if (!/^application\/json\b/i.test(req.headers['content-type'] ?? '')) {
    sendError(res, 'MESSAGE_INVALID', 'content-type must be application/json', { status: 415 });
  } else await apply(req, res);
}

function wrongMethod(res: ServerResponse, allow: string): void {
  res.setHeader('allow', allow);
  sendError(res, 'MESSAGE_INVALID', `use ${allow}`, { status: 405 });
}
