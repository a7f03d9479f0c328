import type { Unit } from '../../contract/units.ts';

/** One entity of a device-based discovery message, https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload */
export type Component = { p: string; name: string | null } & Record<string, unknown>;

/** Of use to an installer only: there, but switched off until somebody wants it. */
export const diagnostic = (component: Component): Component => ({
  ...component,
  entity_category: 'diagnostic',
  enabled_by_default: false,
});

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
    suggested_display_precision: deviceClass ? 1 : 0,
    ...(deviceClass && { device_class: deviceClass }),
  };
}

/** Euros that have added up, up or down; Home Assistant lets money only be a `total`. */
export function money(name: string, topic: string, path: string): Component {
  return {
    p: 'sensor',
    name,
    state_topic: topic,
    value_template: `{{ value_json.${path} }}`,
    state_class: 'total',
    device_class: 'monetary',
    unit_of_measurement: 'EUR',
    suggested_display_precision: 2,
  };
}

export function sensorReading(label: string, topic: string, sensor: string, unit: Unit | undefined): Component {
  const at = `value_json.sensors.${sensor}`;
  return {
    ...measurement(label, topic, '', unit),
    value_template: `{{ ${at}.value if ${at}.quality == 'good' else none }}`,
  };
}

const BINARY_CLASSES = ['problem', 'gas', 'running'] as const;

/** On or off by an expression over the topic's JSON. */
export function binary(
  name: string,
  topic: string,
  isOn: string,
  deviceClass: (typeof BINARY_CLASSES)[number],
): Component {
  return {
    p: 'binary_sensor',
    name,
    state_topic: topic,
    value_template: `{{ 'ON' if ${isOn} else 'OFF' }}`,
    device_class: deviceClass,
  };
}

/** A switch that is closed while all is well, shown the way Home Assistant shows alarms: on means trouble. */
export function alarmContact(name: string, topic: string, sensor: string, deviceClass: 'problem' | 'gas'): Component {
  const at = `value_json.sensors.${sensor}`;
  return binary(name, topic, `not (${at}.quality == 'good' and ${at}.value == 1)`, deviceClass);
}

/** A wish that comes over a contact: closed is on. */
export function wishContact(name: string, topic: string, sensor: string): Component {
  const at = `value_json.sensors.${sensor}`;
  return binary(name, topic, `${at}.quality == 'good' and ${at}.value == 1`, 'running');
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
