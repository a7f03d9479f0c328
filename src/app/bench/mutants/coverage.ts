import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Range {
  startOffset: number;
  endOffset: number;
  count: number;
}
interface Report {
  result: { url: string; functions: { ranges: Range[] }[] }[];
}

/** Of each file below src/control, which places a test has run: V8's own block coverage; type stripping keeps the offsets. */
export type Coverage = ReadonlyMap<string, readonly Range[]>;

const BELOW = '/src/control/';

/** As text and back, for a run that goes on later. */
export const coverageText = (coverage: Coverage): string => JSON.stringify([...coverage]);
export const coverageFrom = (text: string): Coverage => new Map(JSON.parse(text) as [string, Range[]][]);

/** Reads what NODE_V8_COVERAGE has left in `folder`. */
export function coverageIn(folder: string): Coverage {
  const all = new Map<string, Range[]>();
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Report;
    for (const { url, functions } of result) {
      const at = url.lastIndexOf(BELOW);
      if (at < 0) continue;
      const file = url.slice(at + BELOW.length);
      all.set(file, [...(all.get(file) ?? []), ...functions.flatMap((f) => f.ranges)]);
    }
  }
  return all;
}

/** Whether the innermost block around this place was run. */
export function covers(coverage: Coverage, file: string, offset: number): boolean {
  let inner: Range | undefined;
  for (const range of coverage.get(file) ?? []) {
    if (offset < range.startOffset || offset >= range.endOffset) continue;
    const size = range.endOffset - range.startOffset;
    if (!inner || size <= inner.endOffset - inner.startOffset) inner = range;
  }
  return inner !== undefined && inner.count > 0;
}
