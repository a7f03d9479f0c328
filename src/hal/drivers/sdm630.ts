import { z } from 'zod';
import type { Driver } from '../types.ts';
import { deviceError } from './faults.ts';
import { modbusParams } from './params.ts';
import { float32 } from './words.ts';

const Params = z.strictObject(modbusParams);

/** Input register 30053: total system power, watts. */
const TOTAL_POWER = 0x0034;

export const decode = (words: ArrayLike<number>) => float32(words[0], words[1]);

/**
 * Eastron SDM630 (or SDM72) three-phase energy meter over Modbus RTU, A/B terminals, 9600 8N1 as set at the meter. Channel:
 * powerW, import positive with the arrow towards the house, ±69 kW at 100 A. Register (input): 30053, float, high word
 * first. Fails: silent, no number.
 * https://www.eastroneurope.com/images/uploads/products/protocol/SDM630_MODBUS_Protocol.pdf
 */
export const sdm630: Driver<z.infer<typeof Params>> = {
  name: 'sdm630',
  about: 'Eastron SDM630 energy meter, Modbus',
  params: Params,
  example: { bus: 'meter', unit: 11 },
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
