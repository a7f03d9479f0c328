import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HeatmineError } from '../../../core/errors.ts';
import type { Bench, Figure } from '../table.ts';
import { type HostFacts, type HostResult, type Policy, quantile, type Request, simulateHost } from './host.ts';
import { belady, type Costs, fifo, gdsf, heatmine, heatmineAhead, lfu, lru, ollama } from './policies.ts';

/** Shape of the reference workload (../shared/data/traces/workload.mjs, read at run time). */
interface Workload {
  workload(options: { seed: number }): Request[];
  experts: { sizeGB: number }[];
  host: HostFacts & { budgetsGB: number[] };
}

const FILE = resolve(import.meta.dirname, '../../../../../shared/data/traces/workload.mjs');
const SEEDS = [1, 2, 3];
/** Goals for regret, %, in the order of the budgets: the larger one first. */
const REGRET_PCT = [20, 5];
const HINDSIGHT_S = 1800;

/** Rates smoothed over what came and what will come: what no forecast can know. */
function hindsight(requests: readonly Request[], experts: number): (expert: number, nowS: number) => number {
  const counts = new Array<number>(experts).fill(0);
  let [from, to] = [0, 0];
  return (expert, nowS) => {
    while (to < requests.length && requests[to]!.atS < nowS + HINDSIGHT_S) counts[requests[to++]!.expert]!++;
    while (from < to && requests[from]!.atS < nowS - HINDSIGHT_S) counts[requests[from++]!.expert]!--;
    return (counts[expert]! + 0.3) / (to - from + 0.3 * experts);
  };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

interface Row {
  regretPct: number;
  p50S: number;
  p95S: number;
  p99S: number;
}

function rowOf(results: readonly HostResult[], best: readonly HostResult[]): Row {
  const at = (q: number) => mean(results.map((r) => quantile(r.ttftS, q)));
  const regretPct = mean(results.map((r, i) => 100 * (r.loadS / best[i]!.loadS - 1)));
  return { regretPct, p50S: at(0.5), p95S: at(0.95), p99S: at(0.99) };
}

function figuresOf(rows: Record<string, Row>, budgetGB: number, goalPct: number): Figure[] {
  const own = rows.HeatMine!;
  const figures: Figure[] = [];
  for (const [name, row] of Object.entries(rows)) {
    const ours = row === own;
    figures.push({
      figure: `${budgetGB} GB, ${name}: load seconds above offline Belady`,
      value: row.regretPct,
      unit: '%',
      ...(ours && { reference: { name: 'LRU', value: rows.LRU!.regretPct } }),
      goal: ours ? `<= ${goalPct} %` : '',
      met: !ours || row.regretPct <= goalPct,
    });
    for (const [label, value] of [
      ['p50', row.p50S],
      ['p95', row.p95S],
      ['p99', row.p99S],
    ] as const) {
      const judged = ours && label === 'p95';
      figures.push({
        figure: `${budgetGB} GB, ${name}: first token ${label}`,
        value,
        unit: 's',
        ...(judged && { reference: { name: 'LRU', value: rows.LRU!.p95S } }),
        goal: judged ? '<= 85 % of LRU' : '',
        met: !judged || value <= 0.85 * rows.LRU!.p95S,
      });
    }
  }
  return figures;
}

export const evict: Bench = {
  name: 'evict',
  about: 'which models stay in memory: load seconds and first token beside named policies, the public trace, 3 seeds',
  async run({ quick }) {
    if (!existsSync(FILE)) throw new HeatmineError('USAGE', `this bench reads ${FILE}, which is not here`);
    const { workload, experts, host } = (await import(pathToFileURL(FILE).href)) as Workload;
    const sizesGB = experts.map((e) => e.sizeGB);
    const costs: Costs = { sizesGB, loadS: sizesGB.map((gb) => host.loadFixedS + gb / host.loadGBps) };
    const traces = (quick ? SEEDS.slice(0, 1) : SEEDS).map((seed) => workload({ seed }));
    const policies: Record<string, (requests: Request[]) => Policy> = {
      HeatMine: () => heatmine(costs),
      'HeatMine, watts always free': () => heatmineAhead(costs),
      'HeatMine, rates in hindsight': (requests) => heatmine(costs, hindsight(requests, sizesGB.length)),
      LRU: () => lru(costs),
      LFU: () => lfu(costs),
      GDSF: () => gdsf(costs),
      'Ollama order': () => ollama(costs),
      'llama-swap FIFO': () => fifo(costs),
    };
    return host.budgetsGB.flatMap((budgetGB, i) => {
      const simulate = (policyOf: (requests: Request[]) => Policy) =>
        traces.map((requests) => simulateHost(requests, sizesGB, host, budgetGB, policyOf(requests)));
      const best = simulate((requests) => belady(costs, requests));
      const rows: Record<string, Row> = {};
      for (const [name, policyOf] of Object.entries(policies)) rows[name] = rowOf(simulate(policyOf), best);
      return figuresOf(rows, budgetGB, REGRET_PCT[i] ?? REGRET_PCT[0]!);
    });
  },
};
