import { z } from 'zod';
import type { Driver, Sample } from '../types.ts';
import { steady, word } from './faults.ts';
import { i2cParams } from './params.ts';

/** Significant bits of the temperature register, left-aligned; what is below them is undefined on the oldest chips. */
const BITS = { lm75: 9, lm75b: 11, tmp102: 12 } as const;

const Params = z.strictObject({
  ...i2cParams(0x48, 0x4f),
  chip: z
    .enum(['lm75', 'lm75b', 'tmp102'])
    .default('lm75')
    .describe('lm75: 0.5 °C, lm75b: 0.125 °C, tmp102: 0.0625 °C'),
});

const TEMPERATURE = 0x00;
const CONFIG = 0x01;
const SHUTDOWN = 0x01;
/** Until the first conversion the register holds 0 °C. */
const SETTLE_MS = 350;

/** Word of the temperature register in °C: 1/256 °C, two's complement. 0x1900 is 25 °C, 0xE700 is -25 °C. */
export function decode(raw: number, chip: keyof typeof BITS): number {
  const kept = raw & (0xffff << (16 - BITS[chip]));
  return ((kept << 16) >> 16) / 256;
}

/**
 * NXP/TI LM75 family and TI TMP102, -55 to 125 °C, ±2 °C (LM75) to ±0.5 °C (TMP102). VCC 3.3 V, SDA, SCL, A0..A2 =
 * 0x48..0x4F (TMP102: ADD0 to GND/V+/SDA/SCL = 0x48..0x4B). Channel: temperatureC. Registers: 0 temperature, 1
 * configuration (bit 0 shutdown, cleared here). Fails: absent. It has neither an identity nor a checksum: another chip at
 * its address or exchanged bytes look like a temperature, which only the plausible range and control's own checks can tell.
 * https://www.ti.com/lit/ds/symlink/lm75b.pdf https://www.ti.com/lit/ds/symlink/tmp102.pdf
 */
export const lm75: Driver<z.infer<typeof Params>> = {
  name: 'lm75',
  about: 'LM75 or TMP102 temperature sensor, I2C',
  params: Params,
  example: { bus: 'i2c1', address: '0x4C', chip: 'tmp102' },
  channels: () => [{ name: 'temperatureC', direction: 'in' }],
  async open(params, { buses, monoMs }) {
    const bus = buses.i2c(params.bus);
    let settledMs = monoMs() + SETTLE_MS;
    async function sample(): Promise<Record<string, Sample>> {
      const [config = 0] = await bus.transfer(params.address, Uint8Array.of(CONFIG), 1);
      if (config & SHUTDOWN) {
        await bus.transfer(params.address, Uint8Array.of(CONFIG, config & ~SHUTDOWN), 0);
        settledMs = monoMs() + SETTLE_MS;
      }
      const raw = await steady(async () => word(await bus.transfer(params.address, Uint8Array.of(TEMPERATURE), 2)));
      if (monoMs() < settledMs) return {};
      return { temperatureC: { value: decode(raw, params.chip), atMs: monoMs() } };
    }
    return {
      poll: () =>
        sample().catch((error) => {
          // It may have lost its supply and start anew.
          settledMs = monoMs() + SETTLE_MS;
          throw error;
        }),
    };
  },
};
