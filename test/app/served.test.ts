import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { notHere } from '../../src/app/served.ts';
import { Config } from '../../src/core/config.ts';
import { pathsOf } from '../../src/core/paths.ts';
import { scratch } from '../net/helpers.ts';

test('a unit whose compute is dead or starts just now says nothing of experts, and keeps nobody from its state', async () => {
  const { dir, remove } = scratch();
  const paths = pathsOf(dir);
  const answers: [number, unknown][] = [
    [503, { error: { message: 'compute does not answer', type: 'server_error', code: null } }],
    [200, 'no object'],
    [
      200,
      {
        data: [
          { id: 'faults', heatmine: model('faults', true) },
          { id: 'x', heatmine: model('x', false) },
        ],
      },
    ],
  ];
  const server = createServer((_, res) => {
    const [status, body] = answers.shift()!;
    res.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A failure must not leave it listening.
  server.unref();
  const { port } = server.address() as AddressInfo;
  mkdirSync(dirname(paths.unit), { recursive: true });
  writeFileSync(
    paths.unit,
    JSON.stringify({ pid: process.pid, url: `http://127.0.0.1:${port}`, mqttPort: 1, children: {} }),
  );
  const serve = { accept: ['power', 'liability', 'tax'], experts: ['faults', 'x', 'gone'] };
  const config = Config.parse({ swarm: { join: true, serve } });
  assert.equal(await notHere(paths, config), []);
  assert.equal(await notHere(paths, config), []);
  assert.equal(await notHere(paths, config), ['x', 'gone']);
  server.close();
  assert.equal(await notHere(paths, config), [], 'nobody listens any more');
  remove();
});

const model = (id: string, byName: boolean) => ({
  ...{ id, engine: 'llama', byName, resident: false, memoryBytes: 0, lastUsedMs: null },
  ...{ jPerToken: null, energyFrom: 'card' },
});

test.run();
