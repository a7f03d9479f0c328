import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SENSOR_NAMES } from '../../src/contract/points.ts';
import type { Component } from '../../src/net/hass/components.ts';
import { discovery } from '../../src/net/hass/discovery.ts';
import { COMMON, DEVICE, MESSAGE, ORIGIN, PLATFORMS, SENSOR_CLASSES, WORDS } from './hass-schema.ts';
import { UNIT } from './helpers.ts';

const facts = { unit: UNIT, discoveryPrefix: 'homeassistant', version: '0', board: 'sim', sensors: SENSOR_NAMES };
const zones = [
  { zone: 'living-room', humidity: true, window: true },
  { zone: 'attic', humidity: false, window: false },
];
/** All the shapes that settings can give the messages. */
const messages = (['en', 'de'] as const).flatMap((language) =>
  [true, false].flatMap((yes) => discovery({ ...facts, language, zones, commands: yes, updates: yes, simulated: yes })),
);

/** What Home Assistant would drop or refuse in one entity. */
function faultsOf(key: string, c: Component): string[] {
  const platform = PLATFORMS[c.p];
  if (!platform) return [`${key}: no platform ${c.p}`];
  const faults: string[] = [];
  const known = new Set([...COMMON, ...platform.needs, ...platform.may]);
  for (const field of Object.keys(c)) if (!known.has(field)) faults.push(`${key}: ${c.p} has no ${field}`);
  for (const field of [...platform.needs, 'unique_id']) if (!(field in c)) faults.push(`${key}: ${field} is missing`);
  for (const [field, value] of Object.entries(c)) {
    const words = WORDS[c.p]?.[field];
    for (const one of words ? [value].flat() : [])
      if (!words!.includes(String(one))) faults.push(`${key}: ${field} ${one}`);
    if (field.endsWith('_topic') && (typeof value !== 'string' || /[#+\0]|^$/.test(value)))
      faults.push(`${key}: ${field} is no topic`);
    if (field.endsWith('_template') && typeof value !== 'string') faults.push(`${key}: ${field} is no template`);
  }
  if (c.entity_category !== undefined && !platform.categories.includes(String(c.entity_category)))
    faults.push(`${key}: category ${c.entity_category}`);
  return [...faults, ...(c.p === 'sensor' ? sensorFaults(key, c) : []), ...rangeFaults(key, c)];
}

function sensorFaults(key: string, c: Component): string[] {
  const { device_class: kind, unit_of_measurement: unit, state_class: state, options } = c as Record<string, string>;
  if ((options !== undefined) !== (kind === 'enum')) return [`${key}: options go with enum alone`];
  // Without a state class a number has no statistics.
  if (kind === undefined) return unit && !state ? [`${key}: no state class`] : [];
  const allowed = SENSOR_CLASSES[kind];
  if (!allowed) return [`${key}: no class ${kind}`];
  const isUnit = unit === undefined ? allowed.units.length === 0 : allowed.units.includes(unit);
  const isState = state === undefined || allowed.states.includes(state);
  return isUnit && isState ? [] : [`${key}: ${kind} in ${unit} as ${state}`];
}

function rangeFaults(key: string, c: Component): string[] {
  if (c.p === 'number' && !(Number(c.min) < Number(c.max) && Number(c.step) >= 0.001)) return [`${key}: range`];
  if (c.p === 'climate' && (c.preset_modes as string[] | undefined)?.includes('none'))
    return [`${key}: none is no preset`];
  if ('precision' in c && ![0.1, 0.5, 1].includes(Number(c.precision))) return [`${key}: precision`];
  return [];
}

test('every entity in every shape of the messages has keys, words and units that Home Assistant takes', () => {
  const faults = messages.flatMap(({ payload }) =>
    Object.entries(payload.cmps).flatMap(([key, component]) => faultsOf(key, component)),
  );
  assert.equal(faults, []);
  const used = new Set(messages.flatMap(({ payload }) => Object.values(payload.cmps).map(({ p }) => p)));
  assert.equal([...used].sort(), Object.keys(PLATFORMS).sort());
});

test('messages, devices and origins have the keys they must and no other; a device behind another names one that is there', () => {
  const only = (what: object, needs: readonly string[], may: readonly string[]) => {
    for (const need of needs) assert.ok(need in what, need);
    for (const key of Object.keys(what)) assert.ok([...needs, ...may].includes(key), key);
  };
  const ids = new Set(messages.flatMap(({ payload }) => payload.dev.identifiers as string[]));
  for (const { topic, payload } of messages) {
    only(payload, MESSAGE.needs, MESSAGE.may);
    only(payload.dev, ['identifiers'], DEVICE);
    only(payload.o, ORIGIN.needs, ORIGIN.may);
    for (const availability of payload.availability) only(availability, ['topic'], ['payload_available']);
    assert.match(topic, /^homeassistant\/device\/[a-zA-Z0-9_-]+\/config$/);
    const { via_device: via } = payload.dev;
    assert.ok(via === undefined || ids.has(String(via)), String(via));
  }
});

test('every action that control tells is one of the words of a thermostat', () => {
  for (const { payload } of messages) {
    const { climate } = payload.cmps;
    if (!climate) continue;
    const shown = [...String(climate.action_template).matchAll(/: '(\w+)'/g)].map(([, word]) => word!);
    assert.ok(shown.length >= 7);
    for (const word of shown) assert.ok(WORDS.climate!.actions!.includes(word), word);
  }
});

test('the check itself finds what is wrong', () => {
  const sound = { p: 'sensor', name: 'x', state_topic: 'a/b', unique_id: 'x', device_class: 'power' };
  const wrong: [Partial<Component>, RegExp][] = [
    [{ unit_of_measurement: '°C', state_class: 'measurement' }, /power in °C/],
    [{ unit_of_measurement: 'W', state_class: 'total_increasing' }, /as total_increasing/],
    [{ unit_of_measurement: 'W', object_id: 'y' }, /no object_id/],
    [{ unit_of_measurement: 'W', entity_category: 'config' }, /category config/],
    [{ unit_of_measurement: 'W', options: ['a'] }, /enum alone/],
    [{ p: 'thermostat' }, /no platform/],
  ];
  for (const [change, text] of wrong) assert.match(faultsOf('x', { ...sound, ...change }).join(), text);
  assert.equal(faultsOf('x', { ...sound, unit_of_measurement: 'W', state_class: 'measurement' }), []);
});

test.run();
