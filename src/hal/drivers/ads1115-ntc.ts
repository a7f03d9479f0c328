import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Driver, Sample } from '../types.ts';
import { deviceError, word } from './faults.ts';
import { i2cParams } from './params.ts';

const Params = z.strictObject({
  ...i2cParams(0x48, 0x4b),
  ohmsAt25C: z.number().min(100).max(1_000_000),
  betaK: z.number().min(2000).max(6000),
  pullUpOhms: z.number().min(100).max(1_000_000),
  railV: z.number().min(2).max(4.096).describe('supply of the pull-ups, measured at the terminal'),
});
type Params = z.infer<typeof Params>;

const CONVERSION = 0x00;
const CONFIG = 0x01;
const READY = 0x8000;
const CHANNELS = [0, 1, 2, 3] as const;
/** One conversion at 860/s takes 1.16 ms ±10 %. */
const CONVERSION_MS = 2;
const READY_TRIES = 4;
const V_PER_COUNT = 4.096 / 32_768;
/** Share of the rail beyond which no NTC between -45 and 165 °C can sit: the wire is open or shorted. */
const OPEN_RATIO = 0.985;
const SHORT_RATIO = 0.012;

/** Start one conversion of AINn against ground: ±4.096 V, single shot, 860/s, comparator off. Channel 0 is 0xC3E3. */
export const encodeConfig = (channel: number) => 0x83e3 | ((4 + channel) << 12);

/** Word of the conversion register in °C, or why it is none. Beta equation over the divider pull-up : NTC. */
export function decode(raw: number, params: Omit<Params, 'bus' | 'address'>): { valueC: number } | { fault: string } {
  const volts = (raw > 0x7fff ? raw - 0x10000 : raw) * V_PER_COUNT;
  const ratio = volts / params.railV;
  if (ratio > OPEN_RATIO) return { fault: 'sensor open (input at the rail); check its wire and plug' };
  if (ratio < SHORT_RATIO) return { fault: 'sensor shorted (input at 0 V); check its wire and plug' };
  const ohms = (params.pullUpOhms * ratio) / (1 - ratio);
  return { valueC: 1 / (1 / 298.15 + Math.log(ohms / params.ohmsAt25C) / params.betaK) - 273.15 };
}

/**
 * TI ADS1115, 16-bit, with an NTC from each input to ground and a pull-up to the rail; ADDR to GND/V+/SDA/SCL =
 * 0x48..0x4B. Channels a0..a3 in °C. Each poll converts the four one after another and reads the configuration back, so
 * that a result never belongs to another input or to a chip that restarted. Fails: absent, restarted (configuration
 * differs), not ready; per channel: open or shorted NTC. https://www.ti.com/lit/ds/symlink/ads1115.pdf
 */
export const ads1115Ntc: Driver<Params> = {
  name: 'ads1115-ntc',
  about: 'TI ADS1115 with four NTC thermistors, I2C',
  params: Params,
  channels: () => CHANNELS.map((n) => ({ name: `a${n}`, direction: 'in' as const })),
  async open(params, { buses, monoMs }) {
    const bus = buses.i2c(params.bus);
    const read = async (register: number) => word(await bus.transfer(params.address, Uint8Array.of(register), 2));
    async function convert(channel: number): Promise<Sample> {
      const config = encodeConfig(channel);
      await bus.transfer(params.address, Uint8Array.of(CONFIG, config >> 8, config & 0xff), 0);
      const atMs = monoMs();
      for (let attempt = 0; attempt < READY_TRIES; attempt++) {
        await sleep(CONVERSION_MS);
        const now = await read(CONFIG);
        if ((now | READY) !== config) {
          throw deviceError('BUS_NOISE', 'ads1115-ntc', params, 'lost its configuration; check its supply');
        }
        if (now & READY) {
          const decoded = decode(await read(CONVERSION), params);
          return 'fault' in decoded
            ? { value: Number.NaN, atMs, fault: decoded.fault }
            : { value: decoded.valueC, atMs };
        }
      }
      throw deviceError('BUS_NOISE', 'ads1115-ntc', params, 'conversion never became ready; check its supply');
    }
    return {
      async poll() {
        const samples: Record<string, Sample> = {};
        for (const n of CHANNELS) samples[`a${n}`] = await convert(n);
        return samples;
      },
    };
  },
};
