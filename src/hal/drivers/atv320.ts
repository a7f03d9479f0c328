import { z } from 'zod';
import type { Driver } from '../types.ts';
import { deviceError } from './faults.ts';
import { modbusParams } from './params.ts';
import { int16 } from './words.ts';

const Params = z.strictObject({
  ...modbusParams,
  maxHz: z.number().min(30).max(400).describe('frequency at 100 %'),
  ratedW: z.number().min(100).max(30_000).describe('nominal motor power: the drive reports per cent of it'),
  timeoutS: z
    .number()
    .min(0.5)
    .max(30)
    .default(10)
    .describe("ttO: the drive's own Modbus time-out, factory setting 10 s"),
});

const ETA = 3201;
const OPR = 3211;
const CMD = 8501;
const LFR = 8502;

/** Steps of the drive profile CiA 402: which command the state word asks for next; undefined once it runs. */
export function nextCommand(eta: number): number | undefined {
  if ((eta & 0x4f) === 0x40) return 0x06;
  if ((eta & 0x6f) === 0x21) return 0x07;
  if ((eta & 0x6f) === 0x23) return 0x0f;
  return undefined;
}

export const isFault = (eta: number) => (eta & 0x4f) === 0x08;

/** Words of registers 3201..3211 (ETA, RFR in 0.1 Hz, signed, ..., OPR in % of nominal power). */
export function decode(words: ArrayLike<number>, ratedW: number): { eta: number; speedHz: number; powerW: number } {
  return {
    eta: words[0] ?? 0,
    speedHz: Math.abs(int16(words[1])) / 10,
    powerW: (int16(words[OPR - ETA]) / 100) * ratedW,
  };
}

/** Per cent of full speed to the word of LFR, 0.1 Hz. */
export const encodeSpeed = (pct: number, maxHz: number) => Math.round((pct / 100) * maxHz * 10);

/**
 * Schneider ATV320 drive of the compressor over Modbus RTU, profile CiA 402 (CHCF = SEP, FR1 = Mdb, CD1 = Mdb), enable
 * line through STO and the dead-man chain: Modbus carries the speed only. Channels: speedPct (out), speedHz, powerW.
 * Set-points are written again at half of `timeoutS`; leave the drive's own Modbus time-out (ttO) on, so that it stops.
 * A drive fault is reset only by a new start (0 to above 0). Fails: silent, fault state, set-point not read back.
 * Wiring: RJ45 pin 4 D1, pin 5 D0, pin 8 common; 19,200 8E1, address as set in Add. Registers (holding, logic address = wire
 * address): ETA 3201, RFR 3202 in 0.1 Hz, OPR 3211 in %, CMD 8501, LFR 8502 in 0.1 Hz. Range 0 to maxHz.
 * https://www.se.com/ww/en/download/document/NVE41316/ (communication parameters V3.5)
 */
export const atv320: Driver<z.infer<typeof Params>> = {
  name: 'atv320',
  about: 'Schneider ATV320 compressor drive, Modbus',
  params: Params,
  example: { bus: 'drive', unit: 1, maxHz: 100, ratedW: 4000, timeoutS: 10 },
  timeoutMs: ({ timeoutS }) => timeoutS * 1000,
  channels: () => [
    { name: 'speedPct', direction: 'out' },
    { name: 'speedHz', direction: 'in' },
    { name: 'powerW', direction: 'in' },
  ],
  async open(params, { buses, monoMs }) {
    const bus = buses.modbus(params.bus);
    const eta = async () => (await bus.readHolding(params.unit, ETA, 1))[0] ?? 0;
    let lastPct = 0;
    async function start(fresh: boolean): Promise<void> {
      let state = await eta();
      if (isFault(state) && fresh) {
        await bus.writeHolding(params.unit, CMD, [0x80]);
        state = await eta();
      }
      if (isFault(state))
        throw deviceError(
          'BUS_NOISE',
          'atv320',
          params,
          `drive fault (ETA 0x${state.toString(16)}); read the fault code on its display`,
        );
      for (let step = 0; step < 3; step++) {
        const command = nextCommand(state);
        if (command === undefined) return;
        await bus.writeHolding(params.unit, CMD, [command]);
        state = await eta();
      }
    }
    return {
      async poll() {
        const atMs = monoMs();
        const { speedHz, powerW } = decode(await bus.readHolding(params.unit, ETA, OPR - ETA + 1), params.ratedW);
        return { speedHz: { value: speedHz, atMs }, powerW: { value: powerW, atMs } };
      },
      async write(_channel, pct) {
        const fresh = pct > 0 && lastPct === 0;
        lastPct = pct;
        const wanted = encodeSpeed(pct, params.maxHz);
        await bus.writeHolding(params.unit, LFR, [wanted]);
        if (pct > 0) await start(fresh);
        else await bus.writeHolding(params.unit, CMD, [0x06]);
        const confirmed = (await bus.readHolding(params.unit, LFR, 1))[0];
        if (confirmed !== wanted) {
          throw deviceError(
            'BUS_NOISE',
            'atv320',
            params,
            `LFR reads ${confirmed} after writing ${wanted}; is FR1 = Mdb?`,
          );
        }
        return pct;
      },
    };
  },
};
