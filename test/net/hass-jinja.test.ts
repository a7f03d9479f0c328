import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ControlState, SetCommand } from '../../src/contract/messages.ts';
import { SENSOR_NAMES } from '../../src/contract/points.ts';
import { TOPICS, type TopicName, topicPath } from '../../src/contract/topics.ts';
import { discovery } from '../../src/net/hass/discovery.ts';
import { UNIT } from './helpers.ts';
import { SAMPLES } from './samples.ts';

/** The templates, rendered by the engine that Home Assistant uses, in its sandbox. */
const RENDER = `
import json, sys
from jinja2.sandbox import ImmutableSandboxedEnvironment
env = ImmutableSandboxedEnvironment()
print(json.dumps([env.from_string(j["template"]).render(**j["with"]) for j in json.load(sys.stdin)]))
`;
interface Job {
  template: string;
  with: Record<string, unknown>;
}
const render = (jobs: Job[]): string[] => {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', RENDER], {
    input: JSON.stringify(jobs),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

if (spawnSync('python3', ['-c', 'import jinja2']).status !== 0) {
  process.stdout.write('SKIP hass-jinja: needs python3 with jinja2 (Debian: python3-jinja2)\n');
} else {
  const facts = { unit: UNIT, discoveryPrefix: 'homeassistant', version: '0', board: 'sim', simulated: true };
  const { cmps } = discovery({ ...facts, sensors: SENSOR_NAMES }).payload;
  const byTopic = new Map((Object.keys(TOPICS) as TopicName[]).map((n) => [topicPath(UNIT, n), SAMPLES[n] as unknown]));

  test('every state template gives a value of its kind', () => {
    const entries = Object.entries(cmps).filter(([, c]) => c.value_template);
    const jobs = entries.map(([, c]) => ({
      template: c.value_template as string,
      with: { value_json: byTopic.get(c.state_topic as string) },
    }));
    render(jobs).forEach((text, i) => {
      const [key, c] = entries[i]!;
      if (c.p === 'binary_sensor' || c.p === 'switch') assert.ok(['ON', 'OFF'].includes(text), `${key}: ${text}`);
      else if (c.options) assert.ok((c.options as string[]).includes(text), `${key}: ${text}`);
      else if (c.state_class || c.p === 'number') assert.ok(Number.isFinite(Number(text)) && text, `${key}: ${text}`);
      else assert.ok(text.length > 5 && text.length <= 255, `${key}: ${text}`);
    });
  });

  test('a bad reading is unknown, a contact that cannot be read is an alarm, a long reason is cut', () => {
    const state = structuredClone(SAMPLES.controlState);
    state.sensors.roomC = { value: 85, ageMs: 0, quality: 'bad' };
    state.sensors.gasOk = { value: null, ageMs: 0, quality: 'missing' };
    state.energy.cop = null;
    state.reasons = [{ what: 'unit', code: 'X', text: 'x'.repeat(400) }];
    const of = (key: string, template = 'value_template') => ({
      template: cmps[key]![template] as string,
      with: { value_json: state },
    });
    const [room, gas, cop, reason, current] = render([
      of('room_c'),
      of('gas_ok'),
      of('cop'),
      of('reason'),
      of('climate', 'current_temperature_template'),
    ]);
    assert.equal([room, gas, cop, reason!.length, current], ['None', 'ON', 'None', 255, 'None']);
  });

  test('climate: modes and actions both ways, in words Home Assistant knows', () => {
    const climate = cmps.climate!;
    const state = (over: object) => ({ value_json: { ...SAMPLES.controlState, ...over } });
    const setPoints = SAMPLES.controlState.setPoints;
    const modes = ['heating', 'off', 'cooling'].map((mode) => state({ setPoints: { ...setPoints, mode } }));
    const shown = render(modes.map((w) => ({ template: climate.mode_state_template as string, with: w })));
    assert.equal(shown, ['heat', 'off', 'cool']);
    const sent = render(
      ['heat', 'off', 'cool'].map((value) => ({ template: climate.mode_command_template as string, with: { value } })),
    ).map((text) => SetCommand.parse(JSON.parse(text)).value);
    assert.equal(sent, ['heating', 'off', 'cooling']);
    const actions = ControlState.shape.action.options;
    const words = render(
      actions.map((action) => ({ template: climate.action_template as string, with: state({ action }) })),
    );
    for (const word of words) assert.ok(['off', 'idle', 'heating', 'cooling'].includes(word), word);
    const [temperature, water] = render([
      { template: climate.temperature_command_template as string, with: { value: 20.5 } },
      { template: cmps.hot_water_set_c!.command_template as string, with: { value: 50 } },
    ]).map((text) => SetCommand.parse(JSON.parse(text)));
    assert.equal([temperature!.value, water!.value], [20.5, 50]);
  });

  test.run();
}
