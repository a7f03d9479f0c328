import { chmodSync, rmSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HeatmineError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { OPENMETRICS_TYPE } from '../core/openmetrics.ts';
import { requestIdOf } from '../core/request-id.ts';
import { BadRequest } from './bad-request.ts';
import { ANSWER_LIMIT_MS, type Handler, within } from './drive.ts';
import { isOllama, readJson, sendError, sendJson } from './http.ts';
import { ollamaRoutes } from './ollama-routes.ts';
import { openaiRoutes } from './openai-routes.ts';
import type { Residents } from './residents-use.ts';
import type { Service } from './service.ts';

const HEALTH_LIMIT_MS = 5000;
const IDLE_SOCKET_MS = ANSWER_LIMIT_MS + 10_000;
/** For the next question of net, which is told of it. */
const KEPT_SOCKET_MS = 30_000;

export interface Server {
  /** For TCP: the port that was given. */
  readonly port: number | undefined;
  close(): Promise<void>;
}

export interface ServerOptions {
  service: Service;
  residents: Pick<Residents, 'load' | 'unload'>;
  /** Figures in OpenMetrics. */
  metrics: () => string;
  log: Log;
  /** A unix socket, readable by this user only; or a port of the loopback, for an accelerator's own host and tests. */
  listen: { path: string } | { port: number };
}

/** The interface of compute: /v1 of OpenAI, /api of Ollama, /health and /metrics. */
export async function createServer({ service, residents, metrics, log, listen }: ServerOptions): Promise<Server> {
  const routes = new Map([
    ...openaiRoutes(service),
    ...ollamaRoutes(service, residents),
    healthRoute(service),
    classifyRoute(service),
    ...residencyRoutes(residents),
    weighRoute(service),
    metricsRoute(metrics),
  ]);
  const server = http.createServer({ maxHeaderSize: 16_384, requestTimeout: 15_000, headersTimeout: 10_000 });
  server.maxConnections = 512;
  server.timeout = IDLE_SOCKET_MS;
  server.keepAliveTimeout = KEPT_SOCKET_MS;
  server.on('request', (request, response) => {
    const id = requestIdOf(request.headers['x-request-id']);
    response.setHeader('x-request-id', id);
    response.on('error', () => response.destroy());
    const gone = new AbortController();
    response.on('close', () => gone.abort(new DOMException('the asker is gone', 'AbortError')));
    route(routes, request, response, gone.signal).catch((error) => {
      if (gone.signal.aborted) return;
      if (!(error instanceof HeatmineError)) log.error({ id, err: messageOf(error) }, 'request failed');
      sendError(response, error, request.url ?? '');
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
  const name = `${request.method} ${path}`;
  const handler = routes.get(name) ?? routes.get(name.replace(/\/[^/]+$/, '/*'));
  if (handler) return handler(request, response, signal);
  const message = `no ${request.method} ${path.slice(0, 100)} here`;
  const body = { message, type: 'invalid_request_error', param: null, code: 'unknown_url' };
  sendJson(response, 404, { error: isOllama(path) ? message : body }, { connection: 'close' });
}

const healthRoute = (service: Service): [string, Handler] => [
  'GET /health',
  async (_, response, signal) => {
    const token = await within(HEALTH_LIMIT_MS, signal, (limited) => service.health(limited));
    sendJson(response, 200, { status: 'ok', ...token });
  },
];

/** For net, which asks others: on which topic a question is. The text is not kept. */
const classifyRoute = (service: Service): [string, Handler] => [
  'POST /classify',
  async (request, response, signal) => {
    const text = ((await readJson(request)) as { text?: unknown } | null)?.text;
    if (typeof text !== 'string') throw new BadRequest('text must be a string', 'text');
    sendJson(response, 200, { label: await service.labelOf(text, signal) });
  },
];

const named = async (request: IncomingMessage): Promise<string> => {
  const id = ((await readJson(request)) as { id?: unknown } | null)?.id;
  if (typeof id !== 'string') throw new BadRequest('id must be a string', 'id');
  return id;
};

/** For net, on behalf of the owner. */
const residencyRoutes = (residents: ServerOptions['residents']): [string, Handler][] => [
  [
    'POST /load',
    async (request, response) => {
      await residents.load(await named(request));
      sendJson(response, 200, {});
    },
  ],
  [
    'POST /unload',
    async (request, response) => {
      await residents.unload(await named(request));
      sendJson(response, 200, {});
    },
  ],
];

/** For net, which audits others by the copies here. The text is not kept. */
const weighRoute = (service: Service): [string, Handler] => [
  'POST /weigh',
  async (request, response, signal) => {
    const body = await readJson(request);
    if (typeof body !== 'object' || body === null) throw new BadRequest('the body must be an object', 'body');
    sendJson(response, 200, await service.weigh(body as Record<string, unknown>, signal));
  },
];

const metricsRoute = (metrics: () => string): [string, Handler] => [
  'GET /metrics',
  async (_, response) => void response.writeHead(200, { 'content-type': OPENMETRICS_TYPE }).end(metrics()),
];
