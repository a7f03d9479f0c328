import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { MAX_FRAME_BYTES, SUBPROTOCOL } from '../../../contract/wire.ts';
import type { Identity } from '../identity.ts';
import { type Connection, type Handlers, runConnection } from './connection.ts';
import { type Role, SWARM_PATH } from './frames.ts';
import { dialHandshake } from './hello.ts';
import { WIRE_LIMITS, type WireLimits } from './limits.ts';

export interface DialOptions {
  url: string;
  identity: Identity;
  roles?: readonly Role[];
  /** The key that must answer there. */
  expect?: string;
  handlers: Handlers;
  limits?: Partial<WireLimits>;
  signal?: AbortSignal;
}

/** Opens a connection to a node. Throws NOT_RUNNING when nobody answers there, PEER_INVALID for what breaks the protocol. */
export function dial({
  url,
  identity,
  roles = [],
  expect,
  handlers,
  limits: over,
  signal,
}: DialOptions): Promise<Connection> {
  const limits = { ...WIRE_LIMITS, ...over };
  const target = new URL(url);
  target.pathname = SWARM_PATH;
  const socket = new WebSocket(target, SUBPROTOCOL, {
    handshakeTimeout: limits.helloMs,
    maxPayload: MAX_FRAME_BYTES,
    maxFragments: limits.fragments,
    maxBufferedChunks: limits.bufferedChunks,
    perMessageDeflate: false,
    followRedirects: false,
  });
  const abort = () => socket.terminate();
  signal?.addEventListener('abort', abort, { once: true });
  socket.once('close', () => signal?.removeEventListener('abort', abort));
  const handshake = dialHandshake({ identity, roles, nonce: randomBytes(32) }, expect);
  return runConnection({ socket, address: target.host, handshake, side: 'dialler', limits, handlers });
}
