import { connect, type Socket } from 'node:net';
import { HeatmineError } from '../../core/errors.ts';
import { lineSplitter } from '../sim/json-lines.ts';
import { MAX_LINE_BYTES, PlantReply, type PlantRequest } from '../sim/protocol.ts';
import type { GpioEdge } from '../types.ts';

type Answer = Extract<PlantReply, { id: number }>;
type Unnumbered<R> = R extends PlantRequest ? Omit<R, 'id'> : never;
/** A request without its number. */
export type PlantCall = Unnumbered<PlantRequest>;

export interface PlantClient {
  /** Fails with BUS_TIMEOUT after `limitMs`, BUS_CLOSED while there is no plant, or the plant's own coded error. */
  ask(call: PlantCall, limitMs: number, place: string): Promise<Answer>;
  /** Edges of a line; resumes by itself after the plant has come back. Resolves with the level of now. */
  watch(bus: string, line: number, listener: (edge: GpioEdge) => void): Promise<0 | 1>;
  connected(): boolean;
  close(): Promise<void>;
}

const RECONNECT_MS = 100;
/** Done once per line, while the plant may still be warming up; not in any tick. */
const WATCH_LIMIT_MS = 1000;

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: HeatmineError): void;
}

/** Connects at once and again whenever the plant goes away; answers that come too late find nobody waiting. */
export function openPlantClient(path: string): PlantClient {
  const waiting = new Map<number, Waiting>();
  const watched = new Map<string, { bus: string; line: number; listener: (edge: GpioEdge) => void }>();
  let lastId = 0;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  let socket: Socket = dial();

  function dial(): Socket {
    const s = connect(path);
    s.on(
      'data',
      lineSplitter(MAX_LINE_BYTES, take, () => s.destroy()),
    );
    s.on('connect', () => {
      for (const { bus, line } of watched.values())
        s.write(encode({ op: 'gpio.watch', bus, line, resume: true }, ++lastId));
    });
    // The close that follows says it to those who wait.
    s.on('error', () => undefined);
    s.on('close', () => {
      for (const one of waiting.values()) one.reject(new HeatmineError('BUS_CLOSED', `the plant at ${path} went away`));
      waiting.clear();
      if (closed) return;
      retry = setTimeout(() => {
        socket = dial();
      }, RECONNECT_MS);
    });
    return s;
  }

  function take(text: string): void {
    const reply = PlantReply.parse(JSON.parse(text));
    if ('edge' in reply) {
      const { bus, line, level, atNs, sequence } = reply.edge;
      watched.get(`${bus}:${line}`)?.listener({ level, atNs: BigInt(atNs), sequence });
      return;
    }
    const one = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) one?.reject(new HeatmineError(reply.error.code, reply.error.message));
    else one?.resolve(reply);
  }

  const connected = () => socket.readyState === 'open';

  function ask(call: PlantCall, limitMs: number, place: string): Promise<Answer> {
    if (socket.destroyed) return Promise.reject(new HeatmineError('BUS_CLOSED', `${place}: no plant at ${path}`));
    const id = ++lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => {
      waiting.delete(id);
      reject(new HeatmineError('BUS_TIMEOUT', `${place}: no answer within ${limitMs} ms`));
    }, limitMs);
    waiting.set(id, { resolve, reject });
    socket.write(encode(call, id));
    return promise.finally(() => clearTimeout(timer));
  }

  return {
    ask,
    connected,
    async watch(bus, line, listener) {
      watched.set(`${bus}:${line}`, { bus, line, listener });
      const { level } = (await ask({ op: 'gpio.watch', bus, line }, WATCH_LIMIT_MS, `${bus} line ${line}`)) as {
        level?: 0 | 1;
      };
      return level ?? 0;
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      if (socket.destroyed) return;
      const gone = new Promise<void>((done) => socket.once('close', () => done()));
      socket.destroy();
      await gone;
    },
  };
}

const encode = (call: PlantCall, id: number) => `${JSON.stringify({ id, ...call })}\n`;
