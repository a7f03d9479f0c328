import type { OverrideCommand } from '../../contract/comfort.ts';
import { SetPoints } from '../../contract/messages.ts';
import type { Unit } from '../../contract/units.ts';

/** One entity of a device-based discovery message, https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload */
export type Component = { p: string; name: string | null } & Record<string, unknown>;

const BY = 'home-assistant';
/** How a command leaves Home Assistant: a SetCommand as JSON, with its own template around the value. */
const commandTemplate = (name: keyof SetPoints, valueTemplate: string) =>
  `{"name":"${name}","value":${valueTemplate},"by":"${BY}"}`;
const bounds = (name: 'roomSetC' | 'hotWaterSetC') => {
  const { minValue, maxValue } = SetPoints.shape[name];
  if (minValue === null || maxValue === null) throw new Error(`${name} has no bounds`);
  return { min: minValue, max: maxValue };
};

/** A measured number at `path` of the topic's JSON; a null or a reading that is not good shows as unknown. */
export function measurement(name: string, topic: string, path: string, unit: Unit | undefined): Component {
  return {
    p: 'sensor',
    name,
    state_topic: topic,
    value_template: `{{ value_json.${path} }}`,
    state_class: 'measurement',
    ...(unit?.deviceClass && { device_class: unit.deviceClass }),
    ...(unit?.symbol && { unit_of_measurement: unit.symbol }),
    ...(unit && { suggested_display_precision: unit.decimals }),
  };
}

/** As `measurement`, for what only grows and may start again at 0. */
export function counter(name: string, topic: string, path: string, unit: string, deviceClass?: 'energy'): Component {
  return {
    p: 'sensor',
    name,
    state_topic: topic,
    value_template: `{{ value_json.${path} }}`,
    state_class: 'total_increasing',
    unit_of_measurement: unit,
    ...(deviceClass && { device_class: deviceClass }),
  };
}

export function sensorReading(label: string, topic: string, sensor: string, unit: Unit | undefined): Component {
  const at = `value_json.sensors.${sensor}`;
  return {
    ...measurement(label, topic, '', unit),
    value_template: `{{ ${at}.value if ${at}.quality == 'good' else none }}`,
  };
}

/** A switch that is closed while all is well, shown the way Home Assistant shows alarms: on means trouble. */
export function alarmContact(name: string, topic: string, sensor: string, deviceClass: 'problem' | 'gas'): Component {
  const at = `value_json.sensors.${sensor}`;
  return {
    p: 'binary_sensor',
    name,
    state_topic: topic,
    value_template: `{{ 'OFF' if ${at}.quality == 'good' and ${at}.value == 1 else 'ON' }}`,
    device_class: deviceClass,
  };
}

/** A wish that comes over a contact: closed is on. */
export function wishContact(name: string, topic: string, sensor: string): Component {
  const at = `value_json.sensors.${sensor}`;
  const value_template = `{{ 'ON' if ${at}.quality == 'good' and ${at}.value == 1 else 'OFF' }}`;
  return { p: 'binary_sensor', name, state_topic: topic, value_template, device_class: 'running' };
}

export function choice(name: string, topic: string, path: string, options: readonly string[]): Component {
  return {
    p: 'sensor',
    name,
    state_topic: topic,
    value_template: `{{ value_json.${path} }}`,
    device_class: 'enum',
    options: [...options],
  };
}

/** Text for people; Home Assistant takes no state over 255 characters. */
export function sentence(name: string, topic: string, expression: string): Component {
  return { p: 'sensor', name, state_topic: topic, value_template: `{{ (${expression})[:255] }}` };
}

const MODES = { off: 'off', auto: 'auto', heat: 'heating', cool: 'cooling' } as const;
/** Home Assistant's words for our actions; during hot water, defrost and faults the room is not heated. */
const ACTIONS = {
  off: 'off',
  idle: 'idle',
  heating: 'heating',
  hotWater: 'idle',
  cooling: 'cooling',
  defrosting: 'idle',
  fault: 'idle',
} as const;
const asDict = (entries: [string, string][]) => `{${entries.map(([k, v]) => `'${k}': '${v}'`).join(', ')}}`;

export function climate(stateTopic: string, setTopic: string): Component {
  const modes = Object.entries(MODES);
  const { min, max } = bounds('roomSetC');
  const room = 'value_json.sensors.roomC';
  return {
    p: 'climate',
    // Without a name of its own it is called as the device.
    name: null,
    modes: Object.keys(MODES),
    mode_state_topic: stateTopic,
    mode_state_template: `{{ ${asDict(modes.map(([ours, theirs]) => [theirs, ours]))}[value_json.setPoints.mode] }}`,
    mode_command_topic: setTopic,
    mode_command_template: commandTemplate('mode', `"{{ ${asDict(modes)}[value] }}"`),
    temperature_state_topic: stateTopic,
    temperature_state_template: '{{ value_json.setPoints.roomSetC }}',
    temperature_command_topic: setTopic,
    temperature_command_template: commandTemplate('roomSetC', '{{ value }}'),
    current_temperature_topic: stateTopic,
    current_temperature_template: `{{ ${room}.value if ${room}.quality == 'good' else none }}`,
    action_topic: stateTopic,
    action_template: `{{ ${asDict(Object.entries(ACTIONS))}[value_json.action] }}`,
    temperature_unit: 'C',
    precision: 0.1,
    temp_step: 0.5,
    min_temp: min,
    max_temp: max,
  };
}

export function hotWaterNumber(stateTopic: string, setTopic: string): Component {
  return {
    p: 'number',
    name: 'hot water set-point',
    state_topic: stateTopic,
    value_template: '{{ value_json.setPoints.hotWaterSetC }}',
    command_topic: setTopic,
    command_template: commandTemplate('hotWaterSetC', '{{ value }}'),
    device_class: 'temperature',
    unit_of_measurement: '°C',
    ...bounds('hotWaterSetC'),
    step: 0.5,
  };
}

export function computeSwitch(stateTopic: string, setTopic: string): Component {
  return {
    p: 'switch',
    name: 'compute',
    state_topic: stateTopic,
    value_template: "{{ 'ON' if value_json.setPoints.computeOn else 'OFF' }}",
    state_on: 'ON',
    state_off: 'OFF',
    command_topic: setTopic,
    payload_on: commandTemplate('computeOn', 'true'),
    payload_off: commandTemplate('computeOn', 'false'),
  };
}

/** A wish that ends by itself, as a button. */
export function overrideButton(name: string, topic: string, kind: OverrideCommand['kind'], forMin: number): Component {
  return { p: 'button', name, command_topic: topic, payload_press: JSON.stringify({ kind, forMin, by: BY }) };
}
