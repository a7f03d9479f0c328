import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WINDOW_H } from '../../../../src/net/swarm/demand/demand.ts';
import { freshIdentity } from '../../../../src/net/swarm/identity.ts';
import { createTally } from '../../../../src/net/swarm/tally.ts';
import type { UseLine } from '../../../../src/net/swarm/weights/uses.ts';
import { openTallies, vouchedFor } from '../../../../src/net/swarm/weights/vouch.ts';
import { dial } from '../../../../src/net/swarm/wire/dial.ts';
import { log } from '../../helpers.ts';
import { codeOf, ECHO } from '../peers.ts';
import { eventually, SERVE, testSwarm } from '../swarm.ts';

const HOUR_MS = 3_600_000;

test('a relay counts by the hour, forgets after a week, and tells powers of two', () => {
  let nowMs = 1000 * HOUR_MS;
  const tally = createTally(() => nowMs);
  for (let i = 0; i < 5; i++) tally.passed('a', 'p');
  nowMs += HOUR_MS;
  tally.passed('a', 'p');
  assert.equal(tally.of('a'), [
    [1000, 8],
    [1001, 1],
  ]);
  assert.equal(tally.of('b'), []);
  nowMs += (WINDOW_H - 1) * HOUR_MS;
  assert.equal(tally.of('a'), [[1001, 1]]);
  for (let i = 0; i < 2000; i++) tally.passed(`s${i}`, 'p');
  assert.equal([tally.of('a').length, tally.of('s1999').length], [0, 1]);
});

test('keys that attach by the thousand from one place push each other out, and nobody else', () => {
  const tally = createTally(() => 1000 * HOUR_MS);
  for (let i = 0; i < 20; i++) tally.passed('honest', '192.0.2');
  for (let i = 0; i < 5000; i++) tally.passed(`key ${i}`, '198.51.100');
  assert.equal(tally.of('honest'), [[1000, 32]]);
  assert.equal([tally.of('key 0').length, tally.of('key 4999').length], [0, 1]);
});

test('a relay vouches for as many uses as it passed questions, over all experts that one node gives', async () => {
  const vouched = vouchedFor('server', async () => new Map([[7, 2]]));
  const claim = (name: string): UseLine[] => ['1', '2', '3'].map((i) => [`${name}${i}`, 'r', 16, 7]);
  const counted = await Promise.all(['a', 'b'].map((name) => vouched(claim(name))));
  assert.equal(
    counted.map((lines) => lines.filter(([, relay]) => relay === 'r').length),
    [2, 0],
  );
});

test('use counts for a relay as far as that relay vouches; the rest came through none', async () => {
  const tallyOf = async (relay: string) => new Map(relay === 'r' ? [[7, 2]] : []);
  const lines: UseLine[] = [
    ['a', 'r', 16, 7],
    ['b', 'r', 16, 7],
    ['c', 'r', 16, 7],
    ['d', 'r', 16, 8],
    ['e', 'nobody', 16, 7],
    ['f', '', 16, 7],
  ];
  const counted = await vouchedFor('server', tallyOf)(lines);
  assert.equal(
    counted.map(([payer, relay]) => `${payer}${relay}`),
    ['ar', 'br', 'c', 'd', 'e', 'f'],
  );
});

test('a relay of the swarm vouches for what it passed to an expert behind it, and for nobody else', async () => {
  const swarm = testSwarm();
  const relay = await swarm.node({ relay: true });
  const bootstrap = [`127.0.0.1:${relay.port}`];
  const relays = [{ key: relay.key, url: relay.url }];
  const expert = await swarm.node({ urls: ['ws://127.0.0.1:9'], relays, serve: SERVE });
  const asker = await swarm.asker({ bootstrap });
  await eventually(() => asker.ask('through the relay'));
  const tallyOf = await openTallies(asker.discoveries, log);
  const hours = await tallyOf(relay.key, expert.key);
  assert.ok([...hours.values()].reduce((a, b) => a + b, 0) >= 1);
  assert.is((await tallyOf(relay.key, freshIdentity().id)).size, 0);
  assert.is((await tallyOf(expert.key, expert.key)).size, 0, 'no relay that can be found');
  const connection = await dial({ url: expert.url, reach: 'owner', identity: freshIdentity(), handlers: ECHO });
  assert.is(await codeOf(connection.ask({ type: 'tally', key: expert.key })), 'NOT_OFFERED');
  connection.close(1000, '');
  await swarm.end();
});

test.run();
