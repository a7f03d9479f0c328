import { z } from 'zod';
import type { Driver } from '../types.ts';
import { ADS1115_CHANNELS, ads1115, decodeV } from './ads1115.ts';
import { i2cParams } from './params.ts';

const Params = z.strictObject({
  ...i2cParams(0x48, 0x4b),
  ohmsAt25C: z.number().min(100).max(1_000_000),
  betaK: z.number().min(2000).max(6000),
  pullUpOhms: z.number().min(100).max(1_000_000),
  railV: z.number().min(2).max(4.096).describe('supply of the pull-ups, measured at the terminal'),
});
type Params = z.infer<typeof Params>;

/** Share of the rail beyond which no NTC between -45 and 165 °C can sit: the wire is open or shorted. */
const OPEN_RATIO = 0.985;
const SHORT_RATIO = 0.012;

/** Word of the conversion register in °C, or why it is none. Beta equation over the divider pull-up : NTC. */
export function decode(raw: number, params: Omit<Params, 'bus' | 'address'>): { valueC: number } | { fault: string } {
  const ratio = decodeV(raw, 4.096) / params.railV;
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
  example: { bus: 'i2c1', address: '0x4A', ohmsAt25C: 10_000, betaK: 3977, pullUpOhms: 10_000, railV: 3.3 },
  channels: () => ADS1115_CHANNELS,
  open: async (params, context) =>
    ads1115({ driver: 'ads1115-ntc', params, fullScaleV: 4.096, decode: (raw) => decode(raw, params) }, context),
};
