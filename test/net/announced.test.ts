import { EventEmitter } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { MqttClient } from 'mqtt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { topicPath } from '../../src/contract/topics.ts';
import { Config } from '../../src/core/config.ts';
import { LATE_MS, type Left, NOTHING, planOf, type Saying } from '../../src/net/hass/announced.ts';
import { openAnnounced } from '../../src/net/hass/announced-file.ts';
import { hassBridge } from '../../src/net/hass/bridge.ts';
import type { Component } from '../../src/net/hass/components.ts';
import type { Discovery } from '../../src/net/hass/discovery.ts';
import { whatIsThere } from '../../src/net/hass/there.ts';
import { isHeard } from '../../src/net/twin.ts';
import { log, scratch } from './helpers.ts';
import { SAMPLES } from './samples.ts';

type Devices = Record<string, Record<string, string>>;

const sayingOf = (devices: Devices, over: Partial<Saying> = {}): Saying => ({
  discoveryPrefix: 'ha',
  devices: Object.entries(devices).map(([topic, cmps]): Discovery => {
    const full = Object.entries(cmps).map(([key, p]) => [key, { p, name: key } as Component]);
    return { topic, payload: { dev: {}, o: {}, cmps: Object.fromEntries(full), availability: [] } };
  }),
  states: ['heatmine/a/online'],
  retired: new Set(),
  silent: new Set(),
  ranMs: 0,
  ...over,
});

/** Home Assistant as it takes such messages: what a later message leaves out stays, a platform alone removes it. */
function homeAssistant() {
  const entities = new Map<string, Map<string, string>>();
  return {
    entities: () =>
      new Set([...entities].flatMap(([topic, keys]) => [...keys].map(([key, p]) => `${topic} ${key} ${p}`))),
    hear(topic: string, cmps: Record<string, object> | '') {
      if (cmps === '') return void entities.delete(topic);
      const device = entities.get(topic) ?? new Map<string, string>();
      entities.set(topic, device);
      for (const [key, component] of Object.entries(cmps)) {
        const { p } = component as Component;
        // Each platform has an entity of this key of its own.
        if (Object.keys(component).length === 1) device.delete(`${key}/${p}`);
        else device.set(`${key}/${p}`, p);
      }
    },
  };
}

const wanted = ({ devices }: Saying) =>
  new Set(
    devices.flatMap(({ topic, payload }) =>
      Object.entries(payload.cmps).map(([key, { p }]) => `${topic} ${key}/${p} ${p}`),
    ),
  );

const topicOf = (prefix: string, device: string) => `${prefix}/device/${device}/config`;
const run = fc.record({
  prefix: fc.constantFrom('ha', 'heim'),
  devices: fc.dictionary(
    fc.constantFrom('unit', 'room1', 'room2'),
    fc.dictionary(fc.constantFrom('k1', 'k2', 'k3'), fc.constantFrom('sensor', 'number'), { noNullPrototype: true }),
    { noNullPrototype: true },
  ),
  ranMs: fc.constantFrom(0, LATE_MS.component - 1, LATE_MS.component, LATE_MS.device),
  retired: fc.subarray(['k1', 'k2', 'k3']),
  silent: fc.subarray(['k1', 'k2', 'k3', topicOf('ha', 'room1'), topicOf('heim', 'room2')]),
  /** How many of its messages arrive before the power fails; all, where there are fewer. */
  arrive: fc.integer({ min: 0, max: 8 }),
});
type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;

const ofRun = ({ prefix, devices, ...rest }: Run): Saying => {
  const named = Object.entries(devices).map(([name, cmps]) => [topicOf(prefix, name), cmps]);
  const retired = new Set(rest.retired);
  const silent = new Set(rest.silent);
  return sayingOf(Object.fromEntries(named), { discoveryPrefix: prefix, ranMs: rest.ranMs, retired, silent });
};

/** Says it as the bridge does, and loses power after so many messages. */
function say(ha: ReturnType<typeof homeAssistant>, known: Left, saying: Saying, arrive: number): Left {
  const { partings, clear, before, after } = planOf(known, saying);
  const messages = [
    ...[...partings, ...saying.devices].map(
      ({ topic, payload }) =>
        () =>
          ha.hear(topic, payload.cmps),
    ),
    ...clear.map((topic) => () => ha.hear(topic, '')),
  ];
  for (const message of messages.slice(0, arrive)) message();
  return arrive >= messages.length ? after : before;
}

test('whatever was announced before, and wherever the power failed: once it has run for long, there is what is announced', () => {
  fc.assert(
    fc.property(fc.array(run, { maxLength: 6 }), run, (runs, last) => {
      const ha = homeAssistant();
      let known = NOTHING;
      for (const each of runs) known = say(ha, known, ofRun(each), each.arrive);
      const saying = { ...ofRun(last), ranMs: LATE_MS.device, silent: new Set<string>() };
      known = say(ha, known, saying, Number.POSITIVE_INFINITY);
      assert.equal(ha.entities(), wanted(saying));
      assert.equal(planOf(known, saying).partings, []);
      assert.equal(planOf(known, saying).clear, []);
    }),
    { numRuns: 500 },
  );
});

test('what may only be late stays: nothing goes before its time but what settings took, a new platform, an old prefix', () => {
  fc.assert(
    fc.property(fc.array(run, { maxLength: 4 }), run, (runs, last) => {
      const ha = homeAssistant();
      let known = NOTHING;
      for (const each of runs) known = say(ha, known, ofRun(each), Number.POSITIVE_INFINITY);
      const there = ha.entities();
      const saying = ofRun(last);
      say(ha, known, saying, Number.POSITIVE_INFINITY);
      const gone = [...there].filter((entity) => !ha.entities().has(entity));
      const now = new Map(saying.devices.map(({ topic, payload }) => [topic, payload.cmps]));
      for (const entity of gone) {
        const [topic = '', at = ''] = entity.split(' ');
        const key = at.split('/')[0]!;
        const cmps = now.get(topic);
        if (!topic.startsWith(`${saying.discoveryPrefix}/`)) continue;
        if (!cmps) assert.ok(saying.ranMs >= LATE_MS.device && !saying.silent.has(topic), entity);
        else if (!(key in cmps))
          assert.ok(saying.retired.has(key) || (saying.ranMs >= LATE_MS.component && !saying.silent.has(key)), entity);
      }
    }),
    { numRuns: 500 },
  );
});

test('only what is on the record is taken away', () => {
  fc.assert(
    fc.property(run, (each) => {
      const saying = { ...ofRun(each), ranMs: LATE_MS.device };
      const { partings, clear } = planOf(NOTHING, saying);
      assert.equal([partings, clear], [[], []]);
    }),
  );
});

test('a component that is gone is said once with its platform alone, then left out; states of old are emptied', () => {
  const known: Left = {
    devices: { 'ha/x': ['sensor/a', 'number/b'] },
    states: ['heatmine/a/online', 'heatmine/a/old'],
  };
  const { partings, clear, before, after } = planOf(
    known,
    sayingOf({ 'ha/x': { a: 'sensor' } }, { ranMs: LATE_MS.component }),
  );
  assert.equal(partings[0]!.payload.cmps, { a: { p: 'sensor', name: 'a' }, b: { p: 'number' } });
  assert.equal(clear, ['heatmine/a/old']);
  assert.equal(before.devices, known.devices);
  assert.equal(after, { devices: { 'ha/x': ['sensor/a'] }, states: ['heatmine/a/online'] });
});

test('the record is written before anything is sent: a power cut amid it leaves nothing that is not on it', () => {
  const { dir, remove } = scratch();
  const file = join(dir, 'announced.json');
  const sent: string[] = [];
  const client = Object.assign(new EventEmitter(), {
    connected: true,
    subscribe() {},
    publish() {},
    publishAsync(topic: string) {
      sent.push(`${topic}: ${readFileSync(file, 'utf8').includes(topic)}`);
      return new Promise(() => {});
    },
  });
  try {
    const announced = openAnnounced(file, log)('mqtt://a:1');
    announced.keep('cellar', { devices: { 'ha/gone': ['sensor/a'] }, states: [] });
    const options = { unit: 'cellar', discoveryPrefix: 'ha', announced, shared: true };
    const bridge = hassBridge(client as unknown as MqttClient, options);
    bridge.announce(sayingOf({ 'ha/new': { b: 'sensor' } }, { ranMs: LATE_MS.device }));
    assert.equal(sent, ['ha/new: true', 'ha/gone: true'], 'nothing has arrived: both stay on the record');
  } finally {
    remove();
  }
});

test('a connection that ends while an old name is listened for proves nothing about it', async () => {
  const client = Object.assign(new EventEmitter(), {
    connected: true,
    subscribeAsync: async () => [],
    unsubscribe() {},
  });
  const heard = isHeard(client as unknown as MqttClient, 'cellar', 10_000);
  client.emit('close');
  assert.is(await heard, undefined);
  const late = isHeard(client as unknown as MqttClient, 'cellar', 20);
  const kept = { retain: true };
  client.emit('message', topicPath('cellar', 'controlState'), Buffer.alloc(0), kept);
  assert.is(await late, false, 'what was kept there says nothing of now');
  assert.equal(client.eventNames(), []);
});

test('a wired sensor that was never read is silent, not gone; a room is dropped after hours without a word, and comes back', () => {
  let nowMs = 5_000;
  const there = whatIsThere(Config.parse({ unit: 'cellar' }), () => nowMs);
  const unread = { value: null, ageMs: 0, quality: 'missing' as const };
  const good = { value: 20, ageMs: 0, quality: 'good' as const };
  const living = { temperatureC: 20, ageMs: 0, counts: true };
  const state = { ...SAMPLES.controlState, sensors: { roomC: good, pvW: unread }, zones: { living } };
  const first = there(state);
  assert.equal([first.facts.sensors, first.ranMs], [['roomC'], 0]);
  assert.equal([...first.silent], ['pv_w']);
  nowMs += LATE_MS.device - 1;
  assert.is(there({ ...state, zones: {} }).facts.zones.length, 1);
  nowMs += 1;
  const later = there({ ...state, sensors: { roomC: unread, pvW: good }, zones: {} });
  assert.equal(later.facts.zones, []);
  assert.equal(later.facts.sensors, ['roomC', 'pvW'], 'what was read once is there');
  assert.equal([...later.silent], []);
  assert.is(there(state).facts.zones.length, 1);
});

test('the record outlives a restart; one that is damaged is told, and nothing is taken away for it', () => {
  const { dir, remove } = scratch();
  const file = join(dir, 'announced.json');
  const left: Left = { devices: { 'ha/x': ['sensor/a'] }, states: [] };
  try {
    openAnnounced(file, log)('mqtt://a:1').keep('cellar', left);
    const again = openAnnounced(file, log);
    assert.equal(again('mqtt://a:1').of('cellar'), left);
    assert.equal(again('own').names(), [], 'each broker has its own');
    again('mqtt://a:1').keep('cellar', undefined);
    assert.equal(openAnnounced(file, log)('mqtt://a:1').names(), []);
    for (const damaged of ['{"own": {"cell', '{"own": {"cellar": 7}}']) {
      writeFileSync(file, damaged);
      assert.equal(openAnnounced(file, log)('own').names(), []);
    }
  } finally {
    remove();
  }
});

test.run();
