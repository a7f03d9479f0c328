import type { Metric } from '../contract/metrics.ts';

/** Text exposition of OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/). */
export const OPENMETRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
export const OPENMETRICS_END = '# EOF\n';

export const PLAIN_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const PLAIN: Record<string, [suffix: string, type: string]> = {
  counter: ['_total', 'counter'],
  info: ['_info', 'gauge'],
};

/**
 * The same figures in the older format (https://prometheus.io/docs/instrumenting/exposition_formats/), for scrapers that do
 * not ask for OpenMetrics: a family has the name of its samples, there is no unit and no end mark.
 */
export function inPlainText(openmetrics: string): string {
  let suffix = '';
  const lines = openmetrics.split('\n').flatMap((line) => {
    const [, what, name, rest] = /^# (\S+) ?(\S*) ?(.*)$/.exec(line) ?? [];
    if (what === 'UNIT' || what === 'EOF') return [];
    if (what === 'TYPE') {
      const [ending, type] = PLAIN[rest!] ?? ['', rest];
      suffix = ending;
      return `# TYPE ${name}${ending} ${type}`;
    }
    return what === 'HELP' ? `# HELP ${name}${suffix} ${rest}` : line;
  });
  return lines.join('\n');
}

export type Labels = Readonly<Record<string, string>>;

export interface Histogram {
  observe(value: number): void;
  /** Cumulative counts by upper bound, then all. */
  read(): { counts: readonly number[]; sum: number };
}

export function createHistogram(buckets: readonly number[]): Histogram {
  const counts = Array.from({ length: buckets.length + 1 }, () => 0);
  let sum = 0;
  return {
    observe(value) {
      sum += value;
      const first = buckets.findIndex((bound) => value <= bound);
      for (let i = first < 0 ? buckets.length : first; i <= buckets.length; i++) counts[i]!++;
    },
    read: () => ({ counts, sum }),
  };
}

export interface Exposition<N extends string> {
  /** A counter, a gauge, or an info (value 1). */
  add(name: N, value: number, labels?: Labels): void;
  histogram(name: N, histogram: Histogram): void;
  /** Families in the order of the table; those without a sample are left out. Without the end mark. */
  text(): string;
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
const labelText = (labels: Labels) => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length ? `{${pairs.join(',')}}` : '';
};
const SUFFIX: Partial<Record<Metric['type'], string>> = { counter: '_total', info: '_info' };

export function createExposition<N extends string>(table: Readonly<Record<N, Metric>>): Exposition<N> {
  const samples = new Map<N, string[]>();
  const push = (name: N, line: string) => {
    const lines = samples.get(name) ?? [];
    samples.set(name, lines);
    lines.push(line);
  };
  return {
    add(name, value, labels = {}) {
      if (Number.isFinite(value)) push(name, `${name}${SUFFIX[table[name].type] ?? ''}${labelText(labels)} ${value}`);
    },
    histogram(name, histogram) {
      const { counts, sum } = histogram.read();
      const bounds = [...(table[name].buckets ?? []).map((b) => (Number.isInteger(b) ? b.toFixed(1) : `${b}`)), '+Inf'];
      for (const [i, bound] of bounds.entries()) push(name, `${name}_bucket{le="${bound}"} ${counts[i]}`);
      push(name, `${name}_count ${counts.at(-1)}`);
      push(name, `${name}_sum ${sum}`);
    },
    text() {
      const families = (Object.keys(table) as N[]).filter((name) => samples.has(name));
      return families
        .map((name) => {
          const { type, unit, help } = table[name];
          const head = [
            `# TYPE ${name} ${type}`,
            ...(unit ? [`# UNIT ${name} ${unit}`] : []),
            `# HELP ${name} ${help}`,
          ];
          return `${[...head, ...samples.get(name)!].join('\n')}\n`;
        })
        .join('');
    },
  };
}
