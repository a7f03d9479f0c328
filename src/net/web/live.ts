import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { deltaOf, RESYNC } from '../../contract/delta.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { type Bucket, tokenBucket } from '../buckets.ts';
import { isOurOwn, perAddress } from '../per-address.ts';
import type { View } from '../view.ts';
import { forPage } from './for-page.ts';
import { refuseUpgrade } from './refuse-socket.ts';

const EVERY_MS = 1_000;
const MAX_PAGES = 64;
/** Of somebody else; our own machine (a reverse proxy, say) may open all. */
const MAX_PAGES_PER_ADDRESS = 8;
/** A page that has this much unread misses deltas until it has read; it asks for the whole then. */
const SKIP_BYTES = 65_536;
const MAX_UNREAD_BYTES = 524_288;
const RESYNCS = { perS: 0.5, burst: 5 };

export interface Live {
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** `onControl` left out: what people change is told with the next second. */
type Watched = Pick<View, 'snapshot'> & Partial<Pick<View, 'onControl'>>;

/**
 * For the page: the whole state at its start, then once a second and with each wish of a person what has changed, numbered. It
 * may ask for the whole again and say nothing else. A page that does not read is cut.
 */
export function liveServer(view: Watched, log: Log, everyMs = EVERY_MS): Live {
  const server = new WebSocketServer({ noServer: true, maxPayload: 1024, maxFragments: 2, perMessageDeflate: false });
  const each = (address: string) => (isOurOwn(address) ? MAX_PAGES : MAX_PAGES_PER_ADDRESS);
  const room = perAddress({ all: MAX_PAGES, each });
  let state: object = {};
  let seq = 0;
  const whole = () => JSON.stringify({ type: 'snapshot', seq, ...state });
  const asked = (socket: WebSocket, word: string, bucket: Bucket) => {
    if (word !== RESYNC) socket.close(1008, `nothing but ${RESYNC} is expected here`);
    else if (!bucket.take(1, performance.now())) socket.close(1008, 'too many resyncs');
    else socket.send(whole());
  };
  server.on('connection', (socket) => {
    const bucket = tokenBucket(RESYNCS, performance.now());
    socket.on('error', (error) => log.debug({ err: messageOf(error) }, 'live'));
    socket.on('message', (data) => asked(socket, String(data), bucket));
    // The first page finds what nobody has kept up to date.
    if (server.clients.size === 1) state = forPage(view.snapshot());
    socket.send(whole());
  });
  const push = () => {
    if (server.clients.size === 0) return;
    const next = forPage(view.snapshot());
    // Also when nothing has changed: it says that the unit is there.
    const text = JSON.stringify({ type: 'delta', seq: ++seq, ...deltaOf(state, next) });
    state = next;
    for (const client of server.clients) {
      if (client.bufferedAmount > MAX_UNREAD_BYTES) client.terminate();
      else if (client.readyState === WebSocket.OPEN && client.bufferedAmount < SKIP_BYTES) client.send(text);
    }
  };
  const timer = setInterval(push, everyMs);
  let wished = '';
  const off = view.onControl?.(({ setPoints, overrides }) => {
    const now = JSON.stringify([setPoints, overrides.map(({ kind, id }) => [kind, id])]);
    if (now !== wished && wished !== '') push();
    wished = now;
  });
  return {
    upgrade(req, socket, head) {
      const release = room.enter(req.socket.remoteAddress ?? '');
      if (!release) return refuseUpgrade(socket, 503, 'too many pages are open');
      socket.once('close', release);
      server.handleUpgrade(req, socket, head, (client) => server.emit('connection', client, req));
    },
    close() {
      clearInterval(timer);
      off?.();
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
