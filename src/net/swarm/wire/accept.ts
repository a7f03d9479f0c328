import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { MAX_FRAME_BYTES, SUBPROTOCOL } from '../../../contract/wire.ts';
import { type ErrorCode, HeatmineError, messageOf } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { listen } from '../../listen.ts';
import { refuseUpgrade } from '../../web/refuse-socket.ts';
import type { Identity } from '../identity.ts';
import { paced } from '../turns.ts';
import { type Backlog, createBacklog } from './backlog.ts';
import { CLOSE_MS, CLOSING, type Connection, endNow, type Handlers, runConnection } from './connection.ts';
import { createDoor } from './door.ts';
import { CLOSE, type Role, SWARM_PATH } from './frames.ts';
import { acceptHandshake } from './hello.ts';
import { WIRE_LIMITS, type WireLimits } from './limits.ts';
import { createRoom, type Guest } from './room.ts';

export interface AcceptOptions {
  host: string;
  port: number;
  identity: Identity;
  roles: readonly Role[];
  handlers: Handlers;
  onPeer?: (connection: Connection) => void;
  limits?: Partial<WireLimits>;
  /** Left out: one of its own. */
  backlog?: Backlog;
  /** Answers plain requests; left out: they are told that this is for websockets. */
  page?: RequestListener;
  log: Log;
}

export interface Acceptor {
  port: number;
  connections(): number;
  close(): Promise<void>;
}

const noPage: RequestListener = (_req, res) => res.writeHead(426, { connection: 'close' }).end('websocket only\n');

const socketServer = (limits: WireLimits) =>
  new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    maxFragments: limits.fragments,
    maxBufferedChunks: limits.bufferedChunks,
    perMessageDeflate: false,
    ...CLOSING,
    skipUTF8Validation: false,
    handleProtocols: () => SUBPROTOCOL,
  });

/** Listens for other nodes. A door of its own: nothing of the page, the API or /v1 is behind it. */
export async function acceptPeers(options: AcceptOptions): Promise<Acceptor> {
  const limits = { ...WIRE_LIMITS, ...options.limits };
  const room = createRoom(limits);
  const backlog = options.backlog ?? createBacklog(limits.heldBytes);
  const turns = paced(limits.frames.perS, limits.frames.burst / limits.frames.perS);
  const door = createDoor(limits);
  const guests = new WeakMap<Socket, Guest>();
  const http = createServer({
    headersTimeout: limits.helloMs,
    requestTimeout: limits.helloMs,
    // Left out, the two above are looked at every 30 s only.
    connectionsCheckingInterval: 1000,
    maxHeaderSize: 8192,
  });
  // Half of what an upgrade may be is nobody's request: it has the same few seconds, and counts from its first byte.
  http.on('connection', (socket) => {
    const guest = { isBusy: () => false, end: () => void socket.destroy() };
    const leave = room.enter(socket.remoteAddress ?? '', guest);
    if (!leave) return socket.destroy();
    socket.once('close', leave);
    guests.set(socket, guest);
    socket.setTimeout(limits.helloMs, () => socket.destroy());
  });
  http.on('request', options.page ?? noPage);
  http.on('clientError', (_error, socket) => socket.destroy());
  const server = socketServer(limits);
  http.on('upgrade', async (req, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (req.url !== SWARM_PATH) return refuseUpgrade(socket, 404, `${SWARM_PATH} is the only path`);
    const offered = (req.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (!offered.includes(SUBPROTOCOL)) return refuseUpgrade(socket, 400, `offer the subprotocol ${SUBPROTOCOL}`);
    if (!(await door.passes(req.socket))) return;
    req.socket.setTimeout(0);
    server.handleUpgrade(req, socket, head, (client) => server.emit('connection', client, req));
  });
  server.on('connection', (socket, req) => {
    const handshake = acceptHandshake({ identity: options.identity, roles: options.roles, nonce: randomBytes(32) });
    const remote = req.socket.remoteAddress ?? '';
    const guest = guests.get(req.socket)!;
    guest.end = () => endNow(socket, CLOSE.idle, 'others need the room');
    const served = () => door.served(remote);
    const how = { handshake, side: 'acceptor' as const, limits, handlers: options.handlers, backlog, turns, served };
    runConnection({ socket, address: () => remote, ...how }).then(
      (connection) => {
        guest.isBusy = () => connection.isBusy();
        options.onPeer?.(connection);
      },
      (error) => options.log.debug({ err: messageOf(error) }, 'peer refused'),
    );
  });
  await listen(http, 'swarm port', { host: options.host, port: options.port });
  const at = http.address();
  if (typeof at !== 'object' || !at) throw new HeatmineError('PORT_IN_USE' satisfies ErrorCode, 'swarm port');
  return {
    port: at.port,
    connections: () => server.clients.size,
    async close() {
      const closed = new Promise<void>((done) => http.close(() => done()));
      door.close();
      for (const client of server.clients) client.close(CLOSE.leaving, 'leaving');
      const cut = setTimeout(() => {
        for (const client of server.clients) client.terminate();
        http.closeAllConnections();
      }, CLOSE_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}
