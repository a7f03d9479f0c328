import { GridConfig } from '../../src/contract/grid.ts';
import { House } from '../../src/contract/house.ts';
import { DEFAULT_SETPOINTS, type Market } from '../../src/contract/messages.ts';
import { type Image, type Outputs, SAFE_OUTPUTS, SENSOR_NAMES } from '../../src/contract/points.ts';
import { initialState, step } from '../../src/control/step.ts';
import { createPlant, plantParams, plantStep, sensorsOf } from '../../src/hal/sim/plant/plant.ts';

/** A battery's own regulator: it holds the meter at zero with a lag of seconds, within its power and what it holds. */
interface Battery {
  maxW: number;
  wh: number;
  capacityWh: number;
}

/**
 * A wallbox in evcc's mode `pv`, which looks at the same meter each `everyS`: full amperes of one phase, 6 A at the least, on
 * after a minute of enough sun, off after three without (https://docs.evcc.io/en/docs/features/solar-charging).
 */
interface Wallbox {
  everyS: number;
  phases: 1 | 3;
}

export interface Sample {
  s: number;
  accelW: number;
  gridW: number;
  batteryW: number;
  carW: number;
}

export interface Day {
  solarAt(s: number): number;
  battery?: Battery;
  wallbox?: Wallbox;
  keptW?: number;
  batteryKnown?: boolean;
  grid?: object;
  house?: object;
  feedInLimitW?: number;
  seconds: number;
}

export const IDLE_W = 200;
const MARKET: Market = { timeMs: 0, priceEurPerKwh: 0.3, exportEurPerKwh: 0.08, modelled: true };

/** House, sun, battery and control at 1 Hz; the heat replaces gas, so sun pays and the grid does not. */
export function run(day: Day): Sample[] {
  const house = House.parse({ alternativeHeat: 'gas', compressorMaxW: 300, backupHeaterW: 0, ...day.house });
  const grid = GridConfig.parse(day.grid ?? {});
  let plant = createPlant(plantParams(house, { pvKwp: 10, accelIdleW: IDLE_W }), 1);
  let state = initialState(house);
  let outputs: Outputs = { ...SAFE_OUTPUTS };
  let workW = 0;
  let batteryW = 0;
  const { battery } = day;
  const charge = day.wallbox && wallboxOf(day.wallbox);
  let carW = 0;
  const samples: Sample[] = [];
  for (let s = 0; s < day.seconds; s++) {
    const weather = { outdoorC: 0, solarWm2: day.solarAt(s), humidityPct: 70 };
    const others = { householdW: 500 + batteryW + carW, hotWaterLpm: 0 };
    plant = plantStep(plant, { outputs, accelWorkW: workW, weather, ...others }, 1);
    // An inverter at its feed-in limit gives no more than the house and the limit take.
    const hiddenW = Math.max(0, -plant.gridW - (day.feedInLimitW ?? Number.POSITIVE_INFINITY));
    const truth = { ...sensorsOf(plant), gridW: plant.gridW + hiddenW, pvW: plant.pvW - hiddenW };
    if (battery) {
      const wishW = batteryW - 0.5 * truth.gridW;
      const lowW = battery.wh > 0 ? -battery.maxW : 0;
      batteryW = Math.min(battery.wh < battery.capacityWh ? battery.maxW : 0, Math.max(lowW, wishW));
      battery.wh += batteryW / 3600;
    }
    if (charge) carW = charge(s, truth.gridW);
    const sensors = Object.fromEntries(
      SENSOR_NAMES.map((n) => [n, { value: truth[n], atMs: s * 1000 + 1000, quality: 'good' as const }]),
    ) as Record<(typeof SENSOR_NAMES)[number], { value: number; atMs: number; quality: 'good' | 'missing' }>;
    sensors.batteryW = { value: batteryW, atMs: s * 1000 + 1000, quality: day.batteryKnown ? 'good' : 'missing' };
    const image: Image = { tick: s, atMs: s * 1000 + 1000, sensors, actuators: outputs };
    const setPoints = DEFAULT_SETPOINTS;
    const ems = day.keptW === undefined ? undefined : { keptW: Math.max(0, day.keptW - carW) };
    const done = step(state, { image, dtS: 1, setPoints, market: MARKET, want: undefined, house, grid, ems });
    state = done.state;
    outputs = done.verdict.outputs;
    // Granted watts are those of the whole accelerator, its idle ones included.
    workW = Math.max(0, done.verdict.fillerW - IDLE_W);
    samples.push({ s, accelW: plant.accelW, gridW: truth.gridW, batteryW, carW });
  }
  return samples;
}

const LEAST_A = 6;
const MOST_A = 16;
const ON_AFTER_S = 60;
const OFF_AFTER_S = 180;

/** Watts it takes from now on, having looked at the meter. */
function wallboxOf({ everyS, phases }: Wallbox) {
  const wPerA = 230 * phases;
  let amps = 0;
  let enoughS = 0;
  let shortS = 0;
  return (s: number, gridW: number): number => {
    if (s % everyS === 0) {
      const wish = Math.floor((amps * wPerA - gridW) / wPerA);
      enoughS = amps === 0 && wish >= LEAST_A ? enoughS + everyS : 0;
      shortS = amps > 0 && wish < LEAST_A ? shortS + everyS : 0;
      if (amps === 0) amps = enoughS > ON_AFTER_S ? LEAST_A : 0;
      else amps = shortS > OFF_AFTER_S ? 0 : Math.min(MOST_A, Math.max(LEAST_A, wish));
    }
    return amps * wPerA;
  };
}
