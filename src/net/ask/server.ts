import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { MAX_FRAME_BYTES, SUBPROTOCOL } from '../../contract/wire.ts';
import { isOurOwn, perAddress } from '../per-address.ts';
import { refuseUpgrade } from '../web/refuse-socket.ts';
import { ASK_LIMITS, type AskLimits } from './limits.ts';
import { runSession, type SessionOptions } from './session.ts';

export interface AskServer {
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  connections(): number;
  close(): void;
}

const GOING_AWAY = 1001;

export interface AskServerOptions extends Omit<SessionOptions, 'limits' | 'mayPay'> {
  /** Whether whoever sent this may spend what the owner allowed. */
  mayPay?: (req: IncomingMessage) => boolean;
  limits?: Partial<AskLimits>;
}

/** The websocket that remote peers and `heatmine ask` use (contract/wire.ts). */
export function askServer({ mayPay = () => false, ...options }: AskServerOptions): AskServer {
  const limits = { ...ASK_LIMITS, ...options.limits };
  const each = (address: string) => (isOurOwn(address) ? limits.connections : limits.connectionsPerAddress);
  const room = perAddress({ all: limits.connections, each });
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    maxFragments: limits.fragments,
    maxBufferedChunks: limits.bufferedChunks,
    perMessageDeflate: false,
    skipUTF8Validation: false,
    clientTracking: true,
    handleProtocols: () => SUBPROTOCOL,
  });
  server.on('connection', (socket, req) => runSession(socket, { ...options, mayPay: () => mayPay(req), limits }));
  return {
    upgrade(req, socket, head) {
      const offered = (req.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
      if (!offered.includes(SUBPROTOCOL)) return refuseUpgrade(socket, 400, `offer the subprotocol ${SUBPROTOCOL}`);
      const release = room.enter(req.socket.remoteAddress ?? '');
      if (!release) return refuseUpgrade(socket, 503, 'too many connections');
      socket.once('close', release);
      server.handleUpgrade(req, socket, head, (client) => server.emit('connection', client, req));
    },
    connections: () => server.clients.size,
    close() {
      for (const client of server.clients) client.close(GOING_AWAY, 'the unit stops');
      setTimeout(() => {
        for (const client of server.clients) client.terminate();
      }, 200).unref();
      server.close();
    },
  };
}
