import type { FaultKind, Injected } from './faults.ts';
import { CELLS, type Cell, cellName, IMPOSSIBLE } from './scenes.ts';

/** What has been injected where. One fault in one window counts once. */
export interface Coverage {
  faults: number;
  windows: number;
  /** Counts of pairs of kinds that were broken at the same time, `a + b` in order of the alphabet. */
  pairs: Map<string, number>;
  /** Counts by kind and by cell. */
  counts: Map<string, number>;
  add(cell: Cell, faults: readonly Injected[]): void;
}

const overlap = (a: Injected, b: Injected) => a.fromS < b.untilS && b.fromS < a.untilS;
const pairOf = (a: string, b: string) => (a < b ? `${a} + ${b}` : `${b} + ${a}`);
const count = (map: Map<string, number>, key: string, n = 1) => map.set(key, (map.get(key) ?? 0) + n);

export function createCoverage(): Coverage {
  const coverage: Coverage = {
    faults: 0,
    windows: 0,
    pairs: new Map(),
    counts: new Map(),
    add(cell, faults) {
      coverage.windows++;
      for (const [i, fault] of faults.entries()) {
        coverage.faults++;
        count(coverage.counts, `${fault.kind}|${cellName(cell)}`);
        for (const other of faults.slice(i + 1)) {
          if (other.kind !== fault.kind && overlap(fault, other)) count(coverage.pairs, pairOf(fault.kind, other.kind));
        }
      }
    },
  };
  return coverage;
}

const short = (n: number) => (n === 0 ? '·' : n < 10_000 ? String(n) : `${Math.round(n / 1000)}k`);
const groupsOf = (kinds: readonly FaultKind[]) => [...new Set(kinds.map((k) => k.group))];

/** Faults by group and cell: rows are groups of faults, columns mode and phase; `·` is a cell that nothing has reached yet. */
export function coverageTable(coverage: Coverage, kinds: readonly FaultKind[]): string {
  const groupOf = new Map(kinds.map((k) => [k.kind, k.group]));
  const sums = new Map<string, number>();
  for (const [key, n] of coverage.counts) {
    const [kind, cell] = key.split('|') as [string, string];
    count(sums, `${groupOf.get(kind) ?? kind}|${cell}`, n);
    count(sums, `all|${cell}`, n);
  }
  const columns = CELLS.map(cellName);
  const groups = [...groupsOf(kinds), 'all'];
  const width = Math.max(...groups.map((g) => g.length));
  const line = (first: string, cells: readonly string[]) =>
    `${first.padEnd(width)} ${cells.map((c) => c.padStart(5)).join('')}`;
  const ofGroup = (g: string) => columns.map((c) => sums.get(`${g}|${c}`) ?? 0);
  const rows = groups.map((g) => line(g, [...ofGroup(g), ofGroup(g).reduce((a, b) => a + b, 0)].map(short)));
  const heads = columns.map((c, i) => `${String(i + 1).padStart(2)} ${c}`);
  const never = Object.entries(IMPOSSIBLE).map(([cell, why]) => ` - ${cell}: cannot be, ${why}`);
  return ['columns:', ...heads, ...never, '', line('', [...columns.map((_, i) => String(i + 1)), 'all']), ...rows].join(
    '\n',
  );
}

/** Kinds in cells, and pairs of groups, that have not been seen, of how many. */
export interface Missing {
  cells: string[];
  cellsOf: number;
  pairs: string[];
  pairsOf: number;
}

export function missing(coverage: Coverage, kinds: readonly FaultKind[]): Missing {
  const cells = kinds.flatMap(({ kind }) =>
    CELLS.filter((cell) => !coverage.counts.has(`${kind}|${cellName(cell)}`)).map((c) => `${kind} in ${cellName(c)}`),
  );
  const groupOf = new Map(kinds.map((k) => [k.kind, k.group]));
  const seen = new Set<string>();
  for (const pair of coverage.pairs.keys()) {
    const [a, b] = pair.split(' + ').map((kind) => groupOf.get(kind) ?? kind) as [string, string];
    seen.add(pairOf(a, b));
  }
  const groups = groupsOf(kinds);
  const alone = (g: string) => kinds.filter((k) => k.group === g).length === 1;
  // A kind is no pair with itself.
  const possible = groups.flatMap((a, i) => groups.slice(alone(a) ? i + 1 : i).map((b) => pairOf(a, b)));
  const pairs = possible.filter((p) => !seen.has(p));
  return { cells, cellsOf: kinds.length * CELLS.length, pairs, pairsOf: possible.length };
}
