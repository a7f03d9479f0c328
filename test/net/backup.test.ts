import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openBackup } from '../../src/core/backup/pack.ts';
import { Config } from '../../src/core/config.ts';
import { createBackups } from '../../src/net/web/backup.ts';
import { type Body, type Net, withNet } from './web-helpers.ts';

const post = (net: Net, path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${net.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const messageOf = async (res: Response) => ((await res.json()) as Body).error.message;

test(
  'a backup is taken sealed, and laid ready for the next start',
  withNet(async (net) => {
    mkdirSync(join(net.dir, 'keys'), { recursive: true });
    writeFileSync(join(net.dir, 'keys', 'canary'), 'canary of a key');
    assert.match(await messageOf(await post(net, '/api/backup', { passphrase: 'short' })), /passphrase/);
    const made = await post(net, '/api/backup', { passphrase: 'correct horse' });
    assert.is(made.status, 200);
    assert.match(made.headers.get('content-disposition')!, /filename="[a-z]+-\d{4}-\d\d-\d\d\.heatmine"/);
    const bytes = Buffer.from(await made.arrayBuffer());
    assert.not.match(bytes.toString('latin1'), 'canary');
    const { files } = openBackup(bytes, 'correct horse');
    assert.is(files.find(({ name }) => name === 'keys/canary')!.bytes.toString(), 'canary of a key');

    const backup = bytes.toString('base64');
    const wrong = await post(net, '/api/restore', { passphrase: 'wrong horse', backup });
    assert.is(wrong.status, 400);
    assert.match(await messageOf(wrong), 'passphrase is wrong');
    assert.is((await post(net, '/api/restore', { passphrase: '', backup: 'AAAA' })).status, 400);
    const pending = join(net.dir, 'state', 'restore.pending');
    assert.not.ok(existsSync(pending));
    mkdirSync(join(net.dir, 'state'), { recursive: true });
    assert.is((await post(net, '/api/restore', { passphrase: 'correct horse', backup })).status, 200);
    assert.ok(existsSync(pending));
  }),
);

test(
  'neither is for an owner, nor for who has claimed nothing',
  withNet(async (net) => {
    const lan = { 'x-forwarded-for': '192.168.1.7' };
    assert.is((await post(net, '/api/backup', { passphrase: 'correct horse' }, lan)).status, 401);
    const { make, stage } = createBackups(net.dir, Config.parse({ unit: 'unit' }), () => 0);
    for (const route of [make, stage]) {
      const error = await route({} as never, {} as never, 'owner').catch((e: { code: string }) => e);
      assert.is((error as { code: string }).code, 'UNAUTHORISED');
    }
  }),
);

test.run();
