import { type ErrorCode, HeatmineError } from '../../core/errors.ts';
import { whereOf } from './params.ts';

/** A coded error that names driver and place: "tmp117 at i2c1 0x49: ...". */
export const deviceError = (code: ErrorCode, driver: string, params: unknown, what: string) =>
  new HeatmineError(code, `${driver} at ${whereOf(params)}: ${what}`);

/** Big-endian 16-bit word, as TI and Microchip sensors send it. */
export function word(bytes: Uint8Array): number {
  if (bytes.length < 2) throw new HeatmineError('BUS_NOISE', `expected 2 bytes, got ${bytes.length}`);
  return (bytes[0]! << 8) | bytes[1]!;
}
