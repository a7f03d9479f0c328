import { ControlState, Event, SAFETY_STATES } from '../../contract/messages.ts';
import { ACTUATORS, type ActuatorName, SENSOR_NAMES, SENSORS, type SensorName } from '../../contract/points.ts';
import { PRICE_SOURCES, type PricesAhead } from '../../contract/prices.ts';
import { topicPath } from '../../contract/topics.ts';
import { unitOf } from '../../contract/units.ts';
import {
  alarmContact,
  binary,
  type Component,
  choice,
  counter,
  diagnostic,
  measurement,
  money,
  sensorReading,
  sentence,
  wishContact,
} from './components.ts';

/** Entities that only show something. */
const CONTACTS = { pressureHighOk: 'problem', pressureLowOk: 'problem', gasOk: 'gas' } as const;
const OUTPUTS_SHOWN: readonly ActuatorName[] = ['accelPumpPct', 'circulationPct', 'dryCoolerPct', 'compressorPct'];
/** Readings that tell an installer something and most owners nothing. */
const DIAGNOSTIC = new Set<string>([
  ...OUTPUTS_SHOWN,
  'accelInC',
  'condenserOutC',
  'bufferBottomC',
  'dischargeC',
  'compressorHz',
  'heatFlowLpm',
]);
/** Points of the accelerator, which is a device of its own beside the unit. */
const OF_ACCELERATOR = /^accel/;
export const isOfAccelerator = (key: string): boolean =>
  OF_ACCELERATOR.test(key) || ['answered', 'answerTokens', 'tokensPerS', 'computeReason', 'grantW'].includes(key);

export function sensorEntities(unit: string, sensors: readonly SensorName[]): Record<string, Component> {
  const topic = topicPath(unit, 'controlState');
  const entities: Record<string, Component> = {};
  const add = (name: string, entity: Component) => {
    entities[name] = DIAGNOSTIC.has(name) ? diagnostic(entity) : entity;
  };
  for (const name of SENSOR_NAMES.filter((n) => sensors.includes(n))) {
    const contact = CONTACTS[name as keyof typeof CONTACTS];
    const label = SENSORS[name].label.replace(' closed', '');
    if (contact) add(name, alarmContact(label, topic, name, contact));
    else if (name.endsWith('On')) add(name, wishContact(label, topic, name));
    else add(name, sensorReading(label, topic, name, unitOf(name)));
  }
  for (const name of OUTPUTS_SHOWN) {
    add(name, measurement(ACTUATORS[name].label, topic, `outputs.${name}`, unitOf(name)));
  }
  return entities;
}

/** Three and a half days in quarters of an hour: more would be 16 KiB, above which Home Assistant's recorder keeps none of it. */
const MOST_PRICES = 340;

/** What is known ahead as attributes: `[{time, value}]`, each until the next begins; where it comes from, and how far it reaches. */
function pricesAhead(unit: string, field: keyof PricesAhead['prices'][number]) {
  const one = `{"time":"{{ p.time[:16] }}Z","value":{{ p.${field} | round(4) }}}`;
  const list = `{% for p in value_json.prices[:${MOST_PRICES}] %}{{ '' if loop.first else ',' }}${one}{% endfor %}`;
  const told = (name: 'source' | 'knownUntil') => `"${name}":{{ value_json.${name} | tojson }}`;
  return {
    json_attributes_topic: topicPath(unit, 'pricesAhead'),
    json_attributes_template: `{${told('source')},${told('knownUntil')},"prices":[${list}]}`,
  };
}

function energyEntities(unit: string): Record<string, Component> {
  const control = topicPath(unit, 'controlState');
  const watts = (label: string, path: string) => measurement(label, control, path, unitOf('powerW'));
  const kwh = (label: string, path: string) => counter(label, control, `energy.${path}`, 'kWh', 'energy');
  const cop = (label: string, path: string) => ({
    ...measurement(label, control, path, undefined),
    suggested_display_precision: 2,
  });
  // Begins anew each day, which the class `monetary` does not allow for.
  const today = (label: string, path: string) => ({
    ...measurement(label, control, `meters.${path}`, undefined),
    unit_of_measurement: 'EUR',
    suggested_display_precision: 2,
  });
  const price = (label: string, name: 'priceEurPerKwh' | 'exportEurPerKwh') => ({
    ...measurement(label, control, '', unitOf(name)),
    value_template: `{{ value_json.price.${name} if value_json.price else none }}`,
  });
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
    cop: cop('COP', 'energy.cop'),
    copNow: cop('COP now', 'meters.copNow'),
    copDay: cop('COP today', 'meters.copDay'),
    copYear: cop('COP this year', 'meters.copYear'),
    costTodayEur: today('cost today', 'costTodayEur'),
    plainPumpTodayEur: today('a plain heat pump would have cost today', 'plainPumpTodayEur'),
    costEur: money('cost of the unit', control, 'meters.costEur'),
    plainPumpEur: money('a plain heat pump would have cost', control, 'meters.plainPumpEur'),
    priceEurPerKwh: { ...price('electricity price', 'priceEurPerKwh'), ...pricesAhead(unit, 'value') },
    priceSource: {
      ...choice('source of the electricity price', control, '', PRICE_SOURCES),
      value_template: '{{ value_json.price.source if value_json.price else none }}',
    },
    priceKnownUntil: {
      p: 'sensor',
      name: 'electricity price known until',
      state_topic: topicPath(unit, 'pricesAhead'),
      value_template: '{{ value_json.knownUntil }}',
      device_class: 'timestamp',
    },
    exportEurPerKwh: { ...price('price of electricity fed in', 'exportEurPerKwh'), ...pricesAhead(unit, 'sold') },
  };
}

/** Shows that there is a newer version; it is installed by hand, for nothing from outside may change a heating by itself. */
export const updateEntity = (unit: string): Component => ({
  p: 'update',
  name: 'update',
  state_topic: topicPath(unit, 'update'),
  device_class: 'firmware',
});

const event = (topic: string): Component => ({
  p: 'event',
  name: 'event',
  state_topic: topic,
  event_types: [...Event.shape.level.options],
  value_template: "{{ {'event_type': value_json.level, 'code': value_json.code, 'text': value_json.text} | tojson }}",
});

export function stateEntities(unit: string): Record<string, Component> {
  const control = topicPath(unit, 'controlState');
  const compute = topicPath(unit, 'computeState');
  const today = topicPath(unit, 'today');
  const said = topicPath(unit, 'said');
  return {
    ...energyEntities(unit),
    compressorRuns: binary('compressor', control, 'value_json.outputs.compressorPct > 0', 'running'),
    defrosting: binary('defrost', control, "value_json.action == 'defrosting'", 'running'),
    waterFlows: binary('water flow', control, '(value_json.sensors.heatFlowLpm.value or 0) > 1', 'running'),
    fault: binary('fault', control, "value_json.safety != 'S0'", 'problem'),
    latched: binary('waits for a person', control, 'value_json.latched', 'problem'),
    event: event(topicPath(unit, 'saidEvent')),
    reason: sentence('why', said, 'value_json.reason'),
    today: { ...sentence('today', today, 'value_json.text'), json_attributes_topic: today },
    observed: sentence('what observing has shown', today, "value_json.observed or '–'"),
    safety: choice('safety state', control, 'safety', SAFETY_STATES),
    action: choice('action', control, 'action', ControlState.shape.action.options),
    overrides: sentence('overrides', said, 'value_json.overrides'),
    loopLateMs: diagnostic(measurement('control loop late, p99', control, 'lateness.p99Ms', unitOf('lateMs'))),
    answered: counter('questions answered', compute, 'answered', 'answers'),
    answerTokens: counter('tokens answered', compute, 'answerTokens', 'tokens'),
    tokensPerS: {
      ...measurement('speed', compute, 'tokensPerS', undefined),
      ...{ unit_of_measurement: 'tokens/s', suggested_display_precision: 0 },
    },
    computeReason: sentence('compute: why', said, 'value_json.computeReason'),
  };
}
