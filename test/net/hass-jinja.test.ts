import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OverrideCommand } from '../../src/contract/comfort.ts';
import { ControlState, SetCommand } from '../../src/contract/messages.ts';
import { SENSOR_NAMES } from '../../src/contract/points.ts';
import { TOPICS, type TopicName, topicPath } from '../../src/contract/topics.ts';
import type { Component } from '../../src/net/hass/components.ts';
import { discovery } from '../../src/net/hass/discovery.ts';
import { UNIT } from './helpers.ts';
import { SAMPLES } from './samples.ts';

/** The templates, rendered by the engine that Home Assistant uses, in its sandbox. */
const RENDER = `
import json, sys
try:
    from jinja2.sandbox import ImmutableSandboxedEnvironment
except ImportError:
    sys.exit(77)
env = ImmutableSandboxedEnvironment()
print(json.dumps({k: env.from_string(t).render(**given) for k, (t, given) in json.load(sys.stdin).items()}))
`;
/** The recorder of Home Assistant keeps no attributes above 16384 bytes; name, unit and classes of the entity are among them. */
const RECORDED_BYTES = 16_384 - 512;
const LIVING = { zone: 'living-room', humidity: true, window: true };
const facts = { unit: UNIT, discoveryPrefix: 'homeassistant', version: '0', board: 'sim', simulated: true };
const messages = discovery({
  ...facts,
  language: 'en',
  commands: true,
  sensors: SENSOR_NAMES,
  zones: [LIVING],
  updates: true,
});
const cmps = Object.assign({}, ...messages.map((m) => m.payload.cmps)) as Record<string, Component>;
const water = cmps.water_heater!;
const climate = cmps.climate!;
const byTopic = new Map((Object.keys(TOPICS) as TopicName[]).map((n) => [topicPath(UNIT, n), SAMPLES[n] as unknown]));
const ACTIONS = ControlState.shape.action.options;
const MODES = { heat: 'heating', off: 'off', auto: 'auto', cool: 'cooling' } as const;
const valued = Object.entries(cmps).filter(([, c]) => c.value_template);

const bad = structuredClone(SAMPLES.controlState);
bad.sensors.roomC = { value: 85, ageMs: 0, quality: 'bad' };
bad.sensors.gasOk = { value: null, ageMs: 0, quality: 'missing' };
bad.energy.cop = null;
delete bad.zones;
const long = { ...SAMPLES.said, reason: 'x'.repeat(400) };

/** All at once, by name: starting Python costs more than all the rest. */
const jobs: Record<string, [template: unknown, given: object]> = {
  'bad current': [climate.current_temperature_template, { value_json: bad }],
  'set room': [climate.temperature_command_template, { value: 20.5 }],
  'set water': [water.temperature_command_template, { value: 50 }],
};
for (const [key, c] of valued) {
  jobs[`good ${key}`] = [c.value_template, { value_json: byTopic.get(c.state_topic as string) }];
}
jobs['bad reason'] = [cmps.reason!.value_template, { value_json: long }];
for (const key of ['room_c', 'gas_ok', 'cop', 'zone_temperature', 'zone_window']) {
  jobs[`bad ${key}`] = [cmps[key]!.value_template, { value_json: bad }];
}
for (const [theirs, ours] of Object.entries(MODES)) {
  const setPoints = { ...SAMPLES.controlState.setPoints, mode: ours };
  jobs[`show ${ours}`] = [climate.mode_state_template, { value_json: { setPoints } }];
  jobs[`set ${theirs}`] = [climate.mode_command_template, { value: theirs }];
}
const overridden = (kind: string) => ({ value_json: { overrides: [{ kind }] } });
for (const preset of ['boost', 'sleep', 'away', 'none']) {
  const kind = { boost: 'warmer', sleep: 'quiet', away: 'holiday', none: 'pause-compute' }[preset]!;
  jobs[`preset ${preset}`] = [climate.preset_mode_value_template, overridden(kind)];
  jobs[`wish ${preset}`] = [climate.preset_mode_command_template, { value: preset }];
}
for (const mode of ['heat_pump', 'high_demand']) {
  jobs[`water ${mode}`] = [water.mode_state_template, overridden(mode === 'heat_pump' ? 'quiet' : 'hot-water-once')];
  jobs[`wish ${mode}`] = [water.mode_command_template, { value: mode }];
}
/** What control tells of a long list, with figures as unround and times as odd as they come. */
const listOf = (quarters: number) => {
  const iso = (i: number) => new Date(Date.UTC(2026, 0, 31, 23) + i * 900_000 + (i === 0 ? 4567 : 0)).toISOString();
  const prices = Array.from({ length: quarters }, (_, i) => ({
    ...{ time: iso(i), end: iso(i + 1) },
    ...{ value: -0.123456789 - i / 7e4, sold: 0.0811111111 - i / 9e4 },
  }));
  return { source: 'list', knownUntil: iso(quarters), prices };
};
const PRICED = { price_eur_per_kwh: 'value', export_eur_per_kwh: 'sold' } as const;
const QUARTERS = [0, 1, 192, 288, 400];
for (const key of Object.keys(PRICED)) {
  for (const n of QUARTERS) jobs[`${key} ${n}`] = [cmps[key]!.json_attributes_template, { value_json: listOf(n) }];
}
jobs['price unknown'] = [
  cmps.price_eur_per_kwh!.json_attributes_template,
  { value_json: { source: null, knownUntil: null, prices: [] } },
];
for (const action of ACTIONS) jobs[`action ${action}`] = [climate.action_template, { value_json: { action } }];

const python = spawnSync('python3', ['-c', RENDER], { input: JSON.stringify(jobs), encoding: 'utf8' });
if (python.error || python.status === 77) {
  process.stdout.write('SKIP hass-jinja: needs python3 with jinja2 (Debian: python3-jinja2)\n');
} else {
  test('every state template gives a value of its kind', () => {
    assert.is(python.status, 0, python.stderr);
    const shown = JSON.parse(python.stdout);
    for (const [key, c] of valued) {
      const text: string = shown[`good ${key}`];
      if (c.p === 'binary_sensor' || c.p === 'switch') assert.ok(['ON', 'OFF'].includes(text), `${key}: ${text}`);
      else if (c.options) assert.ok((c.options as string[]).includes(text), `${key}: ${text}`);
      else if (c.state_class || c.p === 'number')
        assert.ok(text && Number.isFinite(Number(text)), `${key}: "${text}"; its value belongs in test/net/samples.ts`);
      else assert.ok(text.length > 5 && text.length <= 255, `${key}: ${text}`);
    }
  });

  test('a bad reading is unknown, a contact that cannot be read is an alarm, a long reason is cut', () => {
    const shown = JSON.parse(python.stdout);
    const of = (key: string) => shown[`bad ${key}`];
    assert.equal([of('room_c'), of('gas_ok'), of('cop'), of('current')], ['None', 'ON', 'None', 'None']);
    assert.is(of('reason').length, 255);
    assert.equal([of('zone_temperature'), of('zone_window')], ['None', 'OFF'], 'a room that is silent');
  });

  test('climate: modes and actions both ways, in words Home Assistant knows; commands that control takes', () => {
    const shown = JSON.parse(python.stdout);
    const command = (job: string) => SetCommand.parse(JSON.parse(shown[job])).value;
    for (const [theirs, ours] of Object.entries(MODES)) {
      assert.is(shown[`show ${ours}`], theirs);
      assert.is(command(`set ${theirs}`), ours);
    }
    for (const action of ACTIONS) {
      assert.ok(['off', 'idle', 'heating', 'cooling', 'defrosting'].includes(shown[`action ${action}`]), action);
    }
    assert.equal([command('set room'), command('set water')], [20.5, 50]);
  });

  test('prices ahead fit into what the recorder keeps of attributes, and say when each begins and what it is', () => {
    const shown = JSON.parse(python.stdout);
    for (const [key, field] of Object.entries(PRICED)) {
      assert.is(cmps[key]!.json_attributes_topic, topicPath(UNIT, 'pricesAhead'));
      for (const n of QUARTERS) {
        const told = JSON.parse(shown[`${key} ${n}`]);
        assert.ok(Buffer.byteLength(JSON.stringify(told)) < RECORDED_BYTES, `${n}: ${JSON.stringify(told).length}`);
        const list = listOf(n);
        assert.is(told.knownUntil, list.knownUntil);
        assert.is(told.prices.length, Math.min(n, 340), 'three days in quarters of an hour and more');
        for (const [i, { time, value }] of told.prices.entries()) {
          assert.is(Date.parse(time), Math.floor(Date.parse(list.prices[i]!.time) / 60_000) * 60_000);
          assert.ok(Math.abs(value - list.prices[i]![field]) <= 0.00005, `${value}`);
        }
      }
    }
    assert.equal(JSON.parse(shown['price unknown']), { source: null, knownUntil: null, prices: [] });
  });

  test('presets and hot water once: both ways, as wishes that control takes', () => {
    const shown = JSON.parse(python.stdout);
    for (const preset of ['boost', 'sleep', 'away', 'none']) assert.is(shown[`preset ${preset}`], preset);
    for (const mode of ['heat_pump', 'high_demand']) assert.is(shown[`water ${mode}`], mode);
    const wish = (word: string) => {
      const { kind, forMin } = OverrideCommand.parse(JSON.parse(shown[`wish ${word}`]));
      return `${kind} ${forMin}`;
    };
    assert.equal(['boost', 'sleep', 'away', 'none'].map(wish), [
      'warmer 180',
      'quiet 480',
      'holiday 10080',
      'comfort 0',
    ]);
    assert.equal(['high_demand', 'heat_pump'].map(wish), ['hot-water-once 180', 'hot-water-once 0']);
  });

  test.run();
}
