import type { Bytes } from './bytes.ts';
import { ClientError, readable, refuse } from './fault.ts';
import { dialHello, readJson } from './hello.ts';
import { freshSigner } from './keys.ts';
import { decodeData, encodeData, openStream, type Stream } from './stream.ts';
import type { Hop } from './way.ts';

/** One websocket to a relay, with a key of its own that nobody has seen before. */
export interface Connection {
  /** Descriptors for a topic as they were sent, unread: `others` also those that the relay has found itself. */
  find(topic: string, limit: number): Promise<unknown[]>;
  open(path: readonly Hop[]): Stream;
  close(): void;
}

const SUBPROTOCOL = 'heatmine.v1';
const HELLO_MS = 10_000;
const FIND_MS = 20_000;
const MAX_FRAME = 65_536;
const VIOLATION = 4400;

/** Throws NOT_RUNNING when nobody answers there, PEER_INVALID for another key or what breaks the protocol. */
export async function dial(url: string, expect: string | undefined, signal?: AbortSignal): Promise<Connection> {
  signal?.throwIfAborted();
  const hello = dialHello(await freshSigner(), expect);
  const target = new URL(url);
  target.pathname = '/swarm';
  const socket = new WebSocket(target, SUBPROTOCOL);
  socket.binaryType = 'arraybuffer';
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  const session = createSession(socket);
  const fail = (error: unknown) => {
    const known = error instanceof ClientError ? error : new ClientError('NOT_RUNNING', readable(error));
    reject(known);
    session.end(known);
    socket.close(known.code === 'PEER_INVALID' ? VIOLATION : 1000);
  };
  const late = setTimeout(() => fail(new ClientError('NOT_RUNNING', `${url}: no hello in time`)), HELLO_MS);
  const abort = () => fail(new ClientError('NOT_RUNNING', 'given up'));
  signal?.addEventListener('abort', abort, { once: true });
  let state: 'hello' | 'proving' | 'open' = 'hello';
  const greet = async (data: unknown) => {
    if (state === 'proving' || typeof data !== 'string') refuse('PEER_INVALID', 'hello: not what comes next');
    state = 'proving';
    socket.send((await hello.onWelcome(data as string)).proof);
    clearTimeout(late);
    state = 'open';
    resolve(session.connection);
  };
  socket.onopen = () => socket.send(hello.first);
  socket.onmessage = ({ data }: { data: unknown }) => {
    try {
      if (state !== 'open') void greet(data).catch(fail);
      else session.onMessage(data);
    } catch (error) {
      fail(error);
    }
  };
  socket.onclose = ({ code, reason }) => {
    clearTimeout(late);
    signal?.removeEventListener('abort', abort);
    const broke = code === VIOLATION || code === 4401;
    fail(new ClientError(broke ? 'PEER_INVALID' : 'NOT_RUNNING', `${url}: closed with ${code} ${readable(reason)}`));
  };
  return promise;
}

interface Session {
  connection: Connection;
  onMessage(data: unknown): void;
  end(error: ClientError): void;
}

interface Waiter {
  resolve: (descriptors: unknown[]) => void;
  reject: (error: ClientError) => void;
}

function createSession(socket: WebSocket): Session {
  const streams = new Map<number, Stream>();
  const waiting = new Map<number, Waiter>();
  let nextId = 1;
  let over: ClientError | undefined;
  const newId = () => {
    nextId += 2;
    return nextId - 2;
  };
  const out = (data: string | Bytes) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(data);
  };
  const text = (frame: object) => out(JSON.stringify(frame));
  const connection: Connection = {
    find(topic, limit) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
      const id = newId();
      const late = setTimeout(() => reject(new ClientError('BUSY', 'the relay does not answer')), FIND_MS);
      waiting.set(id, { resolve, reject });
      text({ type: 'find', id, topic, limit, others: true });
      if (over) reject(over);
      return promise.finally(() => {
        clearTimeout(late);
        waiting.delete(id);
      });
    },
    open(path) {
      const id = newId();
      const stream = openStream({
        data: (end, payload) => out(encodeData(id, end, payload)),
        credit: (bytes) => text({ type: 'credit', id, bytes }),
      });
      streams.set(id, stream);
      text({ type: 'open', id, path });
      if (over) stream.onClose(over);
      return stream;
    },
    close: () => socket.close(1000, 'thanks'),
  };
  return {
    connection,
    onMessage(data) {
      if (typeof data === 'string') return onText(data, { streams, waiting, text, isOurs: (id) => id < nextId });
      const bytes = new Uint8Array(data as ArrayBuffer);
      if (bytes.length > MAX_FRAME) refuse('PEER_INVALID', 'a message over 64 KiB');
      const { id, ...next } = decodeData(bytes);
      if (!streams.has(id)) refuse('PEER_INVALID', `no stream ${id}`);
      streams.get(id)!.onData(next);
    },
    end(error) {
      over ??= error;
      for (const stream of streams.values()) stream.onClose(over);
      for (const { reject } of waiting.values()) reject(over);
    },
  };
}

interface Held {
  streams: ReadonlyMap<number, Stream>;
  waiting: ReadonlyMap<number, Waiter>;
  text(frame: object): void;
  isOurs(id: number): boolean;
}

function onText(data: string, { streams, waiting, text, isOurs }: Held): void {
  if (data.length > MAX_FRAME) refuse('PEER_INVALID', 'a message over 64 KiB');
  const frame = readJson(data);
  const id = frame.id as number;
  if (!Number.isInteger(id) || id < 1) refuse('PEER_INVALID', 'a frame without an id');
  if (frame.type === 'open' || frame.type === 'find' || frame.type === 'attach') {
    text({ type: 'close', id, code: 'NOT_OFFERED', message: 'nothing is served on this connection' });
    return;
  }
  if (id % 2 === 0 || !isOurs(id)) refuse('PEER_INVALID', `nothing was asked under ${id}`);
  if (frame.type === 'credit') {
    if (!Number.isInteger(frame.bytes) || (frame.bytes as number) < 1) refuse('PEER_INVALID', 'credit of nothing');
    streams.get(id)?.onCredit(frame.bytes as number);
  } else if (frame.type === 'close') {
    const error = new ClientError(readable(frame.code, 32), readable(frame.message));
    waiting.get(id)?.reject(error);
    streams.get(id)?.onClose(error);
  } else if (frame.type === 'found' && Array.isArray(frame.descriptors) && frame.descriptors.length <= 16) {
    waiting.get(id)?.resolve(frame.descriptors);
  } else refuse('PEER_INVALID', 'a frame of no type that an asker knows');
}
