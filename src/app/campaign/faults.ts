import { ACTUATOR_NAMES, type ActuatorName, SENSOR_NAMES, type SensorName } from '../../contract/points.ts';
import { unitOf } from '../../contract/units.ts';
import type { Random } from '../../core/random.ts';
import { type Board, loadBoard } from '../../hal/board.ts';
import { PLANT_FAULTS, type PlantFaults } from '../../hal/sim/plant/plant.ts';

/** What a campaign breaks: the plant, a sensor, a device with all its points, an output, control's own process, what is around it. */
export type Broken =
  | { plant: keyof PlantFaults; value: number | true; chatterS?: number }
  | { point: SensorName; fault: PointFault; value: number; share: number; with: SensorName }
  | { device: string; fault: DeviceFault; share: number }
  | { output: ActuatorName }
  | { control: 'restart' | 'stall' | 'clock'; value: number }
  | { around: (typeof AROUND)[number] | (typeof FLAPPING)[number]; everyS?: number };

/** One fault of a window, from and until so many seconds after its phase was reached. Plain JSON. */
export interface Injected {
  kind: string;
  broken: Broken;
  fromS: number;
  untilS: number;
}

const POINT_FAULTS = ['open', 'short', 'frozen', 'stale', 'value', 'spikes', 'drift', 'swap'] as const;
export type PointFault = (typeof POINT_FAULTS)[number];
const DEVICE_FAULTS = ['absent', 'noise', 'late', 'frozen'] as const;
type DeviceFault = (typeof DEVICE_FAULTS)[number];
const AROUND = ['broker-dead', 'compute-dead', 'compute-loops', 'dimmed'] as const;
/** People, automations and energy managers that change their mind every so many seconds. */
const FLAPPING = ['mode-flaps', 'set-points-flap', 'computing-flaps', 'sg-ready-flaps', 'dimming-flaps'] as const;
const FLAPS_S = [0.1, 1, 7, 60] as const;
/** How far the clock leaps, s: ten years, an hour, to 1970 and beyond 2038. */
const LEAPS_S = [3.2e8, -3.2e8, 3600, -3600, -1.74e9, 4.2e8] as const;
const CONTROL = ['restart', 'stall', 'clock'] as const;
/** Contacts that may chatter: on and off every so many seconds. */
const CHATTERS = ['pressureHighOpen', 'pressureLowOpen', 'gasAlarm'] as const;

export interface FaultKind {
  /** `group` is a row of the printed table, `kind` tells the point or device too. */
  group: string;
  kind: string;
  make(random: Random): Broken;
}

/** Points that a mounting error confuses. */
const NEIGHBOURS: Partial<Record<SensorName, SensorName>> = {
  accelInC: 'accelOutC',
  accelOutC: 'accelInC',
  supplyC: 'returnC',
  returnC: 'supplyC',
  condenserOutC: 'returnC',
  bufferTopC: 'bufferBottomC',
  bufferBottomC: 'bufferTopC',
  hotWaterC: 'bufferTopC',
  outdoorC: 'roomC',
  roomC: 'outdoorC',
  dischargeC: 'supplyC',
  accelFlowLpm: 'heatFlowLpm',
  heatFlowLpm: 'accelFlowLpm',
};
/** What an open or shorted sensor reads: rails, power-on values, or what the driver already calls bad (NaN). */
const OPEN = [Number.NaN, Number.NaN, -60.5, 127, 85];
const SHORT = [Number.NaN, 150.5, 1e9, -1e9, 85];

const plain = { value: 0, share: 0 };
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

/** Kelvin per minute, or a share of the value for what is no temperature. */
const driftOf = (point: SensorName, random: Random) =>
  (random() < 0.5 ? -1 : 1) * (point.endsWith('C') ? pick(random, [0.1, 1, 5]) : 50 * random());

function pointBroken(point: SensorName, fault: PointFault, random: Random): Broken {
  const base = { ...plain, point, fault, with: NEIGHBOURS[point] ?? point };
  const unit = unitOf(point)!;
  if (fault === 'open') return { ...base, value: pick(random, OPEN) };
  if (fault === 'short') return { ...base, value: pick(random, SHORT) };
  if (fault === 'spikes') return { ...base, share: 0.01 + 0.29 * random(), value: 60 * random() };
  if (fault === 'drift') return { ...base, value: driftOf(point, random) };
  if (fault !== 'value') return base;
  const [low, high] = point.endsWith('C') ? [-20, 110] : [unit.min, Math.min(unit.max, 8000)];
  const value = low + (high - low) * random();
  return { ...base, value: unit.max === 1 ? Math.round(value) : value };
}

/** Nothing that may harm hangs on them. */
const SPARED: ReadonlySet<SensorName> = new Set<SensorName>(['pvW', 'batteryW', 'sgReadyAOn', 'sgReadyBOn']);

const possible = (point: SensorName, fault: PointFault) => {
  if (SPARED.has(point)) return false;
  if (fault === 'swap') return NEIGHBOURS[point] !== undefined;
  const contact = unitOf(point)!.max === 1;
  return !(contact && (fault === 'spikes' || fault === 'drift'));
};

const pointKinds = (): FaultKind[] =>
  SENSOR_NAMES.flatMap((point) =>
    POINT_FAULTS.filter((fault) => possible(point, fault)).map((fault) => ({
      group: `sensor ${fault}`,
      kind: `${point} ${fault}`,
      make: (random: Random) => pointBroken(point, fault, random),
    })),
  );

const deviceKinds = (board: Board): FaultKind[] =>
  Object.keys(board.devices).flatMap((device) =>
    DEVICE_FAULTS.map((fault) => ({
      group: `device ${fault}`,
      kind: `${device} ${fault}`,
      make: (random: Random) => ({ device, fault, share: 0.2 + 0.8 * random() }),
    })),
  );

function plantKinds(): FaultKind[] {
  const kinds: FaultKind[] = Object.entries(PLANT_FAULTS).map(([name, { kind }]) => ({
    group: name,
    kind: name,
    make: (random: Random): Broken => {
      const plant = name as keyof PlantFaults;
      if (kind === 'share') return { plant, value: random() < 0.6 ? 0 : 0.5 * random() };
      return { plant, value: kind === 'travelS' ? 20 + 180 * random() : true };
    },
  }));
  const chatter = CHATTERS.map((plant) => ({
    group: `${plant} chatters`,
    kind: `${plant} chatters`,
    make: (random: Random): Broken => ({ plant, value: true, chatterS: pick(random, [0.1, 0.2, 0.7, 5, 40]) }),
  }));
  return [...kinds, ...chatter];
}

/** Every kind of fault there is on the simulated board. */
export function faultKinds(): FaultKind[] {
  return [
    ...plantKinds(),
    ...pointKinds(),
    ...deviceKinds(loadBoard('sim')),
    ...ACTUATOR_NAMES.map((output) => ({
      group: 'output stuck',
      kind: `${output} stuck`,
      make: (): Broken => ({ output }),
    })),
    ...CONTROL.map((control) => ({
      group: `control ${control}`,
      kind: `control ${control}`,
      make: (random: Random): Broken => ({
        control,
        value: control === 'clock' ? pick(random, LEAPS_S) : 0.3 + 4 * random(),
      }),
    })),
    ...AROUND.map((around) => ({ group: around, kind: around, make: (): Broken => ({ around }) })),
    ...FLAPPING.map((around) => ({
      group: 'wishes flap',
      kind: around,
      make: (random: Random): Broken => ({ around, everyS: pick(random, FLAPS_S) }),
    })),
  ];
}

/** In force at this second of the window. */
export const isOn = (fault: Injected, s: number): boolean => s >= fault.fromS && s < fault.untilS;

/** What the plant is told of the faults in force; a chattering contact is open half of the time. */
export function plantFaultsAt(faults: readonly Injected[], s: number): PlantFaults | undefined {
  let all: PlantFaults | undefined;
  for (const fault of faults) {
    const { broken } = fault;
    if (!('plant' in broken) || !isOn(fault, s)) continue;
    const { chatterS } = broken;
    if (chatterS && Math.floor((s - fault.fromS) / chatterS + 1e-6) % 2 === 1) continue;
    all = { ...all, [broken.plant]: broken.value };
  }
  return all;
}
