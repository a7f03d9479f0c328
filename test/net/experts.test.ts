import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { goneFrom, noteGone } from '../../src/core/gone.ts';
import { openPuller } from '../../src/net/experts/pull.ts';
import type { ExpertsList } from '../../src/net/web/experts.ts';
import { served } from '../compute/served.ts';
import { scratch, sleep, until } from './helpers.ts';

const LONG_MS = 60_000;
let unit: Awaited<ReturnType<typeof served>>;
test.before(async () => {
  unit = await served();
});
test.after(() => unit.end());

const list = async () => (await (await fetch(`${unit.url}/api/experts`)).json()) as ExpertsList;
const one = async (id: string) => (await list()).experts.find((expert) => expert.id === id)!;
const post = (path: string, body: object, headers = {}) =>
  fetch(`${unit.url}/api/experts/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

test('the list tells memory, demand, lineage and licence of each expert', async () => {
  const faults = await one('faults');
  assert.equal([faults.parents, faults.licence, faults.passes], [['ancestor'], 'Apache-2.0', true]);
  assert.ok(faults.memoryBytes > faults.sizeBytes && faults.demandShare > 0 && faults.demandShare < 1);
  assert.equal((await one('ancestor')).parents, []);
});

test('an expert is loaded and taken out again; an unknown one is refused by name', async () => {
  assert.is((await post('load', { id: 'talker' })).status, 200);
  assert.is((await one('talker')).resident, true);
  assert.is((await post('unload', { id: 'talker' })).status, 200);
  assert.is((await one('talker')).resident, false);
  for (const path of ['load', 'unload']) {
    const refused = await post(path, { id: 'absent' });
    assert.ok(refused.status >= 400 && refused.status < 500, `${refused.status}`);
    assert.match(await refused.text(), 'absent');
  }
});

test('strangers on the LAN see and change none of it', async () => {
  const stranger = { 'x-forwarded-for': '192.0.2.7' };
  assert.is((await fetch(`${unit.url}/api/experts`, { headers: stranger })).status, 401);
  for (const path of ['load', 'unload', 'pull', 'stop'])
    assert.is((await post(path, { id: 'faults' }, stranger)).status, 401, path);
});

test('a pull takes an address or a name, never a path of this machine, an option or plain http', async () => {
  for (const source of ['/etc/passwd', '../models', '--home', 'http://localhost:1/x.gguf', 'file:///etc/passwd', ''])
    assert.is((await post('pull', { source })).status, 400, source);
  assert.is((await list()).pull, null);
});

test('a pull that cannot be made says why, and what the list tells of it stays', async () => {
  // The real command line, which is told before it asks anybody.
  const source = 'https://127.0.0.1:9/faults.gguf';
  const both = await Promise.all([post('pull', { source }), post('pull', { source })]);
  assert.equal(both.map(({ status }) => status).sort(), [202, 503]);
  for (let tries = 0; (await list()).pull?.state === 'runs' && tries < LONG_MS / 100; tries++) await sleep(100);
  assert.is((await list()).pull!.state, 'failed');
  assert.match((await list()).pull!.text, 'there is an expert "faults" already');
});

const script = (code: string) => openPuller([process.execPath, '-e', code]);

test('progress is the bytes that the command tells; one pull at a time; stopped it has failed', async () => {
  const progress = { doneBytes: 4e6, totalBytes: 1e7, bytesPerS: 2e5 };
  const puller = script(
    `console.error('looking'); console.error('${JSON.stringify(progress)}'); setInterval(() => {}, 1000)`,
  );
  puller.begin('a');
  await until('progress', () => puller.state()?.progress?.doneBytes === 4e6, LONG_MS);
  assert.equal(puller.state()!.progress, progress);
  assert.is(puller.state()!.text, 'looking');
  assert.throws(() => puller.begin('b'), 'a is being pulled');
  puller.stop();
  await until('the end', () => puller.state()?.state === 'failed', LONG_MS);
  const quick = script('');
  quick.begin('c');
  await until('done', () => quick.state()?.state === 'done', LONG_MS);
  assert.is(quick.state()!.progress, null);
});

test('those that went for want of demand are remembered, the newest fifty first; a damaged file is none', () => {
  const { dir, remove } = scratch();
  assert.equal(goneFrom(join(dir, 'absent')), []);
  for (let i = 0; i < 52; i++) noteGone(dir, { id: `e${i}`, title: 'E', why: 'nobody pays', atMs: i });
  const gone = goneFrom(dir);
  assert.equal([gone.length, gone[0]!.id, gone.at(-1)!.id], [50, 'e51', 'e2']);
  remove();
});

test.run();
