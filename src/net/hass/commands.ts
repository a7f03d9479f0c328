import type { OverrideCommand } from '../../contract/comfort.ts';
import { MODES as ALL_MODES, OPERATIONS, type SetPoints } from '../../contract/messages.ts';
import { isGroup, OVERRIDE_MIN } from '../../contract/override-kinds.ts';
import { SET_NAMES } from '../../contract/set-names.ts';
import { topicPath } from '../../contract/topics.ts';
import type { Component } from './components.ts';
import { BY, bounds, overridePayload, setTemplate } from './payloads.ts';
import { climate, waterHeater } from './thermostats.ts';

/** Entities by which people change something. */

/** What an hour of computing is worth to the owner: the input of the dispatch rule that only he knows. */
function computeValue(state: string, set: string): Component {
  return {
    p: 'number',
    name: SET_NAMES.computeValueEurPerKwh,
    state_topic: state,
    value_template: '{{ value_json.setPoints.computeValueEurPerKwh }}',
    command_topic: set,
    command_template: setTemplate('computeValueEurPerKwh', '{{ value }}'),
    unit_of_measurement: 'EUR/kWh',
    ...bounds('computeValueEurPerKwh'),
    step: 0.01,
    mode: 'box',
    entity_category: 'config',
  };
}

/** The same set-points as plain numbers and choices, for automations that want no thermostat. */
function setNumber(
  name: string,
  state: string,
  set: string,
  point: 'roomSetC' | 'hotWaterSetC',
  step: number,
): Component {
  return {
    p: 'number',
    name,
    state_topic: state,
    value_template: `{{ value_json.setPoints.${point} }}`,
    command_topic: set,
    command_template: setTemplate(point, '{{ value }}'),
    device_class: 'temperature',
    unit_of_measurement: '°C',
    ...bounds(point),
    step,
    mode: 'box',
    entity_category: 'config',
  };
}

function setSelect(
  name: string,
  state: string,
  set: string,
  point: 'mode' | 'operation',
  options: readonly string[],
): Component {
  return {
    p: 'select',
    name,
    state_topic: state,
    value_template: `{{ value_json.setPoints.${point} }}`,
    command_topic: set,
    command_template: setTemplate(point, '"{{ value }}"'),
    options: [...options],
    entity_category: 'config',
  };
}

function toggle(
  name: string,
  state: string,
  set: string,
  isOn: string,
  point: keyof SetPoints,
  values: [on: string, off: string],
): Component {
  return {
    p: 'switch',
    name,
    state_topic: state,
    value_template: `{{ 'ON' if ${isOn} else 'OFF' }}`,
    state_on: 'ON',
    state_off: 'OFF',
    command_topic: set,
    payload_on: setTemplate(point, values[0]),
    payload_off: setTemplate(point, values[1]),
  };
}

/** A wish that ends by itself, as a button. */
function button(name: string, topic: string, kind: OverrideCommand['kind']): Component {
  const forMin = isGroup(kind) ? 0 : OVERRIDE_MIN[kind];
  return { p: 'button', name, command_topic: topic, payload_press: overridePayload(kind, forMin) };
}

export function commandEntities(unit: string): Record<string, Component> {
  const state = topicPath(unit, 'controlState');
  const set = topicPath(unit, 'set');
  const override = topicPath(unit, 'override');
  const operation = 'value_json.setPoints.operation';
  return {
    climate: climate(state, set, override),
    waterHeater: waterHeater(state, set, override),
    roomSetC: setNumber(SET_NAMES.roomSetC, state, set, 'roomSetC', 0.5),
    hotWaterSetC: setNumber(SET_NAMES.hotWaterSetC, state, set, 'hotWaterSetC', 1),
    mode: setSelect(SET_NAMES.mode, state, set, 'mode', ALL_MODES),
    // Commissioning moves the machine: it is begun where somebody stands before it (page, command line).
    operation: {
      ...setSelect(SET_NAMES.operation, state, set, 'operation', ['auto', 'observe']),
      value_template: `{{ value_json.setPoints.operationAfter if ${operation} == 'commission' else ${operation} }}`,
    },
    computeValueEurPerKwh: computeValue(state, set),
    computeOn: toggle(SET_NAMES.computeOn, state, set, 'value_json.setPoints.computeOn', 'computeOn', [
      'true',
      'false',
    ]),
    observeOnly: {
      ...toggle('observe only', state, set, `${operation} == '${OPERATIONS[1]}'`, 'operation', [
        `"${OPERATIONS[1]}"`,
        `"${OPERATIONS[0]}"`,
      ]),
      entity_category: 'config',
    },
    acknowledge: {
      p: 'button',
      name: 'acknowledge fault',
      command_topic: topicPath(unit, 'acknowledge'),
      payload_press: JSON.stringify({ by: BY }),
    },
    warmer3h: button('warmer for 3 h', override, 'warmer'),
    hotWaterOnce: button('hot water once', override, 'hot-water-once'),
    quiet2h: button('quiet for 2 h', override, 'quiet'),
    pauseCompute2h: button('pause computing for 2 h', override, 'pause-compute'),
    holiday7d: button('holiday for 7 days', override, 'holiday'),
    endOverrides: button('end all overrides', override, 'all'),
  };
}

/** Presets are sent or not there at all; the rest is shown by what is left. */
const SENDS = /command_|^preset_mode/;

/** Where commands are not taken: room and hot water with what they are set to, without a topic to change it by. */
export function readOnlyEntities(unit: string): Record<string, Component> {
  const { climate, waterHeater } = commandEntities(unit) as Record<'climate' | 'waterHeater', Component>;
  const shown = (all: Component) =>
    Object.fromEntries(Object.entries(all).filter(([key]) => !SENDS.test(key))) as unknown as Component;
  return { climate: shown(climate), waterHeater: shown(waterHeater) };
}
