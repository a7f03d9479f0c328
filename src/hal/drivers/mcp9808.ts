import { z } from 'zod';
import type { Driver } from '../types.ts';
import { deviceError, steady, word } from './faults.ts';
import { i2cParams } from './params.ts';

const Params = z.strictObject(i2cParams(0x18, 0x1f));

const AMBIENT = 0x05;
const MANUFACTURER = 0x06;
const MICROCHIP = 0x0054;

/** Word of the ambient register in °C: flags in bits 15..13, sign in 12, 1/16 °C. 0xC194 is 25.25 °C, 0x1FF0 is -1 °C. */
export function decode(raw: number): number {
  const magnitude = (raw & 0x0fff) / 16;
  return raw & 0x1000 ? magnitude - 256 : magnitude;
}

/**
 * Microchip MCP9808, ±0.5 °C, range -40 to 125 °C, new value every 250 ms. VDD 3.3 V, SDA, SCL, A0..A2 = 0x18..0x1F.
 * Channel: temperatureC. Fails: absent, another chip at its address (manufacturer id), reads
 * that disagree.
 * https://ww1.microchip.com/downloads/en/DeviceDoc/25095A.pdf
 */
export const mcp9808: Driver<z.infer<typeof Params>> = {
  name: 'mcp9808',
  about: 'Microchip MCP9808 temperature sensor, I2C',
  params: Params,
  example: { bus: 'i2c1', address: '0x18' },
  channels: () => [{ name: 'temperatureC', direction: 'in' }],
  async open(params, { buses, monoMs }) {
    const bus = buses.i2c(params.bus);
    const read = async (register: number) => word(await bus.transfer(params.address, Uint8Array.of(register), 2));
    return {
      async poll() {
        if ((await read(MANUFACTURER)) !== MICROCHIP) {
          throw deviceError('BUS_NOISE', 'mcp9808', params, 'another chip answers; check the address pins');
        }
        return { temperatureC: { value: decode(await steady(() => read(AMBIENT))), atMs: monoMs() } };
      },
    };
  },
};
