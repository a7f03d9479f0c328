/** Loaded before a node: keeps what the operator of its machine can see of every websocket. Nothing in the product does. */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { decodeData } from '../../../net/swarm/wire/frames.ts';
import type { Seen } from './passage.ts';

export const seen: Seen[] = [];
const numbers = new WeakMap<WebSocket, number>();
let next = 0;

/** Frames whose words the attacks use. */
const READ = /^\{"type":"(hello|open)"/;
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64url').slice(0, 16);

function look(socket: WebSocket, sent: boolean, message: Buffer | string, isBinary: boolean): void {
  const connection = numbers.get(socket) ?? next++;
  numbers.set(socket, connection);
  // ws has no public name for the socket below.
  const { _socket: below } = socket as unknown as { _socket?: Socket };
  const one = {
    atMs: performance.timeOrigin + performance.now(),
    connection,
    sent,
    address: below?.remoteAddress ?? '',
  };
  if (!isBinary) {
    // The others tell nothing that the data frames do not, and there are millions: a relay that collects garbage drops its experts.
    if (!sent && READ.test(String(message))) seen.push({ ...one, text: String(message) });
    return;
  }
  const { id, payload } = decodeData(message as Buffer);
  seen.push({ ...one, data: { stream: id, bytes: payload.length, digest: sent ? '' : digestOf(payload) } });
}

type Any = (...args: unknown[]) => never;
const { emit, send } = WebSocket.prototype;
WebSocket.prototype.emit = function (this: WebSocket, ...args: unknown[]) {
  if (args[0] === 'message') look(this, false, args[1] as Buffer, args[2] === true);
  return (emit as Any).apply(this, args);
};
WebSocket.prototype.send = function (this: WebSocket, ...args: unknown[]) {
  look(this, true, args[0] as Buffer | string, typeof args[0] !== 'string');
  return (send as Any).apply(this, args);
};
