import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { MAX_FRAME_BYTES, SUBPROTOCOL } from '../../../contract/wire.ts';
import { HeatmineError } from '../../../core/errors.ts';
import type { Identity } from '../identity.ts';
import { type Backlog, createBacklog } from './backlog.ts';
import { CLOSING, type Connection, type Handlers, runConnection } from './connection.ts';
import { type Role, SWARM_PATH } from './frames.ts';
import { dialHandshake } from './hello.ts';
import { WIRE_LIMITS, type WireLimits } from './limits.ts';
import { lookupWithin, mayLead, type Reach } from './reach.ts';

export interface DialOptions {
  url: string;
  identity: Identity;
  roles?: readonly Role[];
  /** The key that must answer there. */
  expect?: string;
  handlers: Handlers;
  limits?: Partial<WireLimits>;
  signal?: AbortSignal;
  /** Left out: one of its own. */
  backlog?: Backlog;
  /** Whose word the URL is: a stranger's must not lead us into our own network. */
  reach: Reach;
}

/** Opens a connection to a node. Throws NOT_RUNNING when nobody answers there, PEER_INVALID for what breaks the protocol. */
export async function dial(options: DialOptions): Promise<Connection> {
  const { url, identity, roles = [], expect, handlers, signal, reach } = options;
  const limits = { ...WIRE_LIMITS, ...options.limits };
  const target = new URL(url);
  target.pathname = SWARM_PATH;
  if (!mayLead(url, reach))
    throw new HeatmineError('NO_WAY', 'not dialled: a stranger names a private address or a port of another service');
  const socket = new WebSocket(target, SUBPROTOCOL, {
    handshakeTimeout: limits.helloMs,
    maxPayload: MAX_FRAME_BYTES,
    maxFragments: limits.fragments,
    maxBufferedChunks: limits.bufferedChunks,
    perMessageDeflate: false,
    ...CLOSING,
    followRedirects: false,
    lookup: lookupWithin(reach),
  });
  const abort = () => socket.terminate();
  signal?.addEventListener('abort', abort, { once: true });
  socket.once('close', () => signal?.removeEventListener('abort', abort));
  const handshake = dialHandshake({ identity, roles, nonce: randomBytes(32) }, expect);
  let address = target.host;
  // Where it really is, which a name does not tell.
  socket.once('upgrade', ({ socket: { remoteAddress } }) => (address = remoteAddress ?? address));
  const { backlog = createBacklog(limits.heldBytes) } = options;
  return runConnection({ socket, address: () => address, handshake, side: 'dialler', limits, handlers, backlog });
}
