import type { ChipIo, FilesChip } from './chip.ts';

/** One chip of /sys/class/hwmon; its number is not that of its driver's wish. https://docs.kernel.org/hwmon/sysfs-interface.html */
export function hwmon(params: unknown, io: ChipIo): FilesChip {
  const { node, temperature, power } = params as { node: string; temperature?: string; power?: string };
  const files: FilesChip['files'] = { 'hwmon7/name': { read: () => `${node}\n` } };
  if (temperature) files[`hwmon7/${temperature}`] = { read: () => `${Math.round(io.sense('temperatureC') * 1000)}\n` };
  if (power) files[`hwmon7/${power}`] = { read: () => `${Math.round(io.sense('powerW') * 1e6)}\n` };
  return { kind: 'files', files };
}
