import { z } from 'zod';
import type { Driver } from '../types.ts';
import { deviceError } from './faults.ts';
import { modbusParams } from './params.ts';
import { int16 } from './words.ts';

const Params = z.strictObject({
  ...modbusParams,
  maxHz: z.number().min(30).max(400).describe('frequency at 100 %, P1-01'),
  timeoutS: z.number().min(0.5).max(30).describe("the drive's own time-out on lost communication, as set in P5"),
});

/** Registers 1 (control word) and 2 (set-point in 0.1 Hz); the number less one goes on the wire. */
const CONTROL = 0;
/** Registers 6 to 10: status, output frequency 0.1 Hz, current 0.1 A, torque 0.1 %, power 0.01 kW. */
const STATUS = 5;
const RUN = 0x0001;
const RESET = 0x0004;
const TRIPPED = 0x0002;

/** Registers 6 to 10. The low byte of the first is the status, the high one the number of the trip. */
export function decode(words: ArrayLike<number>) {
  const status = words[0] ?? 0;
  return {
    trip: status & TRIPPED ? (status >> 8) & 0xff : undefined,
    speedHz: Math.abs(int16(words[1])) / 10,
    powerW: (words[4] ?? 0) * 10,
  };
}

/** Control word and set-point in one write. 50 % of 100 Hz is 0x0001 500. */
export const encode = (pct: number, maxHz: number): [number, number] =>
  pct > 0 ? [RUN, Math.round((pct / 100) * maxHz * 10)] : [0, 0];

/**
 * Invertek Optidrive Eco as the compressor's drive over Modbus RTU (P1-12 = 4), RJ45 pin 7 RS485-, pin 8 RS485+; enable line
 * through its STO inputs and the dead-man chain: Modbus carries the speed only. Channels: speedPct (out, read back), speedHz,
 * powerW. Registers above. Leave the drive's stop on lost communication on; a trip is reset only by a new start (0 to above
 * 0). Range 0 to maxHz. Fails: silent, tripped (with its number), set-point not read back.
 * https://manualshive.com/ru/manual/invertek-drives/eco-optidrive-odv-3-220043-1f12-sn/2085080?page=58 (control)
 * https://manualshive.com/en/manual/invertek-drives/3-440300-3f12-tn/2085078?page=59 (status and values)
 */
export const optidriveEco: Driver<z.infer<typeof Params>> = {
  name: 'optidrive-eco',
  about: 'Invertek Optidrive Eco compressor drive, Modbus',
  params: Params,
  example: { bus: 'drive', unit: 2, maxHz: 100, timeoutS: 3 },
  timeoutMs: ({ timeoutS }) => timeoutS * 1000,
  channels: () => [
    { name: 'speedPct', direction: 'out' },
    { name: 'speedHz', direction: 'in' },
    { name: 'powerW', direction: 'in' },
  ],
  async open(params, { buses, monoMs }) {
    const bus = buses.modbus(params.bus);
    const fail = (what: string) => deviceError('BUS_NOISE', 'optidrive-eco', params, what);
    const status = async () => decode(await bus.readHolding(params.unit, STATUS, 5));
    let lastPct = 0;
    return {
      async poll() {
        const atMs = monoMs();
        const { speedHz, powerW } = await status();
        return { speedHz: { value: speedHz, atMs }, powerW: { value: powerW, atMs } };
      },
      async write(_channel, pct) {
        const fresh = pct > 0 && lastPct === 0;
        lastPct = pct;
        const words = encode(pct, params.maxHz);
        if (fresh && (await status()).trip !== undefined) await bus.writeHolding(params.unit, CONTROL, [RESET, 0]);
        await bus.writeHolding(params.unit, CONTROL, words);
        const confirmed = await bus.readHolding(params.unit, CONTROL, 2);
        if (confirmed[0] !== words[0] || confirmed[1] !== words[1]) {
          throw fail(`reads ${[...confirmed]} after writing ${words}; is P1-12 = 4?`);
        }
        const { trip } = await status();
        if (pct > 0 && trip !== undefined) throw fail(`tripped (fault ${trip}); see its display`);
        return pct;
      },
    };
  },
};
