import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scratch } from '../net/helpers.ts';
import { eventually, SERVE, testSwarm } from '../net/swarm/swarm.ts';

const HEATMINE = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;

/** The command in a home of its own that knows these nodes. */
async function heatmine(swarm: object, ...args: string[]) {
  const { dir, remove } = scratch();
  writeFileSync(join(dir, 'config.yaml'), JSON.stringify({ swarm: { join: true, lan: false, ...swarm } }));
  const child = spawn(process.execPath, [HEATMINE, ...args, '--home', dir], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { status: null as number | null, stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (said.stdout += data));
  child.stderr.on('data', (data) => (said.stderr += data));
  said.status = await new Promise((resolve) => child.once('close', resolve));
  remove();
  return said;
}

test('experts search lists who could be asked; ask --dissent shows answers side by side', async () => {
  const swarm = testSwarm();
  const relay = await swarm.node({ relay: true });
  const known = { bootstrap: [`127.0.0.1:${relay.port}`], nearRelays: true };
  await swarm.node({ ...known, serve: { ...SERVE, experts: ['faults', 'convert'] } });
  await swarm.node({ ...known, serve: SERVE });
  const found = await eventually(async () => {
    const said = await heatmine(known, 'experts', 'search', '--topic', 'heating', '--json');
    assert.is(said.status, 0, said.stderr);
    const rows = JSON.parse(said.stdout);
    if (rows[0].nodes < 2) throw new Error('one node only');
    return rows;
  });
  assert.equal(
    found.map(({ id, nodes, parents, languages }: Record<string, unknown>) => [id, nodes, parents, languages]),
    [['faults', 2, ['ancestor'], ['de', 'en']]],
  );
  const table = await heatmine(known, 'experts', 'search', '--language', 'de', '--max-price', '0');
  assert.match(table.stdout, /^faults +2 nodes {2}free {2}heating {2}de en {2}made from ancestor$/m);
  assert.match(table.stdout, /^convert +1 node /m);
  assert.is((await heatmine(known, 'experts', 'search', '--language', 'fr')).status, 1);

  const question = 'why is my flow too low?';
  const dissent = await eventually(async () => {
    const said = await heatmine(known, 'ask', '--dissent', '3', question);
    if (said.status !== 0) throw new Error(said.stderr);
    return said;
  });
  assert.match(dissent.stdout, /^1\. faults of [\w-]{43}, made from ancestor\nwhy is my flow/);
  assert.match(dissent.stdout, 'Words that only one of two answers uses: 1 and 2: 0 %.');
  assert.match(dissent.stderr, '2 nodes asked');
  // Each asks a relay, which may know the first node only for a few seconds.
  const plain = await eventually(async () => {
    const said = await heatmine(known, 'ask', '--dissent', '2', '--json', question);
    assert.is(said.status, 0, said.stdout);
    return JSON.parse(said.stdout);
  });
  assert.is(plain.answers.length, 2);
  assert.is(plain.answers[0].way.mode, 'sealed');
  await swarm.end();
});

test('nobody there says what to do; wrong options are told by name', async () => {
  const nobody = { bootstrap: ['127.0.0.1:9'] };
  const empty = await heatmine(nobody, 'experts', 'search');
  assert.equal([empty.status, empty.stdout], [1, '']);
  assert.match(empty.stderr, 'heatmine peers');
  const faults: [string[], string][] = [
    [['experts', 'search', '--topic', 'cooking'], '--topic takes one of heating, units, general'],
    [['experts', 'search', '--language', 'german'], '--language takes two letters'],
    [['experts', 'search', '--max-price=-1'], '--max-price takes a number'],
    [['ask', '--dissent', '1', 'x'], '--dissent takes a number from 2 to 5'],
    [['ask', '--dissent', '2.5', 'x'], '--dissent takes a whole number'],
  ];
  for (const [args, told] of faults) {
    const { status, stderr } = await heatmine(nobody, ...args);
    assert.is(status, 2, stderr);
    assert.match(stderr, told);
  }
});

test.run();
