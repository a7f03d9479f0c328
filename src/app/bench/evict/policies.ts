import { createDemand } from '../../../compute/scheduler/demand.ts';
import { PREFETCH_START, prefetchStep } from '../../../compute/scheduler/prefetch.ts';
import { decideResidency } from '../../../compute/scheduler/residency.ts';
import type { Policy, PolicyView, Request, ResidentView } from './host.ts';

export interface Costs {
  sizesGB: readonly number[];
  loadS: readonly number[];
}

/** First come, first loaded; idle residents go in the order of `score`, lowest first, until there is room. */
function inOrder(costs: Costs, score: (r: ResidentView, view: PolicyView) => number, asked?: Policy['asked']): Policy {
  return {
    ...(asked && { asked }),
    choose(view) {
      const load = view.waiting[0]!.expert;
      const idle = view.residents.filter((r) => !r.busy).map((r) => ({ expert: r.expert, score: score(r, view) }));
      idle.sort((a, b) => a.score - b.score);
      const unload: number[] = [];
      let freeGB = view.freeGB;
      for (const { expert } of idle) {
        if (freeGB >= costs.sizesGB[load]! - 1e-9) break;
        unload.push(expert);
        freeGB += costs.sizesGB[expert]!;
      }
      return freeGB >= costs.sizesGB[load]! - 1e-9 ? { load, unload } : { againS: 1e9, drain: [] };
    },
  };
}

export const lru = (c: Costs): Policy => inOrder(c, (r) => r.lastUseS);
/** Ollama: shortest keep-alive first; all alike here, so by name. */
export const ollama = (c: Costs): Policy => inOrder(c, (r) => r.expert);
/** llama-swap: the oldest load goes; questions for a model that is being loaded join. */
export const fifo = (c: Costs): Policy => inOrder(c, (r) => r.loadedS);

export function lfu(c: Costs): Policy {
  const count = c.sizesGB.map(() => 0);
  const asked = (e: number) => void count[e]!++;
  return inOrder(c, (r) => count[r.expert]!, asked);
}

/** Greedy-Dual-Size-Frequency (Cherkasova 1998). */
export function gdsf(c: Costs): Policy {
  const count = c.sizesGB.map(() => 0);
  const height = c.sizesGB.map(() => 0);
  let floor = 0;
  const asked = (e: number) => {
    count[e]!++;
    height[e] = floor + (count[e]! * c.loadS[e]!) / c.sizesGB[e]!;
  };
  const policy = inOrder(c, (r) => height[r.expert]!, asked);
  return {
    asked,
    choose(view) {
      const choice = policy.choose(view);
      if ('unload' in choice) for (const e of choice.unload) floor = Math.max(floor, height[e]!);
      return choice;
    },
  };
}

/** Knows the future: the resident whose next question is furthest, weighed by what reloading costs per GB, goes. */
export function belady(c: Costs, requests: readonly Request[]): Policy {
  const times = c.sizesGB.map(() => [] as number[]);
  for (const r of requests) times[r.expert]!.push(r.atS);
  const at = c.sizesGB.map(() => 0);
  const nextS = (e: number, nowS: number) => {
    while ((times[e]![at[e]!] ?? Number.POSITIVE_INFINITY) <= nowS) at[e]!++;
    return times[e]![at[e]!] ?? 1e9;
  };
  return inOrder(c, (r, v) => (-(nextS(r.expert, v.nowS) - v.nowS) * c.sizesGB[r.expert]!) / c.loadS[r.expert]!);
}

/** HeatMine's own; `share` instead of the learnt forecast gives the floor for any forecast of rates. */
export function heatmine(c: Costs, share?: (expert: number, nowS: number) => number): Policy {
  const demand = createDemand(c.sizesGB.map((_, e) => String(e)));
  return {
    asked: (e) => demand.asked(String(e)),
    choose(view) {
      const { nowS } = view;
      const fact = (expert: number) => ({
        id: String(expert),
        bytes: Math.round(c.sizesGB[expert]! * 1e9),
        loadS: c.loadS[expert]!,
      });
      const choice = decideResidency({
        freeBytes: Math.round(view.freeGB * 1e9),
        residents: view.residents.map((r) => ({ ...fact(r.expert), busy: r.busy })),
        waiting: view.waiting.map((w) => ({ ...fact(w.expert), waiting: w.count, waitedS: nowS - w.sinceS })),
        share: share ? (id) => share(Number(id), nowS) : demand.share,
      });
      if (choice.do === 'load') return { load: Number(choice.id), unload: choice.unload.map(Number) };
      return { againS: choice.againS, drain: choice.drain.map(Number) };
    },
  };
}

/** HeatMine's own where watts are always free: it also loads ahead. */
export function heatmineAhead(c: Costs): Policy {
  const demand = createDemand(c.sizesGB.map((_, e) => String(e)));
  const own = heatmine(c);
  let state = PREFETCH_START;
  let lastS = 0;
  return {
    asked(e, nowS) {
      demand.asked(String(e));
      own.asked?.(e, nowS);
    },
    choose: own.choose,
    ahead({ nowS, freeGB, residents }, answering) {
      const absent = c.sizesGB
        .map((gb, e) => ({ id: String(e), bytes: Math.round(gb * 1e9), share: demand.share(String(e)) }))
        .filter((_, e) => !residents.some((r) => r.expert === e));
      const input = { freeW: 1, freeBytes: Math.round(freeGB * 1e9), questions: answering, loading: false, absent };
      const next = prefetchStep(state, { ...input, dtS: nowS - lastS });
      lastS = nowS;
      state = next.state;
      return next.verdict.load === undefined ? undefined : Number(next.verdict.load);
    },
  };
}
