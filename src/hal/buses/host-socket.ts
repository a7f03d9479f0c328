import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { lineSplitter } from '../sim/json-lines.ts';
import type { HostBus } from '../types.ts';

const LIMIT_MS = 1000;
const MAX_LINE_BYTES = 16_384;
const RECONNECT_MS = { first: 100, most: 5000 };

const Answer = z.looseObject({ id: z.int() });

export interface HostSocketOptions {
  bus: string;
  /** File with the word that a host on TCP asks for. */
  tokenFile?: string | undefined;
  monoMs(): number;
}

/**
 * The socket of `heatmine accel-host`: JSON lines, answers found by number, so that a late one finds nobody waiting.
 * Connected when first used and again after a fault, with a growing pause. BUS_CLOSED: no host; BUS_TIMEOUT: none in time;
 * BUS_NOISE: it refused, or talks something else.
 */
export function openHostSocket(
  place: { path: string } | { host: string; port: number },
  { bus, tokenFile, monoMs }: HostSocketOptions,
): HostBus & { close(): Promise<void> } {
  const waiting = new Map<number, { resolve(answer: Record<string, unknown>): void; reject(error: Error): void }>();
  let socket: Socket | undefined;
  let lastId = 0;
  let closed = false;
  let pauseMs = RECONNECT_MS.first;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  let lastFailure = 'not connected';

  let known: { token?: string } | undefined = tokenFile === undefined ? {} : undefined;
  async function token(): Promise<{ token?: string }> {
    try {
      known ??= { token: (await readFile(tokenFile!, 'utf8')).trim() };
      return known;
    } catch (error) {
      throw new HeatmineError('BUS_CLOSED', `${bus}: ${messageOf(error)}; write the token of the host there`);
    }
  }

  function fail(code: 'BUS_CLOSED' | 'BUS_NOISE', what: string): void {
    lastFailure = what;
    notBeforeMs = monoMs() + pauseMs;
    pauseMs = Math.min(pauseMs * 2, RECONNECT_MS.most);
    socket?.destroy();
    socket = undefined;
    for (const one of waiting.values()) one.reject(new HeatmineError(code, `${bus}: ${what}`));
    waiting.clear();
  }

  function take(line: string): void {
    let answer: z.infer<typeof Answer>;
    try {
      answer = Answer.parse(JSON.parse(line));
    } catch {
      fail('BUS_NOISE', 'the host does not talk our protocol');
      return;
    }
    pauseMs = RECONNECT_MS.first;
    const one = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (typeof answer.error !== 'string') one?.resolve(answer);
    else one?.reject(new HeatmineError('BUS_NOISE', `${bus}: the host says: ${answer.error.slice(0, 200)}`));
  }

  function dial(): Socket {
    const s = 'path' in place ? connect(place.path) : connect(place);
    const tooLong = () => fail('BUS_NOISE', 'the host sends an endless line');
    s.on('data', lineSplitter(MAX_LINE_BYTES, take, tooLong));
    s.on('error', (error) => s === socket && fail('BUS_CLOSED', messageOf(error)));
    s.on('close', () => s === socket && fail('BUS_CLOSED', 'the host closed the connection'));
    return s;
  }

  return {
    async ask(request) {
      if (closed) throw new HeatmineError('BUS_CLOSED', `${bus}: closed`);
      if (!socket && monoMs() < notBeforeMs) throw new HeatmineError('BUS_CLOSED', `${bus}: ${lastFailure}`);
      const word = await token();
      socket ??= dial();
      const id = ++lastId;
      const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new HeatmineError('BUS_TIMEOUT', `${bus}: no answer within ${LIMIT_MS} ms`));
      }, LIMIT_MS);
      waiting.set(id, { resolve, reject });
      socket.write(`${JSON.stringify({ ...request, ...word, id })}\n`);
      return promise.finally(() => clearTimeout(timer));
    },
    async close() {
      closed = true;
      fail('BUS_CLOSED', 'closed');
    },
  };
}
