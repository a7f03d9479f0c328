import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { isOurOwn, perAddress } from '../per-address.ts';
import type { View } from '../view.ts';
import { refuseUpgrade } from './server.ts';

const EVERY_MS = 1_000;
const MAX_PAGES = 64;
/** Of somebody else; our own machine (a reverse proxy, say) may open all. */
const MAX_PAGES_PER_ADDRESS = 8;
const MAX_UNREAD_BYTES = 524_288;

export interface Live {
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** Snapshots for the page, once a second. A page that does not read them is cut; nothing is accepted from it. */
export function liveServer(view: View, log: Log): Live {
  const server = new WebSocketServer({ noServer: true, maxPayload: 1024, maxFragments: 2, perMessageDeflate: false });
  const each = (address: string) => (isOurOwn(address) ? MAX_PAGES : MAX_PAGES_PER_ADDRESS);
  const room = perAddress({ all: MAX_PAGES, each });
  const snapshot = () => JSON.stringify({ type: 'snapshot', ...view.snapshot() });
  server.on('connection', (socket) => {
    socket.on('error', (error) => log.debug({ err: messageOf(error) }, 'live'));
    socket.on('message', () => socket.close(1008, 'nothing is expected here'));
    socket.send(snapshot());
  });
  const timer = setInterval(() => {
    if (server.clients.size === 0) return;
    const text = snapshot();
    for (const client of server.clients) {
      if (client.bufferedAmount > MAX_UNREAD_BYTES) client.terminate();
      else client.send(text);
    }
  }, EVERY_MS);
  return {
    upgrade(req, socket, head) {
      const release = room.enter(req.socket.remoteAddress ?? '');
      if (!release) return refuseUpgrade(socket, 503, 'too many pages are open');
      socket.once('close', release);
      server.handleUpgrade(req, socket, head, (client) => server.emit('connection', client, req));
    },
    close() {
      clearInterval(timer);
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
