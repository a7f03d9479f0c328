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
/** A name in the directory of a `files` bus; never a way out of it. */
const node = z.string().regex(/^(?!\.)[\w:.-]{1,64}$/, 'a plain file name');
export const filesParams = { bus, node };
export const manyFilesParams = { bus, nodes: z.array(node).min(1).max(32) };
export const hostParams = {
  bus,
  ttlS: z.number().min(1).max(60).describe('the host drops its cap when it has not heard from us for so long'),
};

/** Where a device hangs, read from its validated params. */
export type Wiring =
  | { kind: 'i2c'; bus: string; address: number }
  | { kind: 'gpio'; bus: string; line: number }
  | { kind: 'modbus'; bus: string; unit: number }
  | { kind: 'files'; bus: string; node: string }
  | { kind: 'command' | 'host'; bus: string };

interface Place {
  bus: string;
  address?: number;
  line?: number;
  unit?: number;
  node?: string;
  nodes?: string[];
  ttlS?: number;
}

export function wiringOf(params: unknown): Wiring {
  const { bus, address, line, unit, node, nodes, ttlS } = params as Place;
  if (address !== undefined) return { kind: 'i2c', bus, address };
  if (line !== undefined) return { kind: 'gpio', bus, line };
  if (unit !== undefined) return { kind: 'modbus', bus, unit };
  if (node !== undefined) return { kind: 'files', bus, node };
  if (nodes !== undefined) return { kind: 'files', bus, node: nodes.join('+') };
  return { kind: ttlS === undefined ? 'command' : 'host', bus };
}

/** "i2c1 0x49", "gpio0 line 17", "drive unit 1", "w1 28-0316a2791eff", "gpu": how people find the device. */
export function whereOf(params: unknown): string {
  const wiring = wiringOf(params);
  if (wiring.kind === 'i2c') return `${wiring.bus} ${hex(wiring.address)}`;
  if (wiring.kind === 'gpio') return `${wiring.bus} line ${wiring.line}`;
  if (wiring.kind === 'modbus') return `${wiring.bus} unit ${wiring.unit}`;
  return wiring.kind === 'files' ? `${wiring.bus} ${wiring.node}` : wiring.bus;
}

const hex = (n: number) => `0x${n.toString(16).toUpperCase().padStart(2, '0')}`;
