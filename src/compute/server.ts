import { randomUUID } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HeatmineError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { AnswerEnd, AnswerPart, Question } from './answer.ts';
import { readJson, sendError, sendJson } from './http.ts';
import * as openai from './openai.ts';
import { Refusal } from './refusal.ts';
import type { Service } from './service.ts';

/** An answer nobody reads is given up once this much of it waits; it never holds up the next asker. */
const MAX_UNREAD_BYTES = 1_048_576;
const HEALTH_LIMIT_MS = 5000;
/** Waiting and answering together: beyond this an engine or an upstream is stuck. */
const ANSWER_LIMIT_MS = 120_000;
const IDLE_SOCKET_MS = ANSWER_LIMIT_MS + 10_000;

export interface Server {
  /** For TCP: the port that was given. */
  readonly port: number | undefined;
  close(): Promise<void>;
}

export interface ServerOptions {
  service: Service;
  log: Log;
  /** A unix socket, readable by this user only; or a port of the loopback, for an accelerator's own host and tests. */
  listen: { path: string } | { port: number };
}

type Handler = (request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => Promise<void>;

/** The OpenAI-compatible interface: /v1/models, /v1/chat/completions, /v1/completions, /v1/embeddings, and /health. */
export async function createServer({ service, log, listen }: ServerOptions): Promise<Server> {
  const routes = routesOf(service);
  const server = http.createServer({ maxHeaderSize: 16_384, requestTimeout: 15_000, headersTimeout: 10_000 });
  server.maxConnections = 512;
  server.timeout = IDLE_SOCKET_MS;
  server.on('request', (request, response) => {
    const given = request.headers['x-request-id'];
    const id = typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : randomUUID();
    response.setHeader('x-request-id', id);
    response.on('error', () => response.destroy());
    const gone = new AbortController();
    response.on('close', () => gone.abort(new DOMException('the asker is gone', 'AbortError')));
    route(routes, request, response, gone.signal).catch((error) => {
      if (gone.signal.aborted) return;
      if (!(error instanceof HeatmineError)) log.error({ id, err: messageOf(error) }, 'request failed');
      sendError(response, error);
    });
  });
  if ('path' in listen) rmSync(listen.path, { force: true });
  const bound = Promise.withResolvers<void>();
  server.once('error', bound.reject);
  server.listen('path' in listen ? listen : { ...listen, host: '127.0.0.1' }, bound.resolve);
  await bound.promise;
  server.on('error', (error) => log.error({ err: messageOf(error) }, 'server'));
  if ('path' in listen) chmodSync(listen.path, 0o600);
  return {
    port: 'port' in listen ? (server.address() as AddressInfo).port : undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function route(
  routes: Map<string, Handler>,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
) {
  const path = (request.url ?? '/').split('?')[0]!;
  const handler = routes.get(`${request.method} ${path}`);
  if (handler) return handler(request, response, signal);
  const message = `no ${request.method} ${path.slice(0, 100)} here`;
  const body = { message, type: 'invalid_request_error', param: null, code: 'unknown_url' };
  sendJson(response, 404, { error: body }, { connection: 'close' });
}

function routesOf(service: Service): Map<string, Handler> {
  const ask = (kind: openai.Kind, parse: (body: unknown) => openai.Request): Handler => {
    return async (request, response, signal) => {
      const asked = parse(await readJson(request));
      const answer = asked.stream ? stream : whole;
      await within(ANSWER_LIMIT_MS, signal, (limited) => answer(service, kind, asked, response, limited));
    };
  };
  return new Map<string, Handler>([
    ['GET /v1/models', async (_, response) => sendJson(response, 200, modelList(service))],
    ['POST /v1/chat/completions', ask('chat', openai.chatRequest)],
    ['POST /v1/completions', ask('completion', openai.completionRequest)],
    [
      'POST /v1/embeddings',
      async (request, response, signal) =>
        sendJson(response, 200, await embeddings(service, await readJson(request), signal)),
    ],
    [
      'GET /health',
      async (_, response, signal) => {
        const token = await within(HEALTH_LIMIT_MS, signal, (limited) => service.health(limited));
        sendJson(response, 200, { status: 'ok', ...token });
      },
    ],
  ]);
}

function modelList(service: Service) {
  const answering = new Set(service.catalogue.answering());
  const entry = (id: string, heatmine: object) => ({ id, object: 'model', created: 0, owned_by: 'heatmine', heatmine });
  const experts = service.catalogue
    .states()
    .map((state) => entry(state.id, { ...state, answers: answering.has(state.id) }));
  return { object: 'list', data: [entry('auto', { title: 'the local classifier picks the expert' }), ...experts] };
}

const headOf = (kind: openai.Kind, model: string): openai.Head => ({
  id: `${kind === 'chat' ? 'chatcmpl' : 'cmpl'}-${randomUUID()}`,
  created: Math.floor(Date.now() / 1000),
  model,
});

/** Ends `body` with BUSY when it takes too long, and with the asker's own signal. */
async function within<T>(limitMs: number, signal: AbortSignal, body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Refusal('BUSY', `no answer within ${limitMs} ms`, 5)), limitMs);
  return body(AbortSignal.any([signal, late.signal])).finally(() => clearTimeout(timer));
}

/** Runs an answer to its end; broken off, it frees its lane at once. */
async function drive(service: Service, question: Question, signal: AbortSignal, each: (part: AnswerPart) => void) {
  const parts = service.answer(question, signal);
  try {
    for (let step = await parts.next(); ; step = await parts.next()) {
      if (step.done) return step.value;
      signal.throwIfAborted();
      each(step.value);
    }
  } finally {
    // Its value is never read: this only lets the generator clean up.
    await parts.return(undefined as unknown as AnswerEnd);
  }
}

async function whole(
  service: Service,
  kind: openai.Kind,
  { question }: openai.Request,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  let said = '';
  let why = '';
  const { finish, meter } = await drive(service, question, signal, (part) => {
    if (part.type === 'start') why = part.why;
    else said += part.text;
  });
  const choices = [openai.choiceOf(kind, said, finish)];
  const rest = { choices, usage: openai.usageOf(meter), heatmine: { ...meter, why } };
  sendJson(response, 200, openai.bodyOf(kind, headOf(kind, meter.expert), rest));
}

async function stream(
  service: Service,
  kind: openai.Kind,
  { question, includeUsage }: openai.Request,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  let head = headOf(kind, question.expert);
  const send = (data: object) => {
    response.write(`data: ${JSON.stringify(data)}\n\n`);
    if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
  };
  const { finish, meter } = await drive(service, question, signal, (part) => {
    if (part.type === 'chunk') return send(openai.chunkOf(kind, head, part.text, null, false));
    head = { ...head, model: part.expert };
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    send({ ...openai.chunkOf(kind, head, '', null, true), heatmine: { expert: part.expert, why: part.why } });
  });
  const last = openai.chunkOf(kind, head, undefined, finish, false);
  send(includeUsage ? last : { ...last, heatmine: meter });
  if (includeUsage) send({ ...last, choices: [], usage: openai.usageOf(meter), heatmine: meter });
  response.end('data: [DONE]\n\n');
}

async function embeddings(service: Service, body: unknown, signal: AbortSignal) {
  const { model, input, encoding_format: format } = openai.embeddingRequest(body);
  const { vectors, meter } = await service.embed(model, input, signal);
  const data = vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: format === 'float' ? vector : Buffer.from(Float32Array.from(vector).buffer).toString('base64'),
  }));
  const usage = { prompt_tokens: meter.promptTokens, total_tokens: meter.promptTokens };
  return { object: 'list', data, model: meter.expert, usage, heatmine: meter };
}
