import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { Acknowledge } from '../../src/contract/acknowledge.ts';
import { OverrideCommand } from '../../src/contract/comfort.ts';
import { DEFAULT_SETPOINTS, SetCommand } from '../../src/contract/messages.ts';
import { SENSOR_NAMES } from '../../src/contract/points.ts';
import { TOPICS, type TopicName, topicPath } from '../../src/contract/topics.ts';
import { applySet } from '../../src/control/setpoints.ts';
import { onlinePath } from '../../src/net/broker/acl.ts';
import { planOf } from '../../src/net/hass/announced.ts';
import { type DeviceFacts, discovery, retiredKeys } from '../../src/net/hass/discovery.ts';
import { UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';
import { testNet } from './stubs.ts';

const FACTS: DeviceFacts = {
  unit: UNIT,
  discoveryPrefix: 'homeassistant',
  version: '0.0.0',
  board: 'sim',
  simulated: true,
  language: 'en',
  commands: true,
  sensors: SENSOR_NAMES,
  zones: [{ zone: 'living-room', humidity: true, window: true }],
  updates: true,
};
const GOLDEN = new URL('golden/hass-discovery.json', import.meta.url);
const messages = discovery(FACTS);
const { payload } = messages[0]!;
const components = messages.flatMap((m) => Object.entries(m.payload.cmps));

test('every entity has what its platform demands, and no two share an id', () => {
  const needs: Record<string, string[]> = {
    sensor: ['state_topic', 'value_template'],
    binary_sensor: ['state_topic', 'value_template'],
    number: ['command_topic', 'command_template', 'state_topic', 'min', 'max', 'step'],
    select: ['command_topic', 'command_template', 'state_topic', 'options'],
    switch: ['command_topic', 'payload_on', 'payload_off', 'state_on', 'state_off'],
    button: ['command_topic', 'payload_press'],
    climate: ['mode_command_topic', 'temperature_command_topic', 'current_temperature_topic', 'action_topic'],
    water_heater: ['mode_command_topic', 'temperature_command_topic', 'current_temperature_topic', 'modes'],
    event: ['state_topic', 'event_types', 'value_template'],
    update: ['state_topic', 'device_class'],
  };
  const ids = new Set<unknown>();
  for (const [key, c] of components) {
    for (const field of ['unique_id', 'default_entity_id', ...(needs[c.p] ?? ['unknown platform'])]) {
      assert.ok(field in c, `${key}: ${field}`);
    }
    assert.match(c.default_entity_id as string, new RegExp(`^${c.p}\\.[a-z0-9_]+$`), key);
    assert.not.ok('retain' in c || 'object_id' in c, key);
    ids.add(c.unique_id).add(c.default_entity_id);
  }
  assert.is(ids.size, 2 * components.length);
});

test('it reads and writes only topics that the role home may', () => {
  const names = Object.keys(TOPICS) as TopicName[];
  const readable = names.filter((n) => (TOPICS[n].readers as readonly string[]).includes('home'));
  const writable = names.filter((n) => (TOPICS[n].senders as readonly string[]).includes('home'));
  for (const [key, c] of components) {
    for (const [field, value] of Object.entries(c)) {
      if (!field.endsWith('_topic')) continue;
      const allowed = field.endsWith('command_topic') ? writable : readable;
      assert.ok(
        allowed.some((n) => topicPath(UNIT, n) === value),
        `${key}: ${field} ${value}`,
      );
    }
  }
  assert.equal(payload.availability, [{ topic: onlinePath(UNIT) }]);
});

test('numbers and choices send what the contract takes, and offer nothing else', () => {
  const values = {
    number: (c: Record<string, unknown>) => [c.min, c.max],
    select: (c: Record<string, unknown>) => c.options,
  };
  for (const [key, c] of components.filter(([, c]) => c.p in values)) {
    for (const value of values[c.p as keyof typeof values](c) as (string | number)[]) {
      const sent = (c.command_template as string).replace('{{ value }}', String(value));
      const command = SetCommand.parse(JSON.parse(sent));
      assert.ok('setPoints' in applySet(DEFAULT_SETPOINTS, command), `${key}: ${sent}`);
    }
  }
});

test('each button sends a wish that the contract takes', () => {
  const buttons = components.filter(([, c]) => c.p === 'button');
  assert.is(buttons.length, 7);
  for (const [key, c] of buttons) {
    if (c.command_topic === topicPath(UNIT, 'acknowledge')) {
      Acknowledge.parse(JSON.parse(c.payload_press as string));
      continue;
    }
    const command = OverrideCommand.parse(JSON.parse(c.payload_press as string));
    assert.is(command.kind === 'all', command.forMin === 0, key);
  }
});

test('a house without a tank has no water heater, no set-point of it and no button', () => {
  const keys = (sensors: DeviceFacts['sensors'], commands: boolean) =>
    discovery({ ...FACTS, sensors, commands }).flatMap((m) => Object.keys(m.payload.cmps));
  const without = SENSOR_NAMES.filter((name) => name !== 'hotWaterC');
  for (const commands of [true, false]) {
    const gone = keys(SENSOR_NAMES, commands).filter((key) => !keys(without, commands).includes(key));
    const sends = commands ? ['hot_water_set_c', 'hot_water_once'] : [];
    assert.equal(gone.sort(), ['hot_water_c', 'water_heater', ...sends].sort());
  }
});

test('sensors that a board lacks get no entity; the message stays far under the limit', () => {
  const without = discovery({ ...FACTS, sensors: SENSOR_NAMES.filter((n) => n !== 'pvW') });
  assert.not('pv_w' in without[0]!.payload.cmps);
  assert.ok('pv_w' in payload.cmps);
  assert.ok(Buffer.byteLength(JSON.stringify(payload)) < 32_768);
});

test('the accelerator is a device behind the unit; every entity stands in one device only', () => {
  const [unit, accelerator] = messages.map((m) => m.payload);
  assert.is(accelerator!.dev.via_device, (unit!.dev.identifiers as string[])[0]);
  assert.ok('accel_w' in accelerator!.cmps && 'room_c' in unit!.cmps && 'climate' in unit!.cmps);
  assert.is(new Set(components.map(([key]) => key)).size, components.length);
});

test('two units live in one Home Assistant: no topic, device or entity of one is the other’s', () => {
  const ids = (unit: string) =>
    discovery({ ...FACTS, unit }).flatMap((m) => [
      m.topic,
      String(m.payload.dev.identifiers),
      ...Object.values(m.payload.cmps).flatMap((c) =>
        Object.entries(c).flatMap(([key, value]) => (/unique_id|_topic$/.test(key) ? [String(value)] : [])),
      ),
    ]);
  const first = new Set(ids('cellar'));
  assert.ok(first.size > 50);
  assert.equal(
    ids('attic').filter((id) => first.has(id)),
    [],
  );
});

test('names follow the language, ids do not', () => {
  const german = discovery({ ...FACTS, language: 'de' });
  for (const [i, message] of german.entries()) {
    for (const [key, c] of Object.entries(message.payload.cmps)) {
      const english = messages[i]!.payload.cmps[key]!;
      assert.equal([c.unique_id, c.default_entity_id], [english.unique_id, english.default_entity_id]);
    }
  }
  assert.is(german[0]!.payload.cmps.outdoor_c!.name, 'Draußen');
});

test('where no commands are taken, nothing is shown that could send one, and what was shown goes', () => {
  const less = { ...FACTS, commands: false, updates: false };
  const devices = discovery(less);
  assert.not.match(JSON.stringify(devices), /command_topic/);
  const known = { devices: { [messages[0]!.topic]: Object.entries(payload.cmps).map(([k, { p }]) => `${p}/${k}`) } };
  const late = { discoveryPrefix: 'homeassistant', states: [], silent: new Set<string>(), ranMs: 0 };
  const plan = planOf({ ...known, states: [] }, { ...late, devices, retired: retiredKeys(less) });
  const { climate, water_heater, room_set_c, warmer3h, update, room_c } = plan.partings[0]!.payload.cmps;
  assert.equal([room_set_c, warmer3h, update], [{ p: 'number' }, { p: 'button' }, { p: 'update' }]);
  for (const shown of [climate, water_heater]) {
    assert.match(String(shown!.temperature_state_template), 'setPoints');
    assert.is(shown!.preset_modes, undefined, 'a preset is nothing but a command');
  }
  assert.ok(Object.keys(room_c!).length > 1);
  const { room_c: _, ...without } = devices[0]!.payload.cmps;
  const lacking = [{ ...devices[0]!, payload: { ...devices[0]!.payload, cmps: without } }];
  const early = planOf({ ...known, states: [] }, { ...late, devices: lacking, retired: new Set() });
  assert.equal(early.partings, [], 'a sensor may only be late');
});

test('what only an installer wants is there but switched off', () => {
  assert.is(payload.cmps.discharge_c!.enabled_by_default, false);
  assert.not('enabled_by_default' in payload.cmps.room_c!);
});

test('the sample dashboard shows entities that there are', () => {
  const text = readFileSync(new URL('../../docs/home-assistant-dashboard.yaml', import.meta.url), 'utf8');
  const there = new Set(
    discovery({ ...FACTS, unit: 'heatmine' }).flatMap((m) =>
      Object.values(m.payload.cmps).map((c) => c.default_entity_id),
    ),
  );
  const shown = [...JSON.stringify(parse(text)).matchAll(/\b[a-z_]+\.heatmine\w*/g)].map(([id]) => id);
  assert.ok(shown.length > 25);
  for (const id of shown) assert.ok(there.has(id), id);
});

test('golden: the message changes only on purpose', () => {
  if (process.env.UPDATE_GOLDEN) writeFileSync(GOLDEN, JSON.stringify(messages, null, 2));
  const golden = JSON.parse(readFileSync(GOLDEN, 'utf8'));
  assert.equal(messages, golden, 'UPDATE_GOLDEN=1, `npm run fix`, and look at the diff');
});

for (const discoveryPrefix of ['homeassistant', 'heim']) {
  test(`a whole turn below ${discoveryPrefix}/: announced, available, set as Home Assistant does it, announced again on its birth`, async () => {
    const net = await testNet({ net: { discoveryPrefix } });
    const topic = `${discoveryPrefix}/device/heatmine_${UNIT}/config`;
    try {
      const home = await net.broker.client('home');
      const seen: string[] = [];
      home.on('message', (path) => seen.push(path));
      const online: string[] = [];
      home.on('message', (path, text) => path === onlinePath(UNIT) && online.push(`${text}`));
      await home.subscribeAsync([`${discoveryPrefix}/#`, onlinePath(UNIT)]);
      const control = await net.broker.client('control');
      const commands: SetCommand[] = [];
      control.on('message', (_path, text) => commands.push(SetCommand.parse(JSON.parse(`${text}`))));
      await control.subscribeAsync(topicPath(UNIT, 'set'));
      await control.publishAsync(topicPath(UNIT, 'controlState'), JSON.stringify(SAMPLES.controlState));
      await until('discovery', () => seen.includes(topic));
      await until('available', () => online.at(-1) === 'online');

      // The payload that Home Assistant's template renders for 21.5 degrees, and the switch's fixed payload.
      const { climate, compute_on: compute } = payload.cmps;
      const rendered = (climate!.temperature_command_template as string).replace('{{ value }}', '21.5');
      await home.publishAsync(climate!.temperature_command_topic as string, rendered);
      await home.publishAsync(compute!.command_topic as string, compute!.payload_off as string);
      await until('commands', () => commands.length === 2);
      assert.equal(commands, [
        { name: 'roomSetC', value: 21.5, by: 'home-assistant' },
        { name: 'computeOn', value: false, by: 'home-assistant' },
      ]);

      seen.length = 0;
      await home.publishAsync(`${discoveryPrefix}/status`, 'online');
      await until('again', () => seen.includes(topic));
      await control.endAsync();
      await until('unavailable once control is silent', () => online.at(-1) === 'offline', 15_000);
    } finally {
      await net.end();
    }
  });
}

test.run();
