import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * The last ten minutes of control at 10 Hz, as it writes them down at a fault: one line of JSON, then the time of each tick
 * (64-bit) and its columns (32-bit), little-endian, all of it by gzip. A value that is not known is NaN.
 */
export interface Ticks {
  /** What was told in the moment of the fault, and when by the clock of the house. */
  why: string;
  timeMs: number;
  /** Monotonic time of the fault and of each tick, ms. */
  faultMs: number;
  columns: readonly string[];
  atMs: Float64Array;
  /** Tick by tick, one number for each column. */
  values: Float32Array;
}

const FORMAT = 'heatmine-ticks-1';
const SUFFIX = '.ticks.gz';
const MOST_BYTES = 8 * 2 ** 20;

export const ticksFile = (dir: string, timeMs: number): string =>
  join(dir, `${new Date(timeMs).toISOString().replaceAll(':', '-')}${SUFFIX}`);

/** Not yet by gzip: that belongs off the loop. */
export function packTicks({ why, timeMs, faultMs, columns, atMs, values }: Ticks): Buffer {
  const head = JSON.stringify({ format: FORMAT, why, timeMs, faultMs, columns, ticks: atMs.length });
  const bytes = (a: Float64Array | Float32Array) => Buffer.from(a.buffer, a.byteOffset, a.byteLength);
  return Buffer.concat([Buffer.from(`${head}\n`), bytes(atMs), bytes(values)]);
}

/** Throws on anything that is not such a file. */
export function readTicks(file: string): Ticks {
  const all = gunzipSync(readFileSync(file), { maxOutputLength: MOST_BYTES });
  const end = all.indexOf('\n');
  const { format, ticks, ...head } = JSON.parse(all.toString('utf8', 0, end));
  if (format !== FORMAT) throw new Error(`${file}: not the ticks of a fault`);
  const body = all.buffer.slice(all.byteOffset + end + 1, all.byteOffset + all.length);
  const values = new Float32Array(body, 8 * ticks, ticks * head.columns.length);
  return { ...head, atMs: new Float64Array(body, 0, ticks), values };
}

/** Files of earlier faults, oldest first; none where there has been none. */
export function ticksFiles(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => name.endsWith(SUFFIX))
      .sort()
      .map((name) => join(dir, name));
  } catch {
    return [];
  }
}
