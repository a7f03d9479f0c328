import type { OnProgress } from '../progress-teller.ts';

/** One measured figure beside its reference from the same run and its goal. */
export interface Figure {
  figure: string;
  value: number;
  unit: string;
  reference?: { name: string; value: number };
  goal: string;
  met: boolean;
}

interface BenchOptions {
  quick: boolean;
  seed: number;
  /** Only these, where a benchmark has parts; all of them where none is named. */
  parts?: readonly string[];
  /** It ends after so long with what it has, where it can (`canEndSooner`). */
  minutes?: number | undefined;
  /** For one that can count and keeps the thread, so that no timer tells how long it is at it. */
  onProgress?: OnProgress;
}

export interface Bench {
  name: string;
  about: string;
  canEndSooner?: true;
  run(options: BenchOptions): Promise<Figure[]>;
}

const round = (x: number) => (Number.isInteger(x) ? String(x) : Math.abs(x) >= 100 ? x.toFixed(0) : x.toPrecision(3));

export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((f) => [
    f.met ? 'met' : 'MISSED',
    f.figure,
    `${round(f.value)} ${f.unit}`,
    f.reference ? `${f.reference.name}: ${round(f.reference.value)} ${f.unit}` : '',
    f.goal,
  ]);
  const all = [['', 'figure', 'measured', 'reference, same run', 'goal'], ...rows];
  const widths = all[0]!.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
