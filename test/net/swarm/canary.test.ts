import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnUnit } from '../../../src/app/spawn-unit.ts';
import { systemClock } from '../../../src/core/clock.ts';
import type { RelayBook } from '../../../src/net/swarm/ask/book.ts';
import { gather } from '../../../src/net/swarm/ask/gather.ts';
import { sealTo } from '../../../src/net/swarm/seal/ends.ts';
import { freeBase } from '../../app/free-base.ts';
import { until } from '../helpers.ts';
import { countInMemory } from './memory.ts';
import { eventually, SERVE, testSwarm } from './swarm.ts';

const LIMIT_MS = 120_000;
const SEALED = { sealed: { seal: sealTo(systemClock), privateMayBeNear: true } };
// In two parts, so that no file of the program holds it.
const CANARY = ['canary-9e57', 'of-the-damp-attic'].join('-');
const TOPIC = ['canary-51d2', 'of-what-is-asked'].join('-');
const NEVER_SENT = ['canary-03aa', 'of-nobody'].join('-');
/** Long enough that the answer is under way when its first word is here. */
const QUESTION = `${CANARY} ${'word '.repeat(3000)}`.trim();

const filesOf = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ name: entry.name, bytes: readFileSync(join(entry.parentPath, entry.name)) }));

/** Every message of the unit's broker that Home Assistant could read. */
async function listenAsHome(home: string, port: number) {
  const password = JSON.parse(readFileSync(join(home, 'keys', 'passwords.json'), 'utf8')).home;
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'ha-0', username: 'home', password });
  const heard: string[] = [];
  client.on('message', (topic, payload) => heard.push(`${topic} ${payload}`));
  await client.subscribeAsync('#');
  return { heard, end: () => client.endAsync(true) };
}

test('a sealed question is in no memory, file, log or MQTT message of the unit that relays it', async () => {
  const swarm = testSwarm();
  const portBase = await freeBase();
  const config = JSON.stringify({ swarm: { join: true, relay: true, lan: false } });
  const unit = spawnUnit({ portBase, config });
  try {
    await unit.until((s) => s.compute !== null && s.control !== null, LIMIT_MS);
    const mqttOf = await listenAsHome(unit.home, portBase + 1);
    const bootstrap = [`127.0.0.1:${portBase + 3}`];
    const expert = await swarm.node({ bootstrap, serve: SERVE, lan: false });
    const helper = await swarm.node({ bootstrap, relay: true, lan: false });
    const { discoveries } = await swarm.asker({ bootstrap, lan: false });
    // The unit is entered by, the other relay looked through.
    const book: RelayBook = {
      ...{ keep: () => {}, close: () => {} },
      async relays(patience) {
        const all = await gather({ discoveries, topics: ['relay'], patience });
        const { seal: _, ...only } = all.find(({ descriptor }) => descriptor.key !== helper.key)!.descriptor;
        if (all.length < 2) throw new Error('not both relays yet');
        return all.map((one) => (one.descriptor.key === helper.key ? one : { ...one, descriptor: only }));
      },
    };
    const asker = await swarm.asker({ bootstrap, lan: false }, { ...SEALED, book });
    let atExpert = 0;
    let atRelay = 0;
    const relaying = unit.pids();
    const look = () => {
      atExpert ||= countInMemory(expert.pid, CANARY);
      for (const pid of Object.values(relaying)) atRelay += countInMemory(pid, CANARY);
    };
    const answer = await eventually(async () => {
      let first = true;
      const onChunk = () => {
        if (first) look();
        first = false;
      };
      const { way } = await asker.ask(QUESTION, { onChunk, topics: [TOPIC, 'heating', 'general'] });
      if (!atExpert) throw new Error('the expert had forgotten it already');
      return way;
    }, LIMIT_MS);
    assert.equal([answer.mode, answer.looked], ['sealed', 'sealed']);
    assert.is.not(answer.entry, helper.key);
    assert.ok(countInMemory(helper.pid, TOPIC) > 0, 'the relay that was looked through knows the topic');
    assert.ok(atExpert > 0, 'this way of looking finds what a process holds');
    assert.is(countInMemory(expert.pid, NEVER_SENT), 0, 'and nothing else');

    const before = mqttOf.heard.length;
    await until('more messages after the answer', () => mqttOf.heard.length > before + 5, LIMIT_MS);
    for (const [name, pid] of Object.entries(relaying))
      for (const secret of [CANARY, TOPIC]) assert.is(countInMemory(pid, secret), 0, `memory of ${name}`);
    assert.is(atRelay, 0, 'memory while the answer passed');
    assert.ok(Object.keys(relaying).includes('net'), 'net passes it on');
    for (const secret of [CANARY, TOPIC]) {
      assert.not.match(mqttOf.heard.join('\n'), secret);
      assert.not.match(unit.output(), secret);
    }
    const files = filesOf(unit.home);
    assert.ok(files.length > 3);
    for (const { name, bytes } of files)
      for (const secret of [CANARY, TOPIC]) assert.not.ok(bytes.includes(secret), name);
    for (const { name, bytes } of filesOf(expert.home)) assert.not.ok(bytes.includes(CANARY), `expert: ${name}`);
    await mqttOf.end();
  } finally {
    await unit.stop();
    await swarm.end();
  }
});

test.run();
