/**
 * The points every board serves under the same name. A board may leave out what is marked optional.
 * `trip`: may stop the machine, so it must be no older than 1.5 s; comfort points may be up to an hour old.
 */
export interface SensorPoint {
  label: string;
  trip?: true;
  optional?: true;
}

export const SENSORS = {
  accelInC: { label: 'coolant into the accelerator', trip: true },
  accelOutC: { label: 'coolant out of the accelerator', trip: true },
  accelChipC: { label: 'hottest accelerator chip', trip: true },
  accelW: { label: 'accelerator power', trip: true },
  accelFlowLpm: { label: 'coolant flow', trip: true },
  condenserOutC: { label: 'water after the condenser' },
  supplyC: { label: 'supply, after the accelerator exchanger', trip: true },
  returnC: { label: 'return to the condenser', trip: true },
  heatFlowLpm: { label: 'heating water flow', trip: true },
  bufferTopC: { label: 'buffer, top', trip: true },
  bufferBottomC: { label: 'buffer, bottom' },
  hotWaterC: { label: 'hot water tank', optional: true },
  outdoorC: { label: 'outdoor air' },
  roomC: { label: 'room', optional: true },
  dischargeC: { label: 'compressor hot gas', trip: true },
  compressorW: { label: 'compressor power', trip: true },
  compressorHz: { label: 'compressor speed' },
  gridW: { label: 'grid power, import positive', optional: true },
  pvW: { label: 'solar power', optional: true },
  batteryW: { label: 'battery power, charging positive', optional: true },
  gridLimitOn: { label: 'dimming contact of the grid operator closed', optional: true },
  sgReadyAOn: { label: 'SG-Ready contact 1 closed', optional: true },
  sgReadyBOn: { label: 'SG-Ready contact 2 closed', optional: true },
  pressureHighOk: { label: 'high-pressure switch closed', trip: true },
  pressureLowOk: { label: 'low-pressure switch closed', trip: true },
  gasOk: { label: 'refrigerant gas alarm contact closed', trip: true },
} as const satisfies Record<string, SensorPoint>;

/** Outputs, all written by control only. 1 or 100 is the energised / full state; the board says which value is safe. */
export const ACTUATORS = {
  compressorOn: { label: 'compressor enable line', safe: 0 },
  compressorPct: { label: 'compressor speed', safe: 0 },
  coolingOn: { label: 'reversing valve to cooling', safe: 0 },
  accelSupplyOn: { label: 'accelerator supply contactor', safe: 0 },
  accelCapW: { label: 'accelerator power cap', safe: 0 },
  accelPumpPct: { label: 'coolant pump', safe: 100 },
  circulationPct: { label: 'heating water pump', safe: 100 },
  dryCoolerPct: { label: 'dry cooler fan', safe: 100 },
  rejectOn: { label: 'coolant valve to the dry cooler', safe: 1 },
  hotWaterOn: { label: 'supply valve to the hot water tank', safe: 0 },
  backupHeaterOn: { label: 'backup heater', safe: 0 },
} as const satisfies Record<string, { label: string; safe: number }>;

export type SensorName = keyof typeof SENSORS;
export type ActuatorName = keyof typeof ACTUATORS;
export const SENSOR_NAMES = Object.keys(SENSORS) as SensorName[];
export const ACTUATOR_NAMES = Object.keys(ACTUATORS) as ActuatorName[];

/** `bad`: the device answered nonsense or an error; `missing`: never read; `absent`: the board has no such (optional) point. Age is judged by readers. */
export type Quality = 'good' | 'bad' | 'missing' | 'absent';

export interface Reading {
  value: number;
  /** Monotonic time of the sample itself, not of its delivery. */
  atMs: number;
  quality: Quality;
  /** Why it is not good: what, where and what to check. */
  reason?: string;
}

/** What one control tick sees: frozen, complete (every sensor has an entry), read once. */
export interface Image {
  readonly tick: number;
  readonly atMs: number;
  readonly sensors: Readonly<Record<SensorName, Readonly<Reading>>>;
  /** Last value confirmed at each actuator (read back where the device allows). */
  readonly actuators: Readonly<Record<ActuatorName, number>>;
}

export type Outputs = Record<ActuatorName, number>;
export const SAFE_OUTPUTS = Object.fromEntries(ACTUATOR_NAMES.map((n) => [n, ACTUATORS[n].safe])) as Outputs;
