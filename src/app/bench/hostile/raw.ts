import { connect, type Socket } from 'node:net';
import { SUBPROTOCOL } from '../../../contract/wire.ts';
import { freshIdentity } from '../../../net/swarm/identity.ts';
import { SWARM_PATH } from '../../../net/swarm/wire/frames.ts';
import { dialHandshake } from '../../../net/swarm/wire/hello.ts';

/** So long a peer waits for what the node must do within seconds. */
const LIMIT_MS = 60_000;
export const OP = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const UPGRADE = {
  Host: 'x',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Protocol': SUBPROTOCOL,
};

interface FrameShape {
  op?: number;
  fin?: boolean;
  rsv1?: boolean;
  masked?: boolean;
  /** What the head says, whatever follows. */
  length?: number;
}

/** A frame of RFC 6455, right or wrong, masked with zeros. */
export function wsFrame(payload: string | Buffer, shape: FrameShape = {}): Buffer {
  const { op = OP.text, fin = true, rsv1 = false, masked = true } = shape;
  const body = Buffer.from(payload as string);
  const length = shape.length ?? body.length;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | op;
  head[1] = (masked ? 0x80 : 0) | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, ...(masked ? [Buffer.alloc(4)] : []), body]);
}

export interface RawPeer {
  socket: Socket;
  /** The head of the answer to the upgrade. */
  head: string;
  send(payload: string | Buffer, shape?: FrameShape): void;
  json(frame: object): void;
  /** Text frames that came. */
  texts: string[];
  /** The code of the close frame, 0 where the connection ended without one or so many texts came before. */
  end(texts?: number): Promise<number>;
}

const open = new Set<Socket>();
export function endRaws(): void {
  for (const socket of open) socket.destroy();
}

/** A TCP connection to the node, from this loopback address; what is sent over it is the caller's own. */
export async function rawTcp(port: number, from = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  open.add(socket);
  socket.on('error', () => {});
  socket.once('close', () => open.delete(socket));
  await new Promise<void>((resolve) => socket.once('connect', resolve).once('close', () => resolve()));
  return socket;
}

/** Looks whenever something comes over the socket, and when it ends. */
async function until<T>(socket: Socket, what: string, look: () => T): Promise<NonNullable<T>> {
  const endMs = performance.now() + LIMIT_MS;
  for (;;) {
    const found = look();
    if (found) return found;
    if (socket.closed) throw new Error(`${what}: the connection ended`);
    if (performance.now() > endMs) throw new Error(`${what}: not within ${LIMIT_MS} ms`);
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        socket.off('data', done).off('close', done);
        resolve();
      };
      const timer = setTimeout(done, LIMIT_MS);
      socket.on('data', done).on('close', done);
    });
  }
}

/** A websocket by hand, so that every byte of it can be wrong. Answers pings as long as it is read, and no close. */
export async function rawPeer(port: number, headers: object = {}, from?: string): Promise<RawPeer> {
  const socket = await rawTcp(port, from);
  const texts: string[] = [];
  let bytes: Buffer = Buffer.alloc(0);
  let head = '';
  let code: number | undefined;
  socket.on('data', (data: Buffer) => {
    bytes = Buffer.concat([bytes, data]);
    const at = bytes.indexOf('\r\n\r\n');
    if (!head && at < 0) return;
    if (!head) {
      head = bytes.toString('latin1', 0, at);
      bytes = bytes.subarray(at + 4);
    }
    for (let next = readFrame(bytes); next; next = readFrame(bytes)) {
      bytes = next.rest;
      if (next.op === OP.ping) socket.write(wsFrame(next.payload, { op: OP.pong }));
      if (next.op === OP.text) texts.push(String(next.payload));
      if (next.op === OP.close) code = next.payload.length < 2 ? 1005 : next.payload.readUInt16BE(0);
    }
  });
  let isOver = false;
  socket.once('close', () => (isOver = true));
  const lines = Object.entries({ ...UPGRADE, ...headers }).map(([name, value]) => `${name}: ${value}`);
  socket.write(`GET ${SWARM_PATH} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  await until(socket, 'the upgrade', () => head !== '' || isOver);
  return {
    ...{ socket, head, texts },
    send: (payload, shape) => void socket.write(wsFrame(payload, shape)),
    json: (frame) => void socket.write(wsFrame(JSON.stringify(frame))),
    async end(most = Number.POSITIVE_INFINITY) {
      await until(socket, 'the end of the connection', () => isOver || texts.length >= most);
      return code ?? 0;
    },
  };
}

function readFrame(bytes: Buffer): { op: number; payload: Buffer; rest: Buffer } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes[1]! & 127;
  const at = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < at) return undefined;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < at + length) return undefined;
  return { op: bytes[0]! & 15, payload: bytes.subarray(at, at + length), rest: bytes.subarray(at + length) };
}

export const helloOf = (identity = freshIdentity(), nonce = Buffer.alloc(32, 7)) =>
  dialHandshake({ identity, roles: [], nonce });

/** Proves a fresh key: all the node's doors are open. What it said for that. */
export async function proveKey(peer: RawPeer): Promise<string[]> {
  const hello = helloOf();
  peer.send(hello.first!);
  const welcome = await until(peer.socket, 'the welcome', () => peer.texts.shift());
  const proof = hello.onText(welcome).send!;
  peer.send(proof);
  return [hello.first!, proof];
}

/** As `rawPeer`, with a key proven by `said`. */
export async function provenPeer(port: number, from?: string): Promise<RawPeer & { said: string[] }> {
  const peer = await rawPeer(port, {}, from);
  return { ...peer, said: await proveKey(peer) };
}
