import { z } from 'zod';
import type { Driver } from '../types.ts';
import { deviceError } from './faults.ts';
import { gpioParams } from './params.ts';

const Params = z.strictObject({
  ...gpioParams,
  inverted: z.boolean().describe('true for a normally closed contact: released line 0 means value 1'),
});

/** Value 0 or 1 to line level; its own inverse. */
export const encode = (value: number, inverted: boolean): 0 | 1 => (value >= 0.5 !== inverted ? 1 : 0);

/**
 * A relay, contactor or spring-return valve on a GPIO line (transistor or optocoupler board, active high, coil supply
 * through the dead-man relay). Channel: state. Opens released (line 0). Fails: the line does not read back what was
 * written (shorted, or another program holds it).
 */
export const gpioRelay: Driver<z.infer<typeof Params>> = {
  name: 'gpio-relay',
  about: 'relay or valve, GPIO',
  params: Params,
  example: { bus: 'gpio0', line: 17, inverted: false },
  channels: () => [{ name: 'state', direction: 'out' }],
  async open(params, { buses }) {
    const output = await buses.gpio(params.bus).output(params.line, 0);
    return {
      async write(_channel, value) {
        const level = encode(value, params.inverted);
        await output.write(level);
        if ((await output.read()) !== level) {
          throw deviceError('BUS_NOISE', 'gpio-relay', params, `does not read back ${level}; check for a short`);
        }
        return encode(level, params.inverted);
      },
    };
  },
};
