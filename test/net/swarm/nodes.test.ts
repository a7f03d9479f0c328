import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gather } from '../../../src/net/swarm/ask/gather.ts';
import { TOPICS } from '../../../src/net/swarm/topics.ts';
import { testNet } from '../stubs.ts';
import { testPurse } from './pay/purse.ts';
import { sunny } from './pay/sunny.ts';
import { codeOf } from './peers.ts';
import { eventually, SERVE, testSwarm } from './swarm.ts';

/** Begins now, beside the others: a look-up that finds nobody waits its 8 s out. */
function beside(name: string, body: () => Promise<void>): void {
  const done = body();
  done.catch(() => {});
  test(name, () => done);
}

test('two nodes find each other and one answers, with tokens and joules at the end', async () => {
  const swarm = testSwarm();
  const first = await swarm.node({});
  const bootstrap = [`127.0.0.1:${first.port}`];
  const expert = await swarm.node({ bootstrap, serve: SERVE });
  const asker = await swarm.asker({ bootstrap });
  const answer = await eventually(() => asker.ask('why is my flow too low?'));
  assert.is(answer.said, 'why is my flow too low?');
  assert.is(answer.node, expert.key);
  assert.is(answer.meter.answerTokens, 6);
  assert.ok(Math.abs(answer.meter.joules - 6 * 2.97) < 1e-9);
  const long = Array.from({ length: 3000 }, (_, i) => `w${i}`)
    .join(' ')
    .slice(0, 15_000);
  assert.is((await asker.ask(long)).said, long);
  await swarm.end();
});

test('net of a running unit joins and answers through compute; one that was not told to does not', async () => {
  const swarm = testSwarm();
  const quiet = await testNet();
  assert.is(quiet.swarmPort, undefined);
  await quiet.end();
  const net = await testNet({ swarm: { join: true, serve: SERVE } });
  const sun = await sunny(net.broker);
  const asker = await swarm.asker({ bootstrap: [`127.0.0.1:${net.swarmPort}`] });
  const { said, meter } = await eventually(() => asker.ask('why is my flow too low?'));
  assert.is(said.trim(), 'why is my flow too low?');
  assert.is(meter.joules, 8.9);
  const [seen] = net.compute.seen.slice(-1);
  assert.is(JSON.parse(seen!.body).model, 'faults');
  await sun.end();
  await swarm.end();
  await net.end();
});

beside('with nobody there the asker is told so, and what to do', async () => {
  const swarm = testSwarm();
  const asker = await swarm.asker({});
  assert.is(await codeOf(asker.ask('anybody?')), 'NOBODY_THERE');
  await swarm.end();
});

beside('what is not offered is not answered: price, expert', async () => {
  const swarm = testSwarm();
  const dear = await swarm.node({ serve: { ...SERVE, minPriceUcPerMtok: 500 } });
  const asker = await swarm.asker({ bootstrap: [`127.0.0.1:${dear.port}`] }, { purse: testPurse() });
  assert.is((await eventually(() => asker.ask('for money', { maxPrice: 500 }))).said, 'for money');
  assert.is(await codeOf(asker.ask('for less', { maxPrice: 499 })), 'NOT_OFFERED');
  assert.is(await codeOf(asker.ask('tongues', { topics: ['units'], maxPrice: 500 })), 'NOBODY_THERE');
  // By name: whatever the topics, and nobody else instead of it.
  const named = { topics: TOPICS, maxPrice: 500 };
  const [given, missing, dearer] = await Promise.allSettled([
    asker.ask('by name', { ...named, expert: 'faults' }),
    asker.ask('by name', { ...named, expert: 'pumps' }),
    asker.ask('by name', { ...named, expert: 'faults', maxPrice: 499 }),
  ]);
  assert.is(given.status === 'fulfilled' && given.value.meter.expert, 'faults');
  const why = (one: PromiseSettledResult<unknown>) =>
    one.status === 'rejected' && `${one.reason.code}: ${one.reason.message}`;
  assert.is(why(missing), 'NOT_OFFERED: none of 1 nodes that were found gives the expert "pumps"');
  assert.match(why(dearer) || '', /^NOT_OFFERED: .*500 for "faults", 499 was offered/);
  await swarm.end();
});

beside('an expert that nobody can dial is asked through its relay', async () => {
  const swarm = testSwarm();
  const relay = await swarm.node({ relay: true });
  const bootstrap = [`127.0.0.1:${relay.port}`];
  // It names no address that leads to it: what it says of itself is a port where nobody listens.
  const urls = ['ws://127.0.0.1:9'];
  const expert = await swarm.node({ urls, relays: [{ key: relay.key, url: relay.url }], serve: SERVE });
  const asker = await swarm.asker({ bootstrap });
  const answer = await eventually(() => asker.ask('through the relay'));
  assert.is(answer.said, 'through the relay');
  assert.is(answer.node, expert.key);
  await relay.kill();
  assert.is(await codeOf(asker.ask('and now?')), 'NOBODY_THERE');
  await swarm.end();
});

test('ten nodes: each is found, all answer; killing the one that let them in, then three more, loses no question', async () => {
  const swarm = testSwarm();
  const first = await swarm.node({});
  const bootstrap = [`127.0.0.1:${first.port}`];
  const experts = await Promise.all(Array.from({ length: 9 }, () => swarm.node({ bootstrap, serve: SERVE })));
  const asker = await swarm.asker({ bootstrap });
  await eventually(async () => {
    const found = await gather({ discoveries: asker.discoveries, topics: ['heating'], wanted: 9 });
    assert.equal(found.map(({ descriptor }) => descriptor.key).sort(), experts.map(({ key }) => key).sort());
  });
  const answered = new Set<string>();
  for (let i = 0; i < 12; i++) {
    const { said, node } = await asker.ask(`question ${i}`);
    assert.is(said, `question ${i}`);
    answered.add(node);
  }
  assert.ok(answered.size >= 3, `only ${answered.size} of nine were asked`);
  await first.kill();
  for (let i = 0; i < 6; i++) assert.is((await asker.ask(`without ${i}`)).said, `without ${i}`);
  for (const expert of experts.slice(0, 3)) await expert.kill();
  for (let i = 0; i < 6; i++) assert.is((await asker.ask(`fewer ${i}`)).said, `fewer ${i}`);
  await swarm.end();
});

test.run();
