/** Sockets that net keeps open to compute: used again, and once more over a new one where compute closed the kept one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { askCompute, computeAgent } from '../../src/net/compute-sockets.ts';

/** A compute that does with the n-th question what it is told to. */
async function withCompute(
  each: (n: number, response: ServerResponse, socket: Socket) => void,
  body: (ask: (text: string) => Promise<string>, sockets: () => number) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'hm-sockets-'));
  const socketPath = join(dir, 'c.sock');
  let [asked, sockets] = [0, 0];
  const server = createServer((request, response) => each(++asked, response, request.socket));
  server.on('connection', () => sockets++);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const agent = computeAgent();
  const ask = async (text: string) => {
    const signal = new AbortController().signal;
    const answer = await askCompute({ socketPath, agent, method: 'POST', path: '/', signal }, text);
    return Buffer.concat(await answer.toArray()).toString();
  };
  try {
    await body(ask, () => sockets);
  } finally {
    agent.destroy();
    server.close();
    server.closeAllConnections();
    rmSync(dir, { recursive: true });
  }
}

test('questions one after the other go over one socket', async () => {
  await withCompute(
    (n, response) => response.end(String(n)),
    async (ask, sockets) => {
      assert.equal([await ask('a'), await ask('b'), await ask('c')], ['1', '2', '3']);
      assert.is(sockets(), 1);
    },
  );
});

test('a kept socket that closes in the moment it is used again: the question goes out once more, over a new one', async () => {
  await withCompute(
    (n, response, socket) => (n === 2 ? socket.destroy() : response.end(String(n))),
    async (ask, sockets) => {
      assert.equal([await ask('a'), await ask('b'), await ask('c')], ['1', '3', '4']);
      assert.is(sockets(), 3, 'the one for the second try is not kept');
    },
  );
});

test('a new socket that closes is no reason to ask again, nor is an answer that broke off', async () => {
  let asked = 0;
  await withCompute(
    (n, response, socket) => {
      asked = n;
      if (n === 1) socket.destroy();
      else if (n === 2) response.end('whole');
      else response.write('half', () => socket.destroy());
    },
    async (ask) => {
      const failure = (text: string) =>
        ask(text).then(assert.unreachable, (error: NodeJS.ErrnoException) => error.code);
      assert.is(await failure('a'), 'ECONNRESET');
      assert.is(await ask('b'), 'whole');
      assert.is(await failure('c'), 'ECONNRESET');
      assert.is(asked, 3);
    },
  );
});

test.run();
