/**
 * Forecast of who will be asked next, learnt only from who was asked: a hidden level of popularity per expert that mostly
 * stays and now and then jumps (switching Bernoulli filter, one step per question that is not to the same expert as the last:
 * a run of questions loads its model once). Four filters with different rates of change run side by side, weighted by how
 * well each foretold the questions so far. Pure but for its own memory.
 */
export interface Demand {
  add(id: string): void;
  remove(id: string): void;
  asked(id: string): void;
  /** Expected share of the next questions, 0..1; all together about 1. */
  share(id: string): number;
}

const LEVELS = 24;
const LOWEST = 2e-4;
const HIGHEST = 0.8;
const levels = Float64Array.from({ length: LEVELS }, (_, j) => LOWEST * (HIGHEST / LOWEST) ** (j / (LEVELS - 1)));
/** Chance per question that an expert's popularity changes: within a conversation, a morning, hours, days. */
const CHANGES = [1 / 20, 1 / 100, 1 / 1000, 1 / 5000];
/** How fast the usual spread of popularity is learnt, and how fast a filter can win back trust. */
const PRIOR_RATE = 0.002;
const TRUST_FLOOR = 0.001;

interface Filter {
  change: number;
  trust: number;
  /** Usual spread of the levels over all experts. */
  prior: Float64Array;
  belief: Map<string, Float64Array>;
  /** Mean level of each, and their sum: asked for far more often than they change. */
  means: Map<string, number>;
  total: number;
}

/** Few are popular, most are not: each level half as likely as popularity doubles. */
function firstPrior(): Float64Array {
  const total = levels.reduce((sum, level) => sum + 1 / level, 0);
  return levels.map((level) => 1 / level / total);
}

const mean = (belief: Float64Array): number => belief.reduce((sum, b, j) => sum + b * levels[j]!, 0);

function weigh(filter: Filter): void {
  filter.total = 0;
  for (const [id, b] of filter.belief) {
    const level = mean(b);
    filter.means.set(id, level);
    filter.total += level;
  }
}

function observe(filter: Filter, askedId: string, beforeId: string | undefined): void {
  const { change, prior, belief } = filter;
  const spread = new Float64Array(LEVELS);
  for (const [id, b] of belief) {
    let total = 0;
    // Where another one is asked, the one before had no chance to be.
    const hadChance = id !== beforeId;
    for (let j = 0; j < LEVELS; j++) {
      const seen = !hadChance ? 1 : id === askedId ? levels[j]! : 1 - levels[j]!;
      b[j] = ((1 - change) * b[j]! + change * prior[j]!) * seen;
      total += b[j]!;
    }
    for (let j = 0; j < LEVELS; j++) {
      b[j]! /= total;
      spread[j]! += b[j]!;
    }
  }
  for (let j = 0; j < LEVELS; j++) prior[j]! += PRIOR_RATE * (spread[j]! / belief.size - prior[j]!);
  weigh(filter);
}

export function createDemand(ids: readonly string[]): Demand {
  const filters: Filter[] = CHANGES.map((change) => ({
    change,
    trust: 1 / CHANGES.length,
    prior: firstPrior(),
    belief: new Map(ids.map((id) => [id, firstPrior()])),
    means: new Map<string, number>(),
    total: 0,
  }));
  filters.forEach(weigh);
  let last: string | undefined;
  const shareBy = ({ means, total }: Filter, id: string): number => (total > 0 ? (means.get(id) ?? 0) / total : 0);
  return {
    add(id) {
      for (const f of filters) {
        if (!f.belief.has(id)) f.belief.set(id, Float64Array.from(f.prior));
        weigh(f);
      }
    },
    remove(id) {
      for (const f of filters) {
        f.belief.delete(id);
        f.means.delete(id);
        weigh(f);
      }
    },
    asked(id) {
      if (!filters[0]!.belief.has(id)) return;
      // One after the other to the same: what matters is whether it is still there when it is asked after something else.
      if (id === last) return;
      const before = last;
      last = id;
      const open = (f: Filter) => Math.max(1e-9, 1 - (before === undefined ? 0 : shareBy(f, before)));
      const likely = filters.map((f) => (f.trust * shareBy(f, id)) / open(f));
      const total = likely.reduce((a, b) => a + b, 0);
      filters.forEach((f, k) => {
        f.trust = (1 - TRUST_FLOOR) * (likely[k]! / total) + TRUST_FLOOR / filters.length;
        observe(f, id, before);
      });
    },
    share: (id) => filters.reduce((sum, f) => sum + f.trust * shareBy(f, id), 0),
  };
}
