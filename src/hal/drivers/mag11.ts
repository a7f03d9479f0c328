import { z } from 'zod';
import type { Driver } from '../types.ts';
import { deviceError } from './faults.ts';
import { modbusParams } from './params.ts';
import { float32 } from './words.ts';

const Params = z.strictObject(modbusParams);

/** Register 0x0401 is sent as 0x0400. */
const FIRST = 0x0400;
const COUNT = 10;

/** Ten registers from 0x0401: flow m³/h, supply °C, return °C, difference K, power kW, floats; undefined without a number. */
export function decode(words: ArrayLike<number>) {
  const at = (index: number) => float32(words[index], words[index + 1]);
  const [m3PerH, supplyC, returnC, powerKw] = [at(0), at(2), at(4), at(8)];
  if (m3PerH === undefined || supplyC === undefined || returnC === undefined || powerKw === undefined) return undefined;
  return { flowLpm: (m3PerH * 1000) / 60, powerW: powerKw * 1000, supplyC, returnC };
}

/**
 * 2flow MAG 11 electromagnetic heat meter over Modbus RTU, RS485 A and B, 9600 8N1, unit as set at the meter. Channels:
 * flowLpm, powerW (negative while cooling), supplyC, returnC. Registers (holding, function 3): 0x0401 flow m³/h, 0x0403 and
 * 0x0405 °C, 0x0409 kW, floats with the high word first; sent on the wire less one. One read of ten. Fails: silent, no number.
 * https://manualshive.com/en/manual/2flow/mag-11-series/439566?page=47 and page 48 (with a worked example)
 */
export const mag11: Driver<z.infer<typeof Params>> = {
  name: 'mag11',
  about: '2flow MAG 11 electromagnetic heat meter, Modbus',
  params: Params,
  example: { bus: 'meter', unit: 22 },
  channels: () => ['flowLpm', 'powerW', 'supplyC', 'returnC'].map((name) => ({ name, direction: 'in' as const })),
  async open(params, { buses, monoMs }) {
    const bus = buses.modbus(params.bus);
    return {
      async poll() {
        const atMs = monoMs();
        const decoded = decode(await bus.readHolding(params.unit, FIRST, COUNT));
        if (!decoded) throw deviceError('BUS_NOISE', 'mag11', params, 'answered no number; check its model');
        return Object.fromEntries(Object.entries(decoded).map(([name, value]) => [name, { value, atMs }]));
      },
    };
  },
};
