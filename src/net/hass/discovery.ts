import { ControlState, SAFETY_STATES } from '../../contract/messages.ts';
import { ACTUATORS, type ActuatorName, SENSOR_NAMES, SENSORS, type SensorName } from '../../contract/points.ts';
import { topicPath } from '../../contract/topics.ts';
import { unitOf } from '../../contract/units.ts';
import { onlinePath } from '../broker/acl.ts';
import {
  alarmContact,
  type Component,
  choice,
  climate,
  computeSwitch,
  counter,
  hotWaterNumber,
  measurement,
  overrideButton,
  sensorReading,
  sentence,
  wishContact,
} from './components.ts';

export interface DeviceFacts {
  unit: string;
  discoveryPrefix: string;
  version: string;
  board: string;
  simulated: boolean;
  /** Sensors this board has; those it leaves out get no entity. */
  sensors: readonly SensorName[];
}

export interface Discovery {
  topic: string;
  payload: {
    dev: Record<string, unknown>;
    o: Record<string, unknown>;
    cmps: Record<string, Component>;
    availability: { topic: string }[];
  };
}

const CONTACTS = { pressureHighOk: 'problem', pressureLowOk: 'problem', gasOk: 'gas' } as const;
const OUTPUTS_SHOWN: readonly ActuatorName[] = ['accelPumpPct', 'circulationPct', 'dryCoolerPct', 'compressorPct'];
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('-', '_');

/** The retained message from which Home Assistant makes the device and all its entities. Pure. */
export function discovery(facts: DeviceFacts): Discovery {
  const id = snake(facts.unit);
  const entities = { ...sensorEntities(facts), ...stateEntities(facts), ...commandEntities(facts) };
  const cmps: Record<string, Component> = {};
  for (const [key, component] of Object.entries(entities)) {
    const objectId = key === 'climate' ? id : `${id}_${snake(key)}`;
    const unique = { unique_id: `heatmine_${id}_${snake(key)}`, default_entity_id: `${component.p}.${objectId}` };
    cmps[snake(key)] = { ...component, ...unique };
  }
  const name = `${facts.unit === 'heatmine' ? 'HeatMine' : facts.unit}${facts.simulated ? ' (simulated)' : ''}`;
  return {
    topic: `${facts.discoveryPrefix}/device/heatmine_${id}/config`,
    payload: {
      dev: {
        identifiers: [`heatmine_${id}`],
        name,
        manufacturer: 'HeatMine',
        model: `board ${facts.board}`,
        sw_version: facts.version,
      },
      o: { name: 'heatmine', sw_version: facts.version },
      cmps,
      availability: [{ topic: onlinePath(facts.unit) }],
    },
  };
}

function sensorEntities({ unit, sensors }: DeviceFacts): Record<string, Component> {
  const topic = topicPath(unit, 'controlState');
  const entities: Record<string, Component> = {};
  for (const name of SENSOR_NAMES) {
    const contact = CONTACTS[name as keyof typeof CONTACTS];
    if (!sensors.includes(name)) continue;
    if (contact) entities[name] = alarmContact(SENSORS[name].label.replace(' closed', ''), topic, name, contact);
    else if (name.endsWith('On')) entities[name] = wishContact(SENSORS[name].label.replace(' closed', ''), topic, name);
    else entities[name] = sensorReading(SENSORS[name].label, topic, name, unitOf(name));
  }
  for (const name of OUTPUTS_SHOWN) {
    entities[name] = measurement(ACTUATORS[name].label, topic, `outputs.${name}`, unitOf(name));
  }
  return entities;
}

function stateEntities({ unit }: DeviceFacts): Record<string, Component> {
  const control = topicPath(unit, 'controlState');
  const compute = topicPath(unit, 'computeState');
  const watts = (label: string, path: string) => measurement(label, control, path, unitOf('powerW'));
  const kwh = (label: string, path: string) => counter(label, control, `energy.${path}`, 'kWh', 'energy');
  return {
    condenserW: watts('heat from the condenser', 'heat.condenserW'),
    accelHeatW: watts('heat from the accelerator', 'heat.accelW'),
    rejectedW: watts('heat rejected', 'heat.rejectedW'),
    grantW: watts('accelerator power granted', 'grantW'),
    heatNeedW: watts('heat needed', 'heatNeedW'),
    heatKwh: kwh('heat into the house', 'heatKwh'),
    accelHeatKwh: kwh('heat from computing', 'accelHeatKwh'),
    compressorKwh: kwh('electricity of the compressor', 'compressorKwh'),
    accelKwh: kwh('electricity of the accelerator', 'accelKwh'),
    cop: { ...measurement('COP', control, 'energy.cop', undefined), suggested_display_precision: 2 },
    priceEurPerKwh: measurement(
      'electricity price',
      topicPath(unit, 'market'),
      'value.priceEurPerKwh',
      unitOf('priceEurPerKwh'),
    ),
    reason: sentence('why', control, "value_json.reasons[0].text if value_json.reasons else 'no reason given'"),
    safety: choice('safety state', control, 'safety', SAFETY_STATES),
    action: choice('action', control, 'action', ControlState.shape.action.options),
    overrides: sentence(
      'overrides',
      control,
      "value_json.overrides | map(attribute='text') | join('; ') or 'none in force'",
    ),
    latched: {
      p: 'binary_sensor',
      name: 'waits for a person',
      state_topic: control,
      value_template: "{{ 'ON' if value_json.latched else 'OFF' }}",
      device_class: 'problem',
    },
    answered: counter('questions answered', compute, 'answered', 'answers'),
    answerTokens: counter('tokens answered', compute, 'answerTokens', 'tokens'),
    tokensPerS: { ...measurement('speed', compute, 'tokensPerS', undefined), unit_of_measurement: 'tokens/s' },
    computeReason: sentence('compute: why', compute, 'value_json.reason.text'),
  };
}

function commandEntities({ unit }: DeviceFacts): Record<string, Component> {
  const state = topicPath(unit, 'controlState');
  const set = topicPath(unit, 'set');
  const override = topicPath(unit, 'override');
  return {
    climate: climate(state, set),
    hotWaterSetC: hotWaterNumber(state, set),
    computeOn: computeSwitch(state, set),
    warmer3h: overrideButton('warmer for 3 h', override, 'warmer', 180),
    hotWaterOnce: overrideButton('hot water once', override, 'hot-water-once', 180),
    quiet2h: overrideButton('quiet for 2 h', override, 'quiet', 120),
    pauseCompute2h: overrideButton('pause computing for 2 h', override, 'pause-compute', 120),
    endOverrides: overrideButton('end all overrides', override, 'all', 0),
  };
}
