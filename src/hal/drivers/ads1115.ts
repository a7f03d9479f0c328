import { setTimeout as sleep } from 'node:timers/promises';
import type { DriverContext, Sample } from '../types.ts';
import { deviceError, steady, word } from './faults.ts';

const CONVERSION = 0x00;
const CONFIG = 0x01;
const READY = 0x8000;
const CHANNELS = [0, 1, 2, 3] as const;
/** One conversion at 860/s takes 1.16 ms ±10 %. */
const CONVERSION_MS = 2;
const READY_TRIES = 4;

/** Gain settings that the drivers use, by full scale. */
const PGA = { 4.096: 1, 2.048: 2 } as const;
export type FullScaleV = keyof typeof PGA;

export const ADS1115_CHANNELS = CHANNELS.map((n) => ({ name: `a${n}`, direction: 'in' as const }));

/** Starts one conversion of AINn against ground: single shot, 860/s, comparator off. Channel 0 at ±4.096 V is 0xC3E3. */
export const encodeConfig = (channel: number, fullScaleV: FullScaleV = 4.096) =>
  0x81e3 | ((4 + channel) << 12) | (PGA[fullScaleV] << 9);

/** Word of the conversion register in volts. 0x7FFF at ±4.096 V is 4.0959 V. */
export const decodeV = (raw: number, fullScaleV: FullScaleV): number =>
  ((raw > 0x7fff ? raw - 0x10000 : raw) * fullScaleV) / 32_768;

interface Ads1115Options {
  driver: string;
  params: { bus: string; address: number };
  fullScaleV: FullScaleV;
  /** Word of the conversion register as a value, or why it is none. */
  decode(raw: number): { valueC: number } | { fault: string };
}

/**
 * The four inputs, one after another; the configuration is read back each time, so that a result never belongs to another
 * input or to a chip that restarted. https://www.ti.com/lit/ds/symlink/ads1115.pdf (8.1)
 */
export function ads1115(options: Ads1115Options, { buses, monoMs }: DriverContext) {
  const { driver, params, fullScaleV, decode } = options;
  const bus = buses.i2c(params.bus);
  const read = async (register: number) => word(await bus.transfer(params.address, Uint8Array.of(register), 2));
  async function convert(channel: number): Promise<Sample> {
    const config = encodeConfig(channel, fullScaleV);
    await bus.transfer(params.address, Uint8Array.of(CONFIG, config >> 8, config & 0xff), 0);
    const atMs = monoMs();
    for (let attempt = 0; attempt < READY_TRIES; attempt++) {
      await sleep(CONVERSION_MS);
      const now = await read(CONFIG);
      if ((now | READY) !== config) {
        throw deviceError('BUS_NOISE', driver, params, 'lost its configuration; check its supply');
      }
      if (now & READY) {
        const decoded = decode(await steady(() => read(CONVERSION)));
        return 'fault' in decoded ? { value: Number.NaN, atMs, fault: decoded.fault } : { value: decoded.valueC, atMs };
      }
    }
    throw deviceError('BUS_NOISE', driver, params, 'conversion never became ready; check its supply');
  }
  return {
    async poll() {
      const samples: Record<string, Sample> = {};
      for (const n of CHANNELS) samples[`a${n}`] = await convert(n);
      return samples;
    },
  };
}
