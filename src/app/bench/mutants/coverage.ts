import type { Profiler } from 'node:inspector';

/** A block of a source file and whether it was run: `[from, to, 1 or 0]`, V8's own block coverage; type stripping keeps the offsets. */
type Block = readonly [from: number, to: number, ran: 0 | 1];
/** By file below src/control, what one case has run of the folders that are judged. */
export type Coverage = Readonly<Record<string, readonly Block[]>>;
/** Of a case that lives whole days of a house: it is taken to run every place, for being watched would make it far slower. */
export const EVERYWHERE = null;

const BELOW = '/src/control/';

/** `folders`: below src/control. */
export function coverageOf(result: readonly Profiler.ScriptCoverage[], folders: readonly string[]): Coverage {
  const all: Record<string, Block[]> = {};
  for (const { url, functions } of result) {
    const at = url.lastIndexOf(BELOW);
    if (at < 0) continue;
    const file = url.slice(at + BELOW.length).replace(/\?.*/, '');
    if (!folders.includes(file.split('/')[0]!)) continue;
    // Without a name and around all: the module itself, run at its import.
    const inner = functions.filter((f) => f.ranges[0]!.startOffset > 0 || f.functionName !== '');
    const blocks = inner.flatMap((f) => f.ranges.map((r): Block => [r.startOffset, r.endOffset, r.count > 0 ? 1 : 0]));
    if (blocks.some(([, , ran]) => ran)) all[file] = blocks;
  }
  return all;
}

/** Whether the innermost block around this place was run. */
export function covers(coverage: Coverage | typeof EVERYWHERE, file: string, offset: number): boolean {
  if (coverage === EVERYWHERE) return true;
  let inner: Block | undefined;
  for (const block of coverage[file] ?? []) {
    const [from, to] = block;
    if (offset < from || offset >= to) continue;
    if (!inner || to - from <= inner[1] - inner[0]) inner = block;
  }
  return inner?.[2] === 1;
}
