import { z } from 'zod';
import type { Driver, Sample } from '../types.ts';
import { deviceError } from './faults.ts';
import { filesParams } from './params.ts';

const file = (kind: 'temp' | 'power') =>
  z
    .string()
    .regex(new RegExp(`^${kind}\\d{1,2}_(input|average)$`), `a file like ${kind}1_input`)
    .optional();

const Params = z
  .strictObject({ ...filesParams, temperature: file('temp'), power: file('power') })
  .refine((p) => p.temperature || p.power, 'name a temperature file, a power file or both');

/** Text of a file, in m°C or µW, as °C or W; undefined for anything else. */
export function decode(text: string, kind: 'temperature' | 'power'): number | undefined {
  return /^-?\d{1,15}\s*$/.test(text) ? Number(text) / (kind === 'power' ? 1e6 : 1000) : undefined;
}

/**
 * Any sensor chip that the kernel shows in /sys/class/hwmon (processors, drives, power supplies, accelerators without a driver
 * of ours). `node` is what its file `name` says, since the numbers change with each boot. Channels: temperatureC from
 * `temperature`, powerW from `power`. Units: m°C, µW. Fails: no chip of that name, hanging driver, no number per channel.
 * https://docs.kernel.org/hwmon/sysfs-interface.html
 */
export const hwmon: Driver<z.infer<typeof Params>> = {
  name: 'hwmon',
  about: 'any sensor of the kernel (hwmon)',
  params: Params,
  example: { bus: 'hwmon', node: 'k10temp', temperature: 'temp1_input', power: 'power1_input' },
  channels: ({ temperature, power }) => [
    ...(temperature ? [{ name: 'temperatureC', direction: 'in' as const }] : []),
    ...(power ? [{ name: 'powerW', direction: 'in' as const }] : []),
  ],
  async open(params, { buses, monoMs }) {
    const bus = buses.files(params.bus);
    let dir: string | undefined;
    async function find(): Promise<string> {
      for (const name of await bus.list('')) {
        if ((await bus.read(`${name}/name`).catch(() => '')).trim() === params.node) return name;
      }
      throw deviceError('BUS_ABSENT', 'hwmon', params, 'no chip of that name; compare /sys/class/hwmon/*/name');
    }
    async function read(name: string, kind: 'temperature' | 'power'): Promise<Sample> {
      const atMs = monoMs();
      const value = decode(await bus.read(`${dir}/${name}`), kind);
      return value === undefined ? { value: Number.NaN, atMs, fault: `${name} is no number` } : { value, atMs };
    }
    async function sample(): Promise<Record<string, Sample>> {
      dir ??= await find();
      const samples: Record<string, Sample> = {};
      if (params.temperature) samples.temperatureC = await read(params.temperature, 'temperature');
      if (params.power) samples.powerW = await read(params.power, 'power');
      if (Object.values(samples).every((s) => s.fault)) {
        throw deviceError('BUS_NOISE', 'hwmon', params, 'its files hold no numbers; see dmesg');
      }
      return samples;
    }
    return {
      poll: () =>
        sample().catch((error) => {
          dir = undefined;
          throw error;
        }),
    };
  },
};
