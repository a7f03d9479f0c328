import { OVERRIDE_MIN } from '../../contract/override-kinds.ts';
import type { Component } from './components.ts';
import { bounds, overridePayload, setTemplate } from './payloads.ts';

const sensorOrNone = (name: string) => {
  const at = `value_json.sensors.${name}`;
  return `{{ ${at}.value if ${at} is defined and ${at}.quality == 'good' else none }}`;
};
const asDict = (entries: [string, string][]) => `{${entries.map(([k, v]) => `'${k}': '${v}'`).join(', ')}}`;

/** A choice that Home Assistant names in its own words and that stands for a wish which ends by itself. */
function wishes(words: Record<string, [kind: string, forMin: number]>, otherwise: string, ends: string) {
  const kinds = Object.entries(words);
  const shown = kinds.map(([word, [kind]]) => `'${word}' if '${kind}' in kinds`).join(' else ');
  const sent = [...kinds.map(([word, [kind, min]]): [string, string] => [word, overridePayload(kind, min)])];
  return {
    state: `{% set kinds = value_json.overrides | map(attribute='kind') | list %}{{ ${shown} else '${otherwise}' }}`,
    command: `{{ {${sent.map(([word, json]) => `'${word}': '${json}'`).join(', ')}}.get(value, '${overridePayload(ends, 0)}') }}`,
  };
}

const MODES = { off: 'off', auto: 'auto', heat: 'heating', cool: 'cooling' } as const;
/** Home Assistant's words for our actions; during hot water and faults the room is not heated. */
const ACTIONS = {
  off: 'off',
  idle: 'idle',
  heating: 'heating',
  hotWater: 'idle',
  cooling: 'cooling',
  defrosting: 'defrosting',
  fault: 'idle',
} as const;
/** Its usual presets: warmer for a while, quiet for a while, and nobody at home. */
const PRESETS = wishes(
  { boost: ['warmer', 180], sleep: ['quiet', 480], away: ['holiday', OVERRIDE_MIN.holiday] },
  'none',
  'comfort',
);

/** The room as the thermostat that Home Assistant knows. */
export function climate(state: string, set: string, override: string): Component {
  const modes = Object.entries(MODES);
  const { min, max } = bounds('roomSetC');
  return {
    p: 'climate',
    // Without a name of its own it is called as the device.
    name: null,
    modes: Object.keys(MODES),
    mode_state_topic: state,
    mode_state_template: `{{ ${asDict(modes.map(([theirs, ours]) => [ours, theirs]))}[value_json.setPoints.mode] }}`,
    mode_command_topic: set,
    mode_command_template: setTemplate('mode', `"{{ ${asDict(modes)}[value] }}"`),
    temperature_state_topic: state,
    temperature_state_template: '{{ value_json.setPoints.roomSetC }}',
    temperature_command_topic: set,
    temperature_command_template: setTemplate('roomSetC', '{{ value }}'),
    current_temperature_topic: state,
    current_temperature_template: sensorOrNone('roomC'),
    action_topic: state,
    action_template: `{{ ${asDict(Object.entries(ACTIONS))}[value_json.action] }}`,
    preset_modes: ['boost', 'sleep', 'away'],
    preset_mode_state_topic: state,
    preset_mode_value_template: PRESETS.state,
    preset_mode_command_topic: override,
    preset_mode_command_template: PRESETS.command,
    temperature_unit: 'C',
    precision: 0.1,
    temp_step: 0.5,
    min_temp: min,
    max_temp: max,
  };
}

const ONCE = wishes({ high_demand: ['hot-water-once', 180] }, 'heat_pump', 'hot-water-once');

/** Its water heater. */
export function waterHeater(state: string, set: string, override: string): Component {
  const { min, max } = bounds('hotWaterSetC');
  return {
    p: 'water_heater',
    name: 'hot water',
    modes: ['heat_pump', 'high_demand'],
    mode_state_topic: state,
    mode_state_template: ONCE.state,
    mode_command_topic: override,
    mode_command_template: ONCE.command,
    temperature_state_topic: state,
    temperature_state_template: '{{ value_json.setPoints.hotWaterSetC }}',
    temperature_command_topic: set,
    temperature_command_template: setTemplate('hotWaterSetC', '{{ value }}'),
    current_temperature_topic: state,
    current_temperature_template: sensorOrNone('hotWaterC'),
    temperature_unit: 'C',
    precision: 0.1,
    min_temp: min,
    max_temp: max,
  };
}
