import { z } from 'zod';
import type { Driver, Sample } from '../types.ts';
import { deviceError, steady, word } from './faults.ts';
import { i2cParams } from './params.ts';

const Params = z.strictObject(i2cParams(0x48, 0x4b));

const TEMPERATURE = 0x00;
const CONFIG = 0x01;
const DEVICE_ID = 0x0f;
const DATA_READY = 0x2000;
/** Continuous, mean of 8 conversions every 125 ms (MOD 00, CONV 001, AVG 01); flags in the upper bits are not ours. */
const CONFIG_8_EVERY_125_MS = 0x00a0;
const CONFIG_MASK = 0x0fe0;
/** Time after its set-up in which having no value yet is no fault. */
const FIRST_CONVERSION_MS = 1200;
/** The result register until the first conversion is done. */
const POWER_ON = 0x8000;

/** Word of the result register in °C; undefined for the power-on value. 0x1F40 is 62.5 °C, 0xFFFF is -0.0078 °C. */
export function decode(raw: number): number | undefined {
  if (raw === POWER_ON) return undefined;
  return (raw > 0x7fff ? raw - 0x10000 : raw) * 0.0078125;
}

/**
 * TI TMP117, ±0.1 °C from -20 to 50 °C, range -55 to 150 °C. VCC 3.3 V, SDA, SCL, ADD0 to GND/V+/SDA/SCL = 0x48..0x4B.
 * Channel: temperatureC. Fails: absent (no acknowledge), another chip at its address (device id), reads that
 * disagree, never converting, frozen (data-ready never set: the age of its last sample grows). https://www.ti.com/lit/ds/symlink/tmp117.pdf
 */
export const tmp117: Driver<z.infer<typeof Params>> = {
  name: 'tmp117',
  about: 'TI TMP117 temperature sensor, I2C',
  params: Params,
  example: { bus: 'i2c1', address: '0x48' },
  channels: () => [{ name: 'temperatureC', direction: 'in' }],
  async open(params, { buses, monoMs }) {
    const bus = buses.i2c(params.bus);
    const read = async (register: number) => word(await bus.transfer(params.address, Uint8Array.of(register), 2));
    let last: Sample | undefined;
    let configuredMs: number | undefined;
    async function sample(): Promise<Record<string, Sample>> {
      if (((await read(DEVICE_ID)) & 0x0fff) !== 0x117) {
        throw deviceError('BUS_NOISE', 'tmp117', params, 'another chip answers; check the address pins');
      }
      const config = await read(CONFIG);
      if ((config & CONFIG_MASK) !== CONFIG_8_EVERY_125_MS) {
        const bytes = Uint8Array.of(CONFIG, CONFIG_8_EVERY_125_MS >> 8, CONFIG_8_EVERY_125_MS & 0xff);
        await bus.transfer(params.address, bytes, 0);
      } else if (config & DATA_READY) {
        const raw = await steady(() => read(TEMPERATURE));
        const value = decode(raw);
        if (value !== undefined) last = { value, atMs: monoMs() };
      }
      configuredMs ??= monoMs();
      if (!last && monoMs() - configuredMs > FIRST_CONVERSION_MS) {
        throw deviceError('BUS_NOISE', 'tmp117', params, 'answers, but never converts; check its supply');
      }
      return last ? { temperatureC: last } : {};
    }
    return {
      poll: () =>
        sample().catch((error) => {
          last = undefined;
          throw error;
        }),
    };
  },
};
