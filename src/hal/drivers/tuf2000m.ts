import { z } from 'zod';
import type { Driver } from '../types.ts';
import { deviceError } from './faults.ts';
import { modbusParams } from './params.ts';
import { float32 } from './words.ts';

const Params = z.strictObject(modbusParams);

/** REG 0001: flow in m³/h, 0003: energy flow in GJ/h. The register number less one is the address on the wire. */
const FLOW = 0;
/** REG 0033: temperature of the supply, 0035: of the return, °C. */
const TEMPERATURES = 32;
const W_PER_GJ_PER_H = 1e9 / 3600;

/** Low word first: 0x806B 0x4212 is 36.625. */
const real4 = (words: ArrayLike<number>, at: number) => float32(words[at + 1], words[at]);

/** The two blocks of four registers; undefined where one is no number. */
export function decode(flow: ArrayLike<number>, temperatures: ArrayLike<number>) {
  const [m3PerH, gjPerH] = [real4(flow, 0), real4(flow, 2)];
  const [supplyC, returnC] = [real4(temperatures, 0), real4(temperatures, 2)];
  if (m3PerH === undefined || gjPerH === undefined || supplyC === undefined || returnC === undefined) return undefined;
  return { flowLpm: (m3PerH * 1000) / 60, powerW: gjPerH * W_PER_GJ_PER_H, supplyC, returnC };
}

/**
 * TUF-2000 ultrasonic heat meter (clamp-on, TUF-2000M with two PT100) over Modbus RTU, RS485 A+ and B-, 9600 8N1, unit as set
 * in M46. Channels: flowLpm (0 to ±12 m/s of pipe), powerW, supplyC, returnC. Registers (holding, function 3): 1-2 flow m³/h,
 * 3-4 GJ/h, 33-34 and 35-36 °C, REAL4 with the low word first. Fails: silent, no number; without an ultrasonic signal it
 * reports no flow, which control compares with the pump.
 * https://manualshive.com/ru/manual/oem/tuf-2000f/724566?page=21 (register table)
 * https://partofthething.com/thoughts/reading-a-tuf-2000m-ultrasonic-flow-meter-with-an-arduino-or-esp8266/ (word order)
 */
export const tuf2000m: Driver<z.infer<typeof Params>> = {
  name: 'tuf2000m',
  about: 'TUF-2000M ultrasonic heat meter, Modbus',
  params: Params,
  example: { bus: 'meter', unit: 21 },
  channels: () => ['flowLpm', 'powerW', 'supplyC', 'returnC'].map((name) => ({ name, direction: 'in' as const })),
  async open(params, { buses, monoMs }) {
    const bus = buses.modbus(params.bus);
    return {
      async poll() {
        const atMs = monoMs();
        const flow = await bus.readHolding(params.unit, FLOW, 4);
        const decoded = decode(flow, await bus.readHolding(params.unit, TEMPERATURES, 4));
        if (!decoded) throw deviceError('BUS_NOISE', 'tuf2000m', params, 'answered no number; check its model');
        return Object.fromEntries(Object.entries(decoded).map(([name, value]) => [name, { value, atMs }]));
      },
    };
  },
};
