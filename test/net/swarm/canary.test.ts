import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnUnit } from '../../../src/app/spawn-unit.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { sealTo } from '../../../src/net/swarm/seal/ends.ts';
import { freeBase } from '../../app/free-base.ts';
import { until } from '../helpers.ts';
import { countInMemory } from './memory.ts';
import { eventually, SERVE, testSwarm } from './swarm.ts';

const LIMIT_MS = 120_000;
const SEALED = { sealed: { seal: sealTo(systemClock), privateMayBeNear: true } };
// In two parts, so that no file of the program holds it.
const CANARY = ['canary-9e57', 'of-the-damp-attic'].join('-');
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
    const asker = await swarm.asker({ bootstrap, lan: false }, SEALED);
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
      const { way } = await asker.ask(QUESTION, { onChunk });
      if (!atExpert) throw new Error('the expert had forgotten it already');
      return way;
    }, LIMIT_MS);
    assert.is(answer.mode, 'sealed');
    assert.ok(atExpert > 0, 'this way of looking finds what a process holds');
    assert.is(countInMemory(expert.pid, NEVER_SENT), 0, 'and nothing else');

    const before = mqttOf.heard.length;
    await until('more messages after the answer', () => mqttOf.heard.length > before + 5, LIMIT_MS);
    for (const [name, pid] of Object.entries(relaying)) assert.is(countInMemory(pid, CANARY), 0, `memory of ${name}`);
    assert.is(atRelay, 0, 'memory while the answer passed');
    assert.ok(Object.keys(relaying).includes('net'), 'net passes it on');
    assert.not.match(mqttOf.heard.join('\n'), CANARY);
    assert.not.match(unit.output(), CANARY);
    const files = filesOf(unit.home);
    assert.ok(files.length > 3);
    for (const { name, bytes } of files) assert.not.ok(bytes.includes(CANARY), name);
    for (const { name, bytes } of filesOf(expert.home)) assert.not.ok(bytes.includes(CANARY), `expert: ${name}`);
    await mqttOf.end();
  } finally {
    await unit.stop();
    await swarm.end();
  }
});

test.run();
