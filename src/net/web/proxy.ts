import type { Agent, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { messageOf } from '../../core/errors.ts';
import { askCompute, computeAgent } from '../compute-sockets.ts';
import type { InFlight } from '../in-flight.ts';
import { isOurOwn, perAddress } from '../per-address.ts';
import { readBody, sendError, sendJson } from './reply.ts';

const MAX_REQUEST_BYTES = 1_048_576;
/** Compute's economy questions may wait for an hour; once it answers, a reader may be silent for this long. */
const LONGEST_MS = 3_620_000;
const STALLED_MS = 120_000;
const HEALTH_LIMIT_MS = 10_000;
/** Every look costs compute a token. */
const HEALTH_KEPT_MS = 1_000;
/** Bodies that are coming in, 1 MiB each at most; of one address a part, so that slow ones keep nobody else out. */
const MOST_READ = 256;
const MOST_READ_OF_ONE = 64;
const PASSED_ON = ['content-type', 'accept', 'x-request-id'] as const;
const PASSED_BACK = ['content-type', 'content-length', 'cache-control', 'retry-after', 'x-request-id'] as const;

const pick = (names: readonly string[], headers: IncomingMessage['headers']) =>
  Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));

export interface ComputeProxy {
  /** Streams a request to compute and its answer back; whoever goes away first, the other side is told. */
  forward(req: IncomingMessage, res: ServerResponse, path: string): void;
  /** One answer from compute's own health check, shared by all who ask within a second. */
  health(res: ServerResponse): void;
  close(): void;
}

export function computeProxy(socketPath: string, slots: InFlight): ComputeProxy {
  const agent = computeAgent();
  const readers = perAddress({ all: MOST_READ, each: (address) => (isOurOwn(address) ? MOST_READ : MOST_READ_OF_ONE) });
  const pass = (req: IncomingMessage, res: ServerResponse, path: string, body: Buffer) => {
    const headers = { ...pick(PASSED_ON, req.headers), 'content-length': body.length };
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    res.setTimeout(LONGEST_MS);
    const to = { socketPath, agent, method: req.method, path, headers, signal: gone.signal };
    askCompute(to, body).then(
      (answer) => {
        res.setTimeout(STALLED_MS);
        res.writeHead(answer.statusCode ?? 502, pick(PASSED_BACK, answer.headers) as Record<string, string>);
        // A half-sent answer must not look whole: on an error both ends are destroyed by pipeline.
        pipeline(answer, res, () => {});
      },
      () => sendError(res, 'NOT_RUNNING', 'compute does not answer'),
    );
  };
  /** Only a whole question takes a place: compute works on no half one. */
  const enter = (req: IncomingMessage, res: ServerResponse, path: string, body: Buffer) => {
    if (res.destroyed) return;
    const release = slots.enter();
    if (!release) return sendError(res, 'BUSY', 'too many questions at once');
    res.once('close', release);
    pass(req, res, path, body);
  };
  let health: { atMs: number; answer: Promise<{ status: number; body: unknown }> } | undefined;
  return {
    forward(req, res, path) {
      const leave = readers.enter(req.socket.remoteAddress ?? '');
      if (!leave) return sendError(res, 'BUSY', 'too many questions at once');
      const read = readBody(req, MAX_REQUEST_BYTES).finally(leave);
      read.then(
        (body) => enter(req, res, path, body),
        (error) => sendError(res, 'MESSAGE_INVALID', messageOf(error), { status: 413 }),
      );
    },
    health(res) {
      const nowMs = performance.now();
      if (!health || nowMs - health.atMs > HEALTH_KEPT_MS) {
        health = { atMs: nowMs, answer: askHealth(socketPath, agent) };
      }
      health.answer.then(
        ({ status, body }) => sendJson(res, status, body),
        () => sendError(res, 'NOT_RUNNING', 'compute does not answer'),
      );
    },
    close: () => agent.destroy(),
  };
}

async function askHealth(socketPath: string, agent: Agent): Promise<{ status: number; body: unknown }> {
  const answer = await askCompute({ socketPath, agent, path: '/health', signal: AbortSignal.timeout(HEALTH_LIMIT_MS) });
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return { status: answer.statusCode ?? 502, body: JSON.parse(text) };
}
