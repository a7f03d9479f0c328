/** What anybody on a joined broker can do by claiming to be a unit of our name, and by flooding it. */
import { EventEmitter } from 'node:events';
import type { MqttClient } from 'mqtt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { topicPath } from '../../src/contract/topics.ts';
import type { Link } from '../../src/core/link.ts';
import type { Log } from '../../src/core/log.ts';
import { carry } from '../../src/net/join.ts';
import { watchForTwin } from '../../src/net/twin.ts';
import { UNIT } from './helpers.ts';
import { SAMPLES } from './samples.ts';

const ends: (() => void)[] = [];
test.after(() => {
  for (const end of ends) end();
});

const INSTANCE = `heatmine/${UNIT}/instance`;

/** A unit on a broker of others, on a clock that the test turns. */
function joined() {
  const client = Object.assign(new EventEmitter(), {
    connected: true,
    said: [] as string[],
    publish: (path: string) => void client.said.push(path),
    subscribe: () => {},
  });
  const [lines, taken, refused]: [string[], string[], string[]] = [[], [], []];
  const clock = { ms: 0 };
  let told = 0;
  const mqtt = client as unknown as MqttClient;
  const twin = watchForTwin(
    mqtt,
    UNIT,
    'us',
    () => told++,
    () => clock.ms,
  );
  const link = { on() {}, publish: (name: string) => taken.push(name) } as unknown as Link;
  const log = { warn: (what: { err: string }) => lines.push(what.err) } as unknown as Log;
  carry(mqtt, link, UNIT, { commands: true, twin, onRefused: ({ why }) => refused.push(why), log });
  const hear = (path: string, payload: string, retain = false) =>
    client.emit('message', path, Buffer.from(payload), { retain });
  const give = (name: 'override' | 'prices') => {
    const before = taken.length;
    hear(topicPath(UNIT, name), JSON.stringify(SAMPLES[name]));
    return taken.length > before;
  };
  ends.push(() => client.emit('end'));
  return { client, clock, hear, give, lines, refused, told: () => told };
}

test('who says that it is a unit of our name costs commands for 90 s, measurements never, and is told once a day', () => {
  const unit = joined();
  assert.ok(unit.give('override'));
  unit.hear(INSTANCE, 'them', true);
  unit.hear(INSTANCE, 'us');
  assert.ok(unit.give('override'), 'neither one that the broker kept nor our own');
  unit.hear(INSTANCE, 'them');
  assert.not.ok(unit.give('override'));
  assert.ok(unit.give('prices'));
  unit.clock.ms += 89_000;
  assert.not.ok(unit.give('override'));
  unit.clock.ms += 1000;
  assert.ok(unit.give('override'), 'nothing of it is left');
  for (let i = 0; i < 1000; i++) unit.hear(INSTANCE, `them ${i}`);
  assert.is(unit.told(), 1);
  assert.ok(unit.client.said.length <= 8, 'no answer for each of a thousand');
});

test('a flood of one topic keeps none of another out, and fills no log', () => {
  const unit = joined();
  let through = 0;
  for (let i = 0; i < 5000; i++) if (unit.give('override')) through++;
  assert.ok(through >= 60 && through < 500, `${through}`);
  assert.ok(unit.give('prices'));
  assert.equal(unit.refused, Array(4).fill('more than 20 messages a second; send less often'));
  assert.ok(unit.lines.length >= 1 && unit.lines.length <= 6, `${unit.lines.length} lines`);
});

test.run();
