import { z } from 'zod';

/** Id of a bus in the board file. */
const bus = z.string().min(1).max(32);

/** `"0x48"` in the file, a number in code; data sheets write addresses in hex. The range is that of the chip's address pins. */
const i2cAddress = (first: number, last: number) =>
  z
    .string()
    .regex(/^0x[0-9a-fA-F]{2}$/, 'write the I2C address as text in hex, like "0x48"')
    .transform((text) => Number.parseInt(text, 16))
    .refine((address) => address >= first && address <= last, {
      message: `this chip answers from ${hex(first)} to ${hex(last)} only: check its address pins`,
    });

export const i2cParams = (first: number, last: number) => ({ bus, address: i2cAddress(first, last) });
export const gpioParams = { bus, line: z.int().min(0).max(511) };
export const modbusParams = { bus, unit: z.int().min(1).max(247) };
export const commandParams = { bus };

/** Where a device hangs, read from its validated params. */
export type Wiring =
  | { kind: 'i2c'; bus: string; address: number }
  | { kind: 'gpio'; bus: string; line: number }
  | { kind: 'modbus'; bus: string; unit: number }
  | { kind: 'command'; bus: string };

export function wiringOf(params: unknown): Wiring {
  const p = params as { bus: string; address?: number; line?: number; unit?: number };
  if (p.address !== undefined) return { kind: 'i2c', bus: p.bus, address: p.address };
  if (p.line !== undefined) return { kind: 'gpio', bus: p.bus, line: p.line };
  if (p.unit !== undefined) return { kind: 'modbus', bus: p.bus, unit: p.unit };
  return { kind: 'command', bus: p.bus };
}

/** "i2c1 0x49", "gpio0 line 17", "drive unit 1", "gpu": how people find the device. */
export function whereOf(params: unknown): string {
  const wiring = wiringOf(params);
  if (wiring.kind === 'i2c') return `${wiring.bus} ${hex(wiring.address)}`;
  if (wiring.kind === 'gpio') return `${wiring.bus} line ${wiring.line}`;
  if (wiring.kind === 'modbus') return `${wiring.bus} unit ${wiring.unit}`;
  return wiring.bus;
}

const hex = (n: number) => `0x${n.toString(16).toUpperCase().padStart(2, '0')}`;
