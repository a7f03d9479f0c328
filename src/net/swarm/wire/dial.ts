import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { MAX_FRAME_BYTES, SUBPROTOCOL } from '../../../contract/wire.ts';
import { HeatmineError } from '../../../core/errors.ts';
import type { Identity } from '../identity.ts';
import { CLOSING, type Connection, type Handlers, runConnection } from './connection.ts';
import { type Role, SWARM_PATH } from './frames.ts';
import { dialHandshake } from './hello.ts';
import { WIRE_LIMITS, type WireLimits } from './limits.ts';
import { isPrivate, publicLookup } from './prefix.ts';

export interface DialOptions {
  url: string;
  identity: Identity;
  roles?: readonly Role[];
  /** The key that must answer there. */
  expect?: string;
  handlers: Handlers;
  limits?: Partial<WireLimits>;
  signal?: AbortSignal;
  /** False refuses addresses of private networks: who dials for strangers must not be led into its owner's LAN. */
  mayBePrivate?: boolean;
}

/** Opens a connection to a node. Throws NOT_RUNNING when nobody answers there, PEER_INVALID for what breaks the protocol. */
export async function dial(options: DialOptions): Promise<Connection> {
  const { url, identity, roles = [], expect, handlers, signal, mayBePrivate = true } = options;
  const limits = { ...WIRE_LIMITS, ...options.limits };
  const target = new URL(url);
  target.pathname = SWARM_PATH;
  if (!mayBePrivate && isPrivate(target.hostname.replace(/^\[|\]$/g, ''))) {
    throw new HeatmineError('NO_WAY', 'no relay to an address of a private network');
  }
  const socket = new WebSocket(target, SUBPROTOCOL, {
    handshakeTimeout: limits.helloMs,
    maxPayload: MAX_FRAME_BYTES,
    maxFragments: limits.fragments,
    maxBufferedChunks: limits.bufferedChunks,
    perMessageDeflate: false,
    ...CLOSING,
    followRedirects: false,
    lookup: mayBePrivate ? undefined : publicLookup,
  });
  const abort = () => socket.terminate();
  signal?.addEventListener('abort', abort, { once: true });
  socket.once('close', () => signal?.removeEventListener('abort', abort));
  const handshake = dialHandshake({ identity, roles, nonce: randomBytes(32) }, expect);
  return runConnection({ socket, address: target.host, handshake, side: 'dialler', limits, handlers });
}
