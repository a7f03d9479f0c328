import { z } from 'zod';
import type { Driver } from '../types.ts';
import { i2cParams } from './params.ts';

const Params = z.strictObject({
  ...i2cParams(0x58, 0x5f),
  inverted: z.boolean().describe('true where 0 V means 100 %, as with PWM profile A pumps'),
});

const RANGE = 0x01;
const TEN_VOLTS = 0x11;
const OUTPUT = { out0: 0x02, out1: 0x04 } as const;
const FULL_SCALE = 4095;

/** Bytes to send for a percentage: register, then the 12-bit value in the upper bits, low byte first. 50 % is 02 00 80. */
export function encode(channel: keyof typeof OUTPUT, pct: number, inverted: boolean): Uint8Array {
  const share = Math.min(Math.max(inverted ? 100 - pct : pct, 0), 100) / 100;
  const data = Math.round(share * FULL_SCALE) << 4;
  return Uint8Array.of(OUTPUT[channel], data & 0xff, data >> 8);
}

/**
 * Guestgood GP8403 two-channel 0-10 V DAC, 12 bit. VCC 12 V for the full range, I2C at 3.3 V, A0..A2 = 0x58..0x5F.
 * Channels out0, out1 in %. The chip starts at 0 V after power loss, so the range goes out before every value. It cannot
 * be read back: the acknowledged value is reported. Fails: absent. https://github.com/DFRobot/DFRobot_GP8403
 */
export const gp8403: Driver<z.infer<typeof Params>> = {
  name: 'gp8403',
  about: 'GP8403 two-channel 0-10 V output, I2C',
  params: Params,
  example: { bus: 'i2c1', address: '0x58', inverted: true },
  channels: () => Object.keys(OUTPUT).map((name) => ({ name, direction: 'out' as const })),
  async open(params, { buses }) {
    const bus = buses.i2c(params.bus);
    return {
      async write(channel, value) {
        await bus.transfer(params.address, Uint8Array.of(RANGE, TEN_VOLTS), 0);
        await bus.transfer(params.address, encode(channel as keyof typeof OUTPUT, value, params.inverted), 0);
        return value;
      },
    };
  },
};
