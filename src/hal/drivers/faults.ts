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

/**
 * Reads until two words in a row are the same, three times at most: I2C has no checksum, and what differs within a
 * millisecond is noise, unless a conversion has just ended.
 */
export async function steady(read: () => Promise<number>): Promise<number> {
  let last = await read();
  for (let again = 0; again < 2; again++) {
    const next = await read();
    if (next === last) return next;
    last = next;
  }
  throw new HeatmineError('BUS_NOISE', 'no two reads agree; check shielding and pull-ups');
}
