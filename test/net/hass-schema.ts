/**
 * What Home Assistant's MQTT integration takes in a device-based discovery message, as tables: keys outside them it drops
 * without a word, and where a value is outside its list it makes no entity. Ours only: platforms and classes that no
 * entity of ours uses are left out. Facts from https://www.home-assistant.io/integrations/mqtt/#discovery-options, the page of
 * each platform beside it, and homeassistant/components/mqtt/{schemas,climate,water_heater,number,switch,event,update,sensor,binary_sensor}.py
 * and homeassistant/components/sensor/const.py in https://github.com/home-assistant/core.
 */
interface Platform {
  needs: readonly string[];
  may: readonly string[];
  categories: readonly string[];
}

const DIAGNOSTIC = ['diagnostic'];
const ANY = ['config', 'diagnostic'];

const temperature = ['temperature_command_topic', 'temperature_command_template', 'temperature_state_topic'];
const thermostat = [
  ...temperature,
  'temperature_state_template',
  'temperature_unit',
  'current_temperature_topic',
  'current_temperature_template',
  'mode_command_topic',
  'mode_command_template',
  'mode_state_topic',
  'mode_state_template',
  'modes',
  'min_temp',
  'max_temp',
  'precision',
];

/** Of every entity. */
export const COMMON = [
  'p',
  'name',
  'unique_id',
  'default_entity_id',
  'entity_category',
  'enabled_by_default',
  'icon',
  'json_attributes_topic',
  'json_attributes_template',
];

export const PLATFORMS: Record<string, Platform> = {
  sensor: {
    needs: ['state_topic'],
    may: [
      'value_template',
      'device_class',
      'state_class',
      'unit_of_measurement',
      'suggested_display_precision',
      'options',
      'expire_after',
    ],
    categories: DIAGNOSTIC,
  },
  binary_sensor: {
    needs: ['state_topic'],
    may: ['value_template', 'device_class', 'payload_on', 'payload_off', 'expire_after', 'off_delay'],
    categories: DIAGNOSTIC,
  },
  climate: {
    needs: [],
    may: [
      ...thermostat,
      'action_topic',
      'action_template',
      'preset_modes',
      'preset_mode_command_topic',
      'preset_mode_command_template',
      'preset_mode_state_topic',
      'preset_mode_value_template',
      'temp_step',
    ],
    categories: ANY,
  },
  water_heater: { needs: [], may: thermostat, categories: ANY },
  number: {
    needs: ['command_topic'],
    may: [
      'command_template',
      'state_topic',
      'value_template',
      'device_class',
      'unit_of_measurement',
      'min',
      'max',
      'step',
      'mode',
    ],
    categories: ANY,
  },
  select: {
    needs: ['command_topic', 'options'],
    may: ['command_template', 'state_topic', 'value_template'],
    categories: ANY,
  },
  switch: {
    needs: ['command_topic'],
    may: ['state_topic', 'value_template', 'payload_on', 'payload_off', 'state_on', 'state_off', 'device_class'],
    categories: ANY,
  },
  button: {
    needs: ['command_topic'],
    may: ['command_template', 'payload_press', 'device_class'],
    categories: ANY,
  },
  event: { needs: ['state_topic', 'event_types'], may: ['value_template', 'device_class'], categories: DIAGNOSTIC },
  update: { needs: [], may: ['state_topic', 'value_template', 'device_class', 'title'], categories: ANY },
};

/** Values that are a choice from a list of Home Assistant's own. */
export const WORDS: Record<string, Record<string, readonly string[]>> = {
  climate: {
    modes: ['auto', 'off', 'cool', 'heat', 'dry', 'heat_cool', 'fan_only'],
    actions: ['off', 'preheating', 'heating', 'cooling', 'drying', 'idle', 'fan', 'defrosting'],
  },
  water_heater: { modes: ['eco', 'electric', 'gas', 'heat_pump', 'high_demand', 'performance', 'off'] },
  number: { mode: ['auto', 'box', 'slider'], device_class: ['temperature'] },
  sensor: { state_class: ['measurement', 'measurement_angle', 'total', 'total_increasing'] },
  binary_sensor: { device_class: ['gas', 'power', 'problem', 'running', 'window'] },
  update: { device_class: ['firmware'] },
};

interface SensorClass {
  units: readonly string[];
  states: readonly string[];
}

/** Units and state classes of a sensor's device class. `monetary` takes any currency, `enum` neither. */
export const SENSOR_CLASSES: Record<string, SensorClass> = {
  temperature: { units: ['°C', '°F', 'K'], states: ['measurement'] },
  power: { units: ['mW', 'W', 'kW', 'MW', 'GW', 'TW', 'BTU/h'], states: ['measurement'] },
  energy: { units: ['J', 'kJ', 'MJ', 'GJ', 'mWh', 'Wh', 'kWh', 'MWh', 'GWh'], states: ['total', 'total_increasing'] },
  volume_flow_rate: { units: ['m³/h', 'm³/min', 'm³/s', 'L/h', 'L/min', 'L/s', 'mL/s'], states: ['measurement'] },
  frequency: { units: ['mHz', 'Hz', 'kHz', 'MHz', 'GHz'], states: ['measurement'] },
  duration: {
    units: ['µs', 'ms', 's', 'min', 'h', 'd', 'w', 'm', 'y'],
    states: ['measurement', 'measurement_angle', 'total', 'total_increasing'],
  },
  monetary: { units: ['EUR'], states: ['total'] },
  humidity: { units: ['%'], states: ['measurement'] },
  irradiance: { units: ['W/m²', 'BTU/(h⋅ft²)'], states: ['measurement'] },
  enum: { units: [], states: [] },
  timestamp: { units: [], states: [] },
};

/** Keys of the message itself and of its parts; ours uses the short forms `dev`, `o` and `cmps`. */
export const MESSAGE = { needs: ['dev', 'o', 'cmps'], may: ['availability', 'availability_mode', 'qos', 'encoding'] };
export const DEVICE = [
  'identifiers',
  'connections',
  'manufacturer',
  'model',
  'model_id',
  'name',
  'hw_version',
  'sw_version',
  'serial_number',
  'suggested_area',
  'via_device',
  'configuration_url',
];
export const ORIGIN = { needs: ['name'], may: ['sw_version', 'support_url'] };
