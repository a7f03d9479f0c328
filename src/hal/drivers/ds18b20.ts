import { z } from 'zod';
import type { Driver } from '../types.ts';
import { deviceError } from './faults.ts';
import { filesParams } from './params.ts';

const Params = z.strictObject(filesParams);

/** Byte 6 of the scratchpad after power-on; after a conversion it is 16 minus the count that remained. */
const NEVER_CONVERTED = 0x0c;
const POWER_ON_RAW = 0x0550;

/** Dallas CRC-8, reflected polynomial 0x8C. */
export function crc8(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8c : crc >> 1;
  }
  return crc;
}

/**
 * Text of `w1_slave` in °C, or why it is none: the nine bytes of the scratchpad with the kernel's verdict on their CRC, which
 * is checked again here. "50 05 4b 46 7f ff 0c 10 1c" is the power-on value (85 °C), not a temperature.
 */
export function decode(text: string): { valueC: number } | { fault: string } {
  const bytes = /^((?:[0-9a-f]{2} ){9}): crc=[0-9a-f]{2} YES\s/.exec(text)?.[1];
  const pad = bytes
    ?.trim()
    .split(' ')
    .map((byte) => Number.parseInt(byte, 16));
  if (pad?.length !== 9 || crc8(pad.slice(0, 8)) !== pad[8] || pad.every((byte) => byte === 0)) {
    return { fault: 'checksum wrong; check the pull-up (4.7 kOhm) and the length of the wire' };
  }
  const raw = pad[0]! | (pad[1]! << 8);
  if (raw === POWER_ON_RAW && pad[6] === NEVER_CONVERTED) {
    return { fault: 'lost its supply while it measured (85 °C); give it three wires' };
  }
  return { valueC: ((raw << 16) >> 16) / 16 };
}

/**
 * Maxim DS18B20 through the kernel's 1-Wire files, ±0.5 °C from -10 to 85 °C, range -55 to 125 °C, 1/16 °C. VDD 3.3 V, DQ with
 * 4.7 kOhm to VDD on the pin of the overlay w1-gpio, GND. `node` is its directory, 28-... in /sys/bus/w1/devices. Channel:
 * temperatureC. Reading takes a conversion, 750 ms: not for points that can trip. Fails: absent (no such directory),
 * checksum, power-on value, another family at that name.
 * https://docs.kernel.org/w1/slaves/w1_therm.html https://www.analog.com/media/en/technical-documentation/data-sheets/ds18b20.pdf
 */
export const ds18b20: Driver<z.infer<typeof Params>> = {
  name: 'ds18b20',
  about: 'Maxim DS18B20 temperature sensor, 1-Wire by the kernel',
  params: Params,
  example: { bus: 'w1', node: '28-0316a2791eff' },
  channels: () => [{ name: 'temperatureC', direction: 'in' }],
  async open(params, { buses, monoMs }) {
    const bus = buses.files(params.bus);
    return {
      async poll() {
        const decoded = decode(await bus.read(`${params.node}/w1_slave`));
        if ('fault' in decoded) throw deviceError('BUS_NOISE', 'ds18b20', params, decoded.fault);
        return { temperatureC: { value: decoded.valueC, atMs: monoMs() } };
      },
    };
  },
};
