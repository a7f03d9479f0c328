import type { Injected } from './faults.ts';
import { CELLS, type Cell } from './scenes.ts';

/** What has been injected where. One fault in one window counts once. */
export interface Coverage {
  faults: number;
  windows: number;
  /** Distinct pairs of kinds that were broken at the same time. */
  pairs: Set<string>;
  /** Counts by kind and by cell. */
  counts: Map<string, number>;
  add(cell: Cell, faults: readonly Injected[]): void;
}

const cellName = ({ mode, phase }: Cell) => `${mode}/${phase}`;
const overlap = (a: Injected, b: Injected) => a.fromS < b.untilS && b.fromS < a.untilS;

export function createCoverage(): Coverage {
  const counts = new Map<string, number>();
  const pairs = new Set<string>();
  const coverage: Coverage = {
    faults: 0,
    windows: 0,
    pairs,
    counts,
    add(cell, faults) {
      coverage.windows++;
      for (const [i, fault] of faults.entries()) {
        coverage.faults++;
        const key = `${fault.kind}|${cellName(cell)}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
        for (const other of faults.slice(i + 1)) {
          if (other.kind !== fault.kind && overlap(fault, other))
            pairs.add([fault.kind, other.kind].sort().join(' + '));
        }
      }
    },
  };
  return coverage;
}

const short = (n: number) => (n === 0 ? '·' : n < 10_000 ? String(n) : `${Math.round(n / 1000)}k`);

/** Rows are groups of faults, columns mode and phase; `·` is a cell that nothing has reached yet. */
export function coverageTable(
  coverage: Coverage,
  groupOf: (kind: string) => string,
  groups: readonly string[],
): string {
  const sums = new Map<string, number>();
  for (const [key, n] of coverage.counts) {
    const [kind, cell] = key.split('|') as [string, string];
    const at = `${groupOf(kind)}|${cell}`;
    sums.set(at, (sums.get(at) ?? 0) + n);
  }
  const columns = CELLS.map(cellName);
  const head = columns.map((c, i) => `${String(i + 1).padStart(2)} ${c}`);
  const width = Math.max(...groups.map((g) => g.length));
  const line = (first: string, cells: readonly string[]) =>
    `${first.padEnd(width)} ${cells.map((c) => c.padStart(5)).join('')}`;
  const rows = groups.map((g) =>
    line(
      g,
      columns.map((c) => short(sums.get(`${g}|${c}`) ?? 0)),
    ),
  );
  return [
    'columns: ',
    ...head,
    '',
    line(
      '',
      columns.map((_, i) => String(i + 1)),
    ),
    ...rows,
  ].join('\n');
}

/** Kinds that a cell has not seen. */
export function missing(coverage: Coverage, kinds: readonly string[]): number {
  let none = 0;
  for (const kind of kinds) for (const cell of CELLS) if (!coverage.counts.has(`${kind}|${cellName(cell)}`)) none++;
  return none;
}
