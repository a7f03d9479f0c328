import { z } from 'zod';
import type { Driver } from '../types.ts';
import { ADS1115_CHANNELS, ads1115, decodeV } from './ads1115.ts';
import { i2cParams } from './params.ts';

const Params = z.strictObject({
  ...i2cParams(0x48, 0x4b),
  pullUpOhms: z.number().min(1000).max(10_000).describe('0.1 %, 25 ppm/K: its error is the error of the reading'),
  railV: z.number().min(2).max(3.6).describe('supply of the pull-ups, measured at the terminal'),
});
type Params = z.infer<typeof Params>;

/** IEC 60751: R = R0 (1 + A t + B t²), below 0 °C also + C (t - 100) t³. */
const R0 = 1000;
const A = 3.9083e-3;
const B = -5.775e-7;
const C = -4.183e-12;
/** -70 to 300 °C. Outside, the wire is open or shorted. */
const MIN_OHMS = 722;
const MAX_OHMS = 2121;

/** Ohms of a PT1000 in °C, within 0.01 K from -70 to 300 °C. 1385.055 is 100 °C. */
export function celsiusOf(ohms: number): number {
  const r = ohms / R0;
  let t = (-A + Math.sqrt(A * A - 4 * B * (1 - r))) / (2 * B);
  // Below 0 °C the cubic term counts: two Newton steps from the square root's answer.
  for (let i = 0; t < 0 && i < 2; i++) {
    const error = 1 + A * t + B * t * t + C * (t - 100) * t ** 3 - r;
    t -= error / (A + 2 * B * t + C * (4 * t ** 3 - 300 * t * t));
  }
  return t;
}

/** Word of the conversion register in °C, or why it is none. Divider pull-up : PT1000. */
export function decode(
  raw: number,
  { pullUpOhms, railV }: Pick<Params, 'pullUpOhms' | 'railV'>,
): { valueC: number } | { fault: string } {
  const volts = decodeV(raw, 2.048);
  const ohms = volts >= railV ? Number.POSITIVE_INFINITY : (pullUpOhms * volts) / (railV - volts);
  if (raw === 0x7fff || ohms > MAX_OHMS) return { fault: 'sensor open; check its wire and plug' };
  if (ohms < MIN_OHMS) return { fault: 'sensor shorted; check its wire and plug' };
  return { valueC: celsiusOf(ohms) };
}

/**
 * TI ADS1115, 16-bit, with a PT1000 (two wires) from each input to ground and a pull-up to the rail; ADDR to GND/V+/SDA/SCL
 * = 0x48..0x4B. Channels a0..a3 in °C, -70 to 300 °C, 0.04 K a step with 3.3 kOhm at 3.3 V. The wire's own ohm adds
 * 0.26 K each. Fails: absent, restarted, not ready; per channel: open or shorted sensor.
 * https://www.ti.com/lit/ds/symlink/ads1115.pdf, IEC 60751 in https://www.ti.com/lit/an/sbaa275a/sbaa275a.pdf
 */
export const ads1115Pt1000: Driver<Params> = {
  name: 'ads1115-pt1000',
  about: 'TI ADS1115 with four PT1000, I2C',
  params: Params,
  example: { bus: 'i2c1', address: '0x49', pullUpOhms: 3300, railV: 3.3 },
  channels: () => ADS1115_CHANNELS,
  open: async (params, context) =>
    ads1115({ driver: 'ads1115-pt1000', params, fullScaleV: 2.048, decode: (raw) => decode(raw, params) }, context),
};
