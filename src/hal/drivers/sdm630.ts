import { z } from 'zod';
import type { Driver } from '../types.ts';
import { deviceError } from './faults.ts';
import { modbusParams } from './params.ts';

const Params = z.strictObject(modbusParams);

/** Input register 30053: total system power, watts. */
const TOTAL_POWER = 0x0034;

/** IEEE 754 single, most significant word first. 0x447A 0x0000 is 1000 W; undefined where it is no number. */
export function decode(words: ArrayLike<number>): number | undefined {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, words[0] ?? 0x7fc0);
  view.setUint16(2, words[1] ?? 0);
  const value = view.getFloat32(0);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * Eastron SDM630 three-phase energy meter over Modbus RTU (9600 8N1 as set at the meter). Channel: powerW, import
 * positive with the arrow towards the house. Fails: silent, no number.
 * https://www.eastroneurope.com/images/uploads/products/protocol/SDM630_MODBUS_Protocol.pdf
 */
export const sdm630: Driver<z.infer<typeof Params>> = {
  name: 'sdm630',
  about: 'Eastron SDM630 energy meter, Modbus',
  params: Params,
  channels: () => [{ name: 'powerW', direction: 'in' }],
  async open(params, { buses, monoMs }) {
    const bus = buses.modbus(params.bus);
    return {
      async poll() {
        const atMs = monoMs();
        const value = decode(await bus.readInput(params.unit, TOTAL_POWER, 2));
        if (value === undefined)
          throw deviceError('BUS_NOISE', 'sdm630', params, 'answered no number; check its model');
        return { powerW: { value, atMs } };
      },
    };
  },
};
