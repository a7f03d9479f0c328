import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { echoCompute } from '../../../../src/app/bench/swarm/echo-compute.ts';
import { tradeOf } from '../../../../src/app/bench/swarm/sunny.ts';
import { systemClock } from '../../../../src/core/clock.ts';
import { seededRandom } from '../../../../src/core/random.ts';
import { SwarmConfig } from '../../../../src/core/swarm-config.ts';
import { askSwarm } from '../../../../src/net/swarm/ask/asker.ts';
import { type Experience, openExperience } from '../../../../src/net/swarm/ask/experience.ts';
import type { Discovery } from '../../../../src/net/swarm/discovery/discovery.ts';
import { freshIdentity } from '../../../../src/net/swarm/identity.ts';
import { startNode } from '../../../../src/net/swarm/node.ts';
import type { Unsealer } from '../../../../src/net/swarm/query.ts';
import { openUnsealer, sealTo } from '../../../../src/net/swarm/seal/ends.ts';
import { PAD_CLASSES } from '../../../../src/net/swarm/seal/pad.ts';
import { readBook } from '../../../../src/net/swarm/useful/book.ts';
import { tellUseful } from '../../../../src/net/swarm/useful/tell.ts';
import { openTold } from '../../../../src/net/swarm/useful/told.ts';
import { log, scratch } from '../../helpers.ts';
import { testPurse } from '../pay/purse.ts';
import { codeOf } from '../peers.ts';
import { eventually, SERVE, testSwarm } from '../swarm.ts';

/** All that a node reads and says, as it is under the seal. */
async function openBook(): Promise<{ unsealer: Unsealer; read: string[]; said: string[]; sizes: number[] }> {
  const inner = await openUnsealer(systemClock);
  const [read, said, sizes]: [string[], string[], number[]] = [[], [], []];
  const unsealer: Unsealer = {
    get key() {
      return inner.key;
    },
    async open(sealed) {
      const { request, seal } = await inner.open(sealed);
      read.push(Buffer.from(request).toString());
      sizes.push(sealed.length);
      return {
        request,
        async seal(bytes, isLast) {
          said.push(Buffer.from(bytes).toString());
          const frame = await seal(bytes, isLast);
          sizes.push(frame.length);
          return frame;
        },
      };
    },
  };
  return { unsealer, read, said, sizes };
}

/** A node in this process that finds nobody by itself. */
async function lonely(host: string, settings: object) {
  const home = scratch();
  const book = await openBook();
  const file = join(home.dir, 'told.json');
  const told = await openTold({ file, clock: systemClock, log });
  const config = SwarmConfig.parse({ join: true, host, ...settings });
  const node = await startNode({
    ...{ config, port: 0, identity: freshIdentity(), compute: await echoCompute(), trade: await tradeOf(home.dir) },
    ...{ unsealer: book.unsealer, told, log, random: seededRandom(1), discoveries: async () => [] },
  });
  let closed = false;
  const close = async () => {
    if (!closed) await node.close();
    closed = true;
  };
  const end = async () => {
    await close();
    home.remove();
  };
  return { ...book, url: `ws://${host}:${node.port}`, counts: () => readBook(file).counts, close, end };
}

test('told once, over another relay; nothing that the node reads then was there when the answer was given', async () => {
  const expert = await lonely('127.0.5.1', { serve: SERVE });
  const relays = [await lonely('127.0.6.1', { relay: true }), await lonely('127.0.7.1', { relay: true })];
  const discovery: Discovery = {
    ...{ name: 'known', announce: async () => {}, close: async () => {} },
    async *find(topic) {
      if (topic === 'relay') for (const { url } of relays) yield { url, reach: 'owner' };
      else yield { url: expert.url, reach: 'owner' };
    },
  };
  const entries: string[] = [];
  const learnt = openExperience();
  const experience: Experience = { ...learnt, passed: (key) => void entries.push(key) };
  const sealed = { seal: sealTo(systemClock), privateMayBeNear: false };
  const options = { discoveries: [discovery], experience, random: seededRandom(3), sealed, purse: testPurse() };
  const { useful: token } = await askSwarm(options, {
    ...{ messages: [{ role: 'user', content: 'why is my flow too low?' }], topics: ['heating'] },
  });
  assert.ok(token);
  const issue = [...expert.read, ...expert.said].join('\n');
  const [askedAt, saidAt] = [expert.read.length, expert.said.length];
  assert.ok(issue.includes('"useful":{"key"'), 'the request had a blinded token');
  // Tokens make neither a short question nor its answer larger on the wire.
  const ends = expert.said.filter((text) => ['end', 'committed'].includes(JSON.parse(text).type)).length;
  assert.ok(expert.sizes.every((size) => size === PAD_CLASSES[0] || size === PAD_CLASSES[1]));
  assert.is(expert.sizes.filter((size) => size === PAD_CLASSES[1]).length, ends, 'the last of each answer');

  await tellUseful(options, token, true);
  assert.is.not(entries[0], entries[1]);
  assert.is(await codeOf(tellUseful(options, token, false)), 'TOKEN_REFUSED');
  const redeemed = expert.read.slice(askedAt);
  assert.equal(
    redeemed.map((text) => Object.keys(JSON.parse(text)).sort()),
    [1, 2].flatMap(() => [
      ['usefulKeys', 'v'],
      ['tell', 'v'],
    ]),
  );
  const { tell } = JSON.parse(redeemed[1]!);
  assert.equal(tell, { expert: 'faults', input: token.input, output: token.output, useful: true });
  // Nothing of ten characters that came later had been there, apart from the names of the protocol and of the expert.
  for (const value of [tell.input, tell.output])
    for (let at = 0; at + 10 <= value.length; at++) assert.not.ok(issue.includes(value.slice(at, at + 10)));
  assert.equal(
    expert.said.slice(saidAt).map((text) => JSON.parse(text).type),
    ['usefulKeys', 'told', 'usefulKeys', 'error'],
  );
  await expert.close();
  assert.equal(expert.counts(), { faults: { useful: 1, not: 0 } });
  for (const node of [expert, ...relays]) await node.end();
});

test('a token of a key that the node does not show to all is not sent', async () => {
  const expert = await lonely('127.0.5.1', { serve: SERVE });
  const discovery: Discovery = {
    ...{ name: 'known', announce: async () => {}, close: async () => {} },
    async *find() {
      yield { url: expert.url, reach: 'owner' };
    },
  };
  const options = {
    discoveries: [discovery],
    experience: openExperience(),
    random: seededRandom(3),
    purse: testPurse(),
  };
  const asking = { messages: [{ role: 'user' as const, content: 'and now?' }], topics: ['heating'] };
  const { useful: token, node } = await askSwarm(options, asking);
  const marked = { ...token!, key: freshIdentity().id };
  assert.is(await codeOf(tellUseful(options, marked, true)), 'TOKEN_REFUSED');
  await tellUseful(options, token!, false);
  // Without a receipt there is nothing to tell of.
  const { purse: _, ...unsigned } = options;
  assert.is((await askSwarm(unsigned, asking)).useful, undefined);
  assert.is(options.experience.shuns(node), undefined);
  await expert.close();
  assert.equal(expert.counts(), { faults: { useful: 0, not: 1 } });
  await expert.end();
});

const HEATMINE = new URL('../../../../scripts/heatmine.mjs', import.meta.url).pathname;

async function heatmine(home: string, ...args: string[]) {
  const child = spawn(process.execPath, [HEATMINE, ...args, '--home', home], { stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { status: null as number | null, stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (out.stdout += data));
  child.stderr.on('data', (data) => (out.stderr += data));
  out.status = await new Promise((resolve) => child.once('close', resolve));
  return out;
}

test('each answer that ask --dissent shows can be told of, by its number, once', async () => {
  const swarm = testSwarm();
  const entry = await swarm.node({ relay: true });
  const bootstrap = [`127.0.0.1:${entry.port}`];
  const experts = [await swarm.node({ bootstrap, serve: SERVE }), await swarm.node({ bootstrap, serve: SERVE })];
  const { dir, remove } = scratch();
  writeFileSync(join(dir, 'config.yaml'), JSON.stringify({ swarm: { join: true, bootstrap, nearRelays: true } }));
  const said = await eventually(async () => {
    const asked = await heatmine(dir, 'ask', '--dissent', '2', 'why is my flow too low?');
    if (asked.status !== 0) throw new Error(asked.stderr);
    return asked;
  });
  assert.match(said.stderr, '`heatmine useful yes 2`');
  const shown = [1, 2].map((n) => new RegExp(`^${n}\\. faults of ([\\w-]{43})`, 'm').exec(said.stdout)![1]!);
  assert.equal(shown.toSorted(), experts.map(({ key }) => key).sort());
  assert.match((await heatmine(dir, 'useful', 'yes')).stderr, /^USAGE: which answer\? .* N of 1, 2\n/);
  assert.match(
    (await heatmine(dir, 'useful', 'yes', '3')).stderr,
    /^TOKEN_REFUSED: no answer 3 to tell of; there is 1, 2\n/,
  );
  const tell = (...args: string[]) =>
    eventually(async () => {
      const told = await heatmine(dir, 'useful', ...args);
      if (told.status !== 0) throw new Error(told.stderr);
      return told.stdout;
    });
  assert.is(await tell('yes', '2'), `told ${shown[1]}: faults, useful: yes\n`);
  assert.match((await heatmine(dir, 'useful', 'yes', '2')).stderr, /^TOKEN_REFUSED/);
  assert.is(await tell('no'), `told ${shown[0]}: faults, useful: no\n`);
  assert.not.ok(existsSync(join(dir, 'state', 'useful.json')));
  remove();
  await swarm.end();
});

test('heatmine ask --swarm says how to tell; heatmine useful tells once; the owner of the expert sees it in experts ls', async () => {
  const swarm = testSwarm();
  const entry = await swarm.node({ relay: true });
  const bootstrap = [`127.0.0.1:${entry.port}`];
  const expert = await swarm.node({ bootstrap, serve: SERVE });
  const { dir, remove } = scratch();
  writeFileSync(join(dir, 'config.yaml'), JSON.stringify({ swarm: { join: true, bootstrap, nearRelays: true } }));
  const nothing = await heatmine(dir, 'useful', 'yes');
  assert.equal([nothing.status, nothing.stdout], [2, '']);
  assert.match(nothing.stderr, /^TOKEN_REFUSED: no answer of the swarm to tell of\n/);
  const wrong = await heatmine(dir, 'useful', 'perhaps');
  assert.match(wrong.stderr, /^USAGE: useful what\? yes or no/);

  const { stderr } = await eventually(async () => {
    const said = await heatmine(dir, 'ask', '--swarm', 'why is my flow too low?');
    if (said.status !== 0) throw new Error(said.stderr);
    return said;
  });
  assert.match(stderr, '`heatmine useful yes`');
  const file = join(dir, 'state', 'useful.json');
  assert.is(statSync(file).mode & 0o777, 0o600);
  assert.not.match(readFileSync(file, 'utf8'), 'flow');

  const told = await eventually(async () => {
    const said = await heatmine(dir, 'useful', 'no');
    if (said.status !== 0) throw new Error(said.stderr);
    return said;
  });
  assert.is(told.stdout, `told ${expert.key}: faults, useful: no\n`);
  assert.not.ok(existsSync(file));
  assert.is((await heatmine(dir, 'useful', 'no')).status, 2);
  const listed = await heatmine(expert.home, 'experts', 'ls', '--json');
  const rows = JSON.parse(listed.stdout) as { id: string; told?: object }[];
  assert.equal(
    rows.filter(({ told }) => told).map(({ id, told }) => ({ id, told })),
    [{ id: 'faults', told: { useful: 0, not: 1 } }],
  );
  assert.match((await heatmine(expert.home, 'experts', 'ls')).stdout, /^faults .*; useful 0, not 1$/m);
  const log = readFileSync(join(expert.home, 'log'), 'utf8');
  assert.not.match(log, 'useful');
  remove();
  await swarm.end();
});

test.run();
