import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;

test('heatmine notify test: who took it; without anybody, what to set', async () => {
  const home = mkdtempSync(join(tmpdir(), 'heatmine-notify-'));
  const server = createServer((_req, res) => res.end('ok'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const run = async () => {
    const child = spawn(process.execPath, [entry, 'notify', 'test', '--home', home]);
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => (out += d));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { out, code };
  };
  try {
    const none = await run();
    assert.is(none.code, 2);
    assert.match(none.out, 'notify.ntfy');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(join(home, 'config.yaml'), `notify: { webhook: "${url}", ntfy: "http://127.0.0.1:9/secret" }\n`);
    const both = await run();
    assert.is(both.code, 1);
    assert.match(both.out, /OK +webhook/);
    assert.match(both.out, /FAIL ntfy/);
    assert.not.match(both.out, 'secret');
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test.run();
