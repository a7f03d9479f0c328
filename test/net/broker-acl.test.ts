import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROLES, type Role, TOPICS, type TopicName, topicPath } from '../../src/contract/topics.ts';
import { accessTable, filtersMeet, onlinePath } from '../../src/net/broker/acl.ts';
import { testBroker, UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';

const names = Object.keys(TOPICS) as TopicName[];
const has = (roles: readonly Role[], role: Role) => roles.includes(role);

test('filters meet as MQTT says', () => {
  for (const [a, b, meet] of [
    ['#', 'a/b', true],
    ['a/#', 'a', true],
    ['a/+/c', 'a/b/c', true],
    ['a/+/c', 'a/b/d', false],
    ['+/+', 'a/b/c', false],
    ['homeassistant/+/+/config', 'homeassistant/#', true],
    ['a', 'a/b', false],
    ['other/#', 'heatmine/#', false],
  ] as const) {
    assert.is(filtersMeet(a, b), meet, `${a} and ${b}`);
    assert.is(filtersMeet(b, a), meet, `${b} and ${a}`);
  }
});

test('an empty payload takes a retained list back, and is no refusal', async () => {
  const broker = await testBroker();
  try {
    const [home, control] = [await broker.client('home'), await broker.client('control')];
    const path = topicPath(UNIT, 'prices');
    const got: string[] = [];
    control.on('message', (_, payload) => got.push(`${payload}`));
    await control.subscribeAsync(path);
    const list = JSON.stringify(SAMPLES.prices);
    await home.publishAsync(path, list, { retain: true, qos: 1 });
    await home.publishAsync(path, '', { retain: true, qos: 1 });
    await until('both', () => got.length === 2);
    assert.equal(got, [list, '']);
    assert.equal(Object.keys(broker.refusals()), []);
    const late = await broker.client('net');
    const heard: string[] = [];
    late.on('message', (_, __, { retain }) => heard.push(retain ? 'kept' : 'sent now'));
    await late.subscribeAsync(path);
    await home.publishAsync(path, list, { qos: 1 });
    await until('a word', () => heard.length > 0);
    assert.equal(heard, ['sent now'], 'nothing was kept for whoever comes late');
  } finally {
    await broker.end();
  }
});

test('every sender reaches exactly the readers of the table, and nobody else may send', async () => {
  const broker = await testBroker();
  try {
    const clients = new Map<Role, Awaited<ReturnType<typeof broker.client>>>();
    const got = new Map<Role, string[]>();
    for (const role of ROLES) {
      const client = await broker.client(role);
      got.set(role, []);
      // A subscription to everything: what arrives is what the role may read.
      await client.subscribeAsync('#');
      client.on('message', (topic, payload) => got.get(role)!.push(`${topic} ${JSON.parse(`${payload}`).by ?? ''}`));
      clients.set(role, client);
    }
    const setPath = topicPath(UNIT, 'set');
    // What home may not send, the broker tells net itself.
    const ofTheBroker = `${topicPath(UNIT, 'refused')} `;
    for (const name of names) {
      for (const sender of ROLES) {
        for (const list of got.values()) list.length = 0;
        const path = topicPath(UNIT, name);
        const client = clients.get(sender)!;
        await client.publishAsync(path, JSON.stringify({ ...SAMPLES[name], by: sender }), { qos: 1 });
        // Once this marker has come through, nothing sent before it is still under way.
        const marker = JSON.stringify({ ...SAMPLES.set, by: 'marker' });
        await clients.get('home')!.publishAsync(setPath, marker, { qos: 1 });
        await until('marker', () => got.get('control')!.includes(`${setPath} marker`));
        for (const reader of ROLES) {
          const may = has(TOPICS[name].senders, sender) && has(TOPICS[name].readers, reader);
          const seen = got.get(reader)!.filter((line) => line !== `${setPath} marker` && line !== ofTheBroker);
          assert.equal(seen, may ? [`${path} ${sender}`] : [], `${name}: ${sender} -> ${reader}`);
        }
      }
    }
  } finally {
    await broker.end();
  }
});

test('commissioning moves the machine: net may begin it, which serves page and command line, and nobody from outside', () => {
  const { ruleOf } = accessTable(UNIT, 'homeassistant');
  const message = Buffer.from(JSON.stringify({ name: 'operation', value: 'commission', by: 'x' }));
  const fault = (role: Role) => ruleOf(topicPath(UNIT, 'set'))!.fault(message, role);
  assert.is(fault('net'), undefined);
  assert.match(fault('home')!, /heatmine commission/);
  const end = Buffer.from(JSON.stringify({ name: 'operation', value: 'auto', by: 'x' }));
  assert.is(ruleOf(topicPath(UNIT, 'set'))!.fault(end, 'home'), undefined, 'whoever sees it may end it');
});

test('a retained message is delivered even when the next one follows in the same burst', async () => {
  const broker = await testBroker();
  try {
    const control = await broker.client('control');
    const net = await broker.client('net');
    await net.subscribeAsync([topicPath(UNIT, 'controlState'), topicPath(UNIT, 'grant')]);
    const got: string[] = [];
    net.on('message', (topic) => got.push(topic));
    const rounds = 10;
    for (let i = 0; i < rounds; i++) {
      control.stream.cork();
      control.publish(topicPath(UNIT, 'controlState'), JSON.stringify(SAMPLES.controlState), { retain: true });
      control.publish(topicPath(UNIT, 'grant'), JSON.stringify(SAMPLES.grant));
      control.stream.uncork();
    }
    await until('all of both', () => got.length === 2 * rounds);
    assert.is(got.filter((topic) => topic === topicPath(UNIT, 'controlState')).length, rounds);
  } finally {
    await broker.end();
  }
});

test('what a role may not read at all cannot be subscribed to', async () => {
  const broker = await testBroker();
  try {
    const home = await broker.client('home');
    for (const filter of [topicPath(UNIT, 'grant'), 'zigbee2mqtt/#', topicPath('otherunit', 'controlState')]) {
      const answer = await home.subscribeAsync(filter).then(
        () => 'granted',
        () => 'refused',
      );
      assert.is(answer, 'refused', filter);
    }
    const [granted] = await home.subscribeAsync(topicPath(UNIT, 'controlState'));
    assert.is(granted?.qos, 0);
  } finally {
    await broker.end();
  }
});

test('Home Assistant: discovery by net, status by home, availability by net with a last will', async () => {
  const broker = await testBroker();
  try {
    const will = { topic: onlinePath(UNIT), payload: Buffer.from('offline'), qos: 0 as const, retain: true };
    const net = await broker.client('net', { clientId: 'net-hass', will });
    const home = await broker.client('home');
    const seen: string[] = [];
    home.on('message', (topic, payload) => seen.push(`${topic}=${payload}`));
    await home.subscribeAsync(['homeassistant/#', onlinePath(UNIT)]);
    const status: string[] = [];
    net.on('message', (_topic, payload) => status.push(`${payload}`));
    await net.subscribeAsync('homeassistant/status');
    await home.publishAsync('homeassistant/status', 'online', { qos: 1 });
    await home.publishAsync('homeassistant/device/x/config', '{"forged":true}', { qos: 1, retain: true });
    await net.publishAsync('homeassistant/device/x/config', '{}', { qos: 1, retain: true });
    await until('status', () => status.includes('online'));
    await until('discovery', () => seen.includes('homeassistant/device/x/config={}'));
    assert.not.ok(seen.some((line) => line.includes('forged')));
    net.stream.destroy();
    await until('last will', () => seen.includes(`${onlinePath(UNIT)}=offline`));
    const late = await broker.client('home');
    const retained: string[] = [];
    late.on('message', (topic, payload, packet) => packet.retain && retained.push(`${topic}=${payload}`));
    await late.subscribeAsync('#');
    await until('retained', () => retained.length >= 2);
    assert.equal(retained.sort(), ['heatmine/testunit/online=offline', 'homeassistant/device/x/config={}']);
  } finally {
    await broker.end();
  }
});

test('a command is never retained, whatever its sender asks for', async () => {
  const broker = await testBroker();
  try {
    const home = await broker.client('home');
    await home.publishAsync(topicPath(UNIT, 'set'), JSON.stringify(SAMPLES.set), { qos: 1, retain: true });
    const control = await broker.client('control');
    const got: string[] = [];
    control.on('message', (_topic, payload) => got.push(JSON.parse(`${payload}`).by));
    await control.subscribeAsync(topicPath(UNIT, 'set'));
    await home.publishAsync(topicPath(UNIT, 'set'), JSON.stringify({ ...SAMPLES.set, by: 'live' }), { qos: 1 });
    await until('the live one', () => got.length > 0);
    assert.equal(got, ['live']);
  } finally {
    await broker.end();
  }
});

test('a payload that breaks its schema is dropped and counted, its sender stays connected', async () => {
  const broker = await testBroker();
  try {
    const control = await broker.client('control');
    const net = await broker.client('net');
    const got: string[] = [];
    net.on('message', (_topic, payload) => got.push(`${payload}`));
    await net.subscribeAsync(topicPath(UNIT, 'controlState'));
    const path = topicPath(UNIT, 'controlState');
    const hostile = ['nonsense', '[]', '{"tick":1}', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, '"\\ud800"'];
    for (const payload of hostile) await control.publishAsync(path, payload, { qos: 1, retain: true });
    await control.publishAsync(path, Buffer.from([0xff, 0xfe, 0x00]), { qos: 1 });
    await control.publishAsync(path, JSON.stringify(SAMPLES.controlState), { qos: 1 });
    await until('the good one', () => got.length > 0);
    assert.is(got.length, 1);
    assert.ok(control.connected);
    const counts = Object.entries(broker.refusals()).filter(([why]) => why.includes('control/state'));
    const total = counts.reduce((n, [, times]) => n + times, 0);
    assert.is(total, hostile.length + 1);
  } finally {
    await broker.end();
  }
});

test('the table has a rule for every topic and none for a stranger', () => {
  const access = accessTable(UNIT, 'homeassistant');
  for (const name of names) assert.ok(access.ruleOf(topicPath(UNIT, name)), name);
  for (const topic of ['$SYS/x', 'heatmine/testunit/other', 'homeassistant', '', 'heatmine/other/set']) {
    assert.is(access.ruleOf(topic), undefined, topic);
  }
});

test.run();
