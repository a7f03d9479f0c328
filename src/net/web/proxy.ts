import type { Agent, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { askCompute, computeAgent } from '../compute-sockets.ts';
import type { InFlight } from '../in-flight.ts';
import { bodyRoom, readBody } from './body.ts';
import { sendError, sendFailure, sendJson } from './reply.ts';

const MAX_REQUEST_BYTES = 1_048_576;
/** Compute's economy questions may wait for an hour; once it answers, a reader may be silent for this long. */
const LONGEST_MS = 3_620_000;
const STALLED_MS = 120_000;
const HEALTH_LIMIT_MS = 10_000;
/** Every look costs compute a token: from its answer on it is told to all who ask. */
const HEALTH_KEPT_MS = 1_000;
/** Of bodies that have not come whole yet. */
const MOST_COMING_BYTES = 64 * 1_048_576;
const PASSED_ON = ['content-type', 'accept'] as const;
const PASSED_BACK = ['content-type', 'content-length', 'cache-control', 'retry-after'] as const;

const pick = (names: readonly string[], headers: IncomingMessage['headers']) =>
  Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));

interface Health {
  /** Without end while compute is asked: no second token is asked for meanwhile. */
  keptToMs: number;
  answer: Promise<{ status: number; body: unknown }>;
}

export interface ComputeProxy {
  /** Streams a request to compute and its answer back; whoever goes away first, the other side is told. */
  forward(req: IncomingMessage, res: ServerResponse, path: string): void;
  /** One answer from compute's own health check, shared by all who ask within a second. */
  health(res: ServerResponse): void;
  close(): void;
}

export function computeProxy(socketPath: string, slots: InFlight): ComputeProxy {
  const agent = computeAgent();
  const room = bodyRoom(MOST_COMING_BYTES);
  const pass = (req: IncomingMessage, res: ServerResponse, path: string, body: Buffer) => {
    const id = res.getHeader('x-request-id');
    const headers = {
      ...pick(PASSED_ON, req.headers),
      'content-length': body.length,
      ...(id && { 'x-request-id': id }),
    };
    const gone = new AbortController();
    // Its answer has no body either way, and of HEAD compute knows nothing.
    const method = req.method === 'HEAD' ? 'GET' : req.method;
    res.once('close', () => gone.abort());
    res.setTimeout(LONGEST_MS);
    const to = { socketPath, agent, method, path, headers, signal: gone.signal };
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
  let health: Health | undefined;
  return {
    forward(req, res, path) {
      readBody(req, MAX_REQUEST_BYTES, { room }).then(
        (body) => enter(req, res, path, body),
        (error) => sendFailure(res, error),
      );
    },
    health(res) {
      if (!health || performance.now() > health.keptToMs) {
        const asked: Health = { keptToMs: Number.POSITIVE_INFINITY, answer: askHealth(socketPath, agent) };
        const keep = () => {
          asked.keptToMs = performance.now() + HEALTH_KEPT_MS;
        };
        asked.answer.then(keep, keep);
        health = asked;
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
