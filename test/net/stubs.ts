import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Config } from '../../src/core/config.ts';
import { startNet } from '../../src/net/net.ts';
import { log, passwords, scratch, sleep, testBroker, UNIT } from './helpers.ts';

export interface ComputeStub {
  /** Requests under way, and those whose client went away before the end. */
  open(): number;
  aborted(): number;
  seen: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[];
  close(): Promise<void>;
}

export const METER = {
  expert: 'faults',
  promptTokens: 5,
  answerTokens: 3,
  joules: 8.9,
  modelled: true,
  cardSeconds: 0.02,
};

/**
 * Speaks compute's side of contract/compute-api.ts: says the question's words back, one chunk each. Words that start
 * with `!` steer it: `!busy` and `!unknown` refuse, `!fail` ends in an error, `!slow` waits 20 ms per word, `!cut` breaks off after 30 ms, `!big` sends a chunk of 60,000 characters.
 */
export async function computeStub(path: string): Promise<ComputeStub> {
  let open = 0;
  let aborted = 0;
  const seen: ComputeStub['seen'] = [];
  const server = createServer(async (req, res) => {
    open++;
    res.once('close', () => {
      open--;
      if (!res.writableFinished) aborted++;
    });
    let body = '';
    try {
      for await (const chunk of req) body += chunk;
    } catch {
      return; // The client went away; `aborted` has counted it.
    }
    seen.push({ method: req.method!, path: req.url!, headers: req.headers, body });
    if (req.url === '/health') return void json(res, 200, { ok: true, tokens: 1 });
    if (req.url === '/classify') return void json(res, 200, { label: 'faults' });
    if (req.url === '/v1/models/faults') return void json(res, 200, { id: 'faults', heatmine: { byName: true } });
    if (req.url !== '/v1/chat/completions') return void json(res, 200, { object: 'list', data: [] });
    await chat(res, JSON.parse(body).messages.at(-1).content as string);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    open: () => open,
    aborted: () => aborted,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function json(res: ServerResponse, status: number, body: unknown, headers = {}): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function chat(res: ServerResponse, question: string): Promise<void> {
  if (question.startsWith('!busy')) {
    const error = { message: 'the queue is full', code: 'busy', type: 'server_error' };
    return json(res, 503, { error }, { 'retry-after': '2' });
  }
  if (question.startsWith('!unknown')) {
    return json(res, 404, {
      error: { message: 'no such expert', code: 'model_not_found', type: 'invalid_request_error' },
    });
  }
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (data: unknown) => res.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
  send({ choices: [{ delta: { role: 'assistant' } }], heatmine: { expert: 'faults', why: 'asked for' } });
  for (const word of question.split(' ')) {
    if (res.destroyed) return;
    if (question.startsWith('!slow')) await sleep(20);
    if (word === '!fail') {
      send({ error: { message: 'no watts left', code: 'no_power', type: 'server_error' } });
      return void res.end();
    }
    if (word === '!cut') {
      await sleep(30);
      return void res.destroy();
    }
    const content = word === '!big' ? 'ü\u0000'.repeat(30_000) : `${word} `;
    send({ choices: [{ delta: { content } }] });
  }
  send({ choices: [{ delta: {}, finish_reason: 'stop' }] });
  send({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 3 }, heatmine: METER });
  send('[DONE]');
  res.end();
}

/** A whole net with its broker and a compute stub, on ports of the kernel's choice. */
export async function testNet({
  built = true,
  net: facing = {},
  swarm = {},
  rest = {},
}: {
  built?: boolean;
  net?: object;
  swarm?: object;
  /** Of its configuration. */
  rest?: object;
} = {}) {
  const { dir, remove } = scratch();
  const config = { ...Config.parse({ unit: UNIT, net: facing, swarm, ...rest }), portBase: 0 };
  const broker = await testBroker({}, config.net.discoveryPrefix);
  const distDir = join(dir, 'dist');
  if (built) {
    mkdirSync(join(distDir, 'assets'), { recursive: true });
    writeFileSync(join(distDir, 'index.html'), '<!doctype html><title>HeatMine</title>');
    writeFileSync(join(distDir, 'assets', 'app-1234.js'), 'console.log(1)');
    writeFileSync(join(dir, 'secret.txt'), 'secret');
  }
  const sockets = { broker: broker.unixPath, compute: join(dir, 'compute.sock') };
  const compute = await computeStub(sockets.compute);
  const net = await startNet({ config, home: dir, sockets, password: passwords.net!, stateDir: dir, distDir, log });
  return {
    broker,
    compute,
    dir,
    port: net.port,
    swarmPort: net.swarmPort,
    url: `http://127.0.0.1:${net.port}`,
    ws: `ws://127.0.0.1:${net.port}`,
    async end() {
      await net.close();
      await compute.close();
      await broker.end();
      remove();
    },
  };
}
