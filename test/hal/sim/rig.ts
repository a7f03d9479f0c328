import { CARDS } from '../../../src/contract/cards.ts';
import { House } from '../../../src/contract/house.ts';
import { type ActuatorName, type Outputs, SAFE_OUTPUTS, type SensorName } from '../../../src/contract/points.ts';
import { type Board, loadBoard } from '../../../src/hal/board.ts';
import { DRIVERS } from '../../../src/hal/drivers/index.ts';
import { createHardware, type Hardware } from '../../../src/hal/sim/hardware.ts';
import { createPlant, type PlantState, plantParams, plantStep, sensorsOf } from '../../../src/hal/sim/plant/plant.ts';
import type { BusBackend, Device, Sample } from '../../../src/hal/types.ts';

const card = CARDS['rtx3090-8b-q4']!;
export const rack = { count: 14, name: card.name, tdpW: card.tdpW };
export const board = loadBoard('sim');

/** A plant that has been heating for an hour, so that every sensor has something of its own to say. */
export function warmPlant(): PlantState {
  const params = plantParams(House.parse({}), { pvKwp: 10, accelIdleW: 280 });
  const outputs: Outputs = { ...SAFE_OUTPUTS, compressorOn: 1, compressorPct: 60, accelSupplyOn: 1, accelCapW: 4900 };
  Object.assign(outputs, { rejectOn: 0, accelPumpPct: 45, circulationPct: 70, dryCoolerPct: 0 });
  const weather = { outdoorC: -3.3, solarWm2: 120, humidityPct: 70 };
  let s = createPlant(params, 1);
  for (let i = 0; i < 720; i++) {
    s = plantStep(s, { outputs, accelWorkW: 4000, weather, householdW: 432, hotWaterLpm: 0 }, 5);
  }
  return s;
}

export const hardwareFor = (sensors: Record<SensorName, number>, onto: Board = board): Hardware =>
  createHardware({ board: onto, seed: 7, monoMs: () => performance.now(), cards: rack, sensors });

export interface OpenDevice {
  name: string;
  device: Device;
  sensors: [SensorName, string][];
  actuators: [ActuatorName, string][];
}

/** Opens the real drivers of a board on any back end. */
export async function openDevices(buses: BusBackend, onto: Board = board): Promise<OpenDevice[]> {
  const opened: OpenDevice[] = [];
  for (const [name, entry] of Object.entries(onto.devices)) {
    const driver = DRIVERS.find((d) => d.name === entry.driver)!;
    const device = await driver.open(entry.params, { buses, monoMs: () => performance.now() });
    const channels = (points: Record<string, { channel: string }>) =>
      Object.entries(points).map(([p, v]) => [p, v.channel]);
    opened.push({
      name,
      device,
      sensors: channels(entry.sensors) as [SensorName, string][],
      actuators: channels(entry.actuators) as [ActuatorName, string][],
    });
  }
  return opened;
}

/** Polls every device once; a device that fails is left out and named in `failed`. */
export async function pollAll(devices: readonly OpenDevice[]) {
  const values: Partial<Record<SensorName, Sample>> = {};
  const failed: Record<string, unknown> = {};
  for (const { name, device, sensors } of devices) {
    try {
      const samples = (await device.poll?.()) ?? {};
      for (const [point, channel] of sensors) if (samples[channel]) values[point] = samples[channel];
    } catch (error) {
      failed[name] = error;
    }
  }
  return { values, failed };
}

export const actuate = async (devices: readonly OpenDevice[], point: ActuatorName, value: number) => {
  for (const { device, actuators } of devices) {
    for (const [name, channel] of actuators) if (name === point) return device.write!(channel, value);
  }
  throw new Error(`no device drives ${point}`);
};

export const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Keeps pulses, dead-man and its edges going while `body` runs. */
export async function alive<T>(hardware: Hardware, body: () => Promise<T>): Promise<T> {
  let level: 0 | 1 = 0;
  const timer = setInterval(() => {
    level = level === 1 ? 0 : 1;
    hardware.gpio.write(board.deadMan.bus, board.deadMan.line!, level);
    hardware.advance();
  }, 10);
  try {
    return await body();
  } finally {
    clearInterval(timer);
  }
}

export const readings = sensorsOf;
