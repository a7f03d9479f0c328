/**
 * Which experts people pay to ask, from settled use: distinct payers, capped per relay, and robust against a few relays
 * that claim what they like. Pure. Why it is reckoned so: docs/decisions/0015-what-is-demand.md.
 */
export interface Use {
  /** Of a manifest. */
  expert: string;
  /** Key that paid; at another relay the same person has another one. */
  payer: string;
  /** Key of the relay that the question came through, or of the node that says so where it came directly. */
  relay: string;
  /** Of the answer. */
  tokens: number;
  /** Since 1970, UTC. */
  hour: number;
}

/** Use older than this is forgotten; its weight halves every HALF_LIFE_H. */
export const WINDOW_H = 168;
/** What chance makes of a day's payers averages out over three; a new wish still has half its effect within a day or two. */
const HALF_LIFE_H = 72;
/** Clocks differ. */
const SKEW_H = 2;
/** Payers that one relay can stand for, over all experts together: some 16 new ones a day, as the half-life weighs them. */
export const RELAY_CAP = 80;
/** More payers than this make a relay's shares no more certain: its people are of one kind. */
const MOST_CERTAIN = 256;
/** A relay whose claims are so many times further from the others' than the middle relay's is not heard, up to a quarter of all. */
const UNLIKE = 2;
/** Distances below this are chance, however alike the others are. */
const LEAST_UNLIKE = 2;
const UNHEARD = 1 / 4;
/** Where the account begins: without the quarter that claims most for an expert and the quarter that claims least. */
const TRIMMED = 1 / 4;
const ROUNDS = 8;
/** Below this many relays all are heard; there the one that claims most counts like the next one and its damped lead. */
const FEW_RELAYS = 4;
const LEAD = 2;
/** However many it invents, less than keep's band above what three askers come to. */
const MOST_LEAD = 2.6;
/** Whole up to LEAD payers, less than MOST_LEAD however large; which of two leads is larger can still be seen. */
const damped = (lead: number) => (lead <= LEAD ? lead : MOST_LEAD - ((MOST_LEAD - LEAD) * LEAD) / lead);

/**
 * Payers that want each expert now. Of a few relays their sum, the largest claim damped. Of more, each relay tells how its
 * payers share themselves among the experts; whoever tells something wholly unlike the others is not heard, and of the
 * others none moves an expert's share by more than chance would in its own payers (Huber's estimate of the mean).
 */
export function demandOf(uses: Iterable<Use>, nowHour: number): Map<string, number> {
  const relays = payersByRelay(uses, nowHour);
  return relays.size < FEW_RELAYS ? demandOfFew(relays) : demandOfMany(relaysOf([...relays.values()]));
}

type Payers = ReadonlyMap<string, number>;

function demandOfFew(relays: ReadonlyMap<string, Payers>): Map<string, number> {
  const claims = new Map<string, number[]>();
  for (const byExpert of relays.values()) {
    const scale = Math.min(1, RELAY_CAP / sum(byExpert.values()));
    for (const [expert, payers] of byExpert) at(claims, expert, () => []).push(payers * scale);
  }
  const demand = new Map<string, number>();
  for (const [expert, claimed] of claims) {
    claimed.sort((a, b) => b - a);
    claimed[0] = (claimed[1] ?? 0) + damped(claimed[0]! - (claimed[1] ?? 0));
    demand.set(expert, sum(claimed));
  }
  return demand;
}

interface Relay {
  /** 1 from the middle relay's number of payers on: what a relay claims beyond that makes its word no weightier. */
  weight: number;
  /** Payers, at most RELAY_CAP. */
  counted: number;
  /** Payers that its shares rest on. */
  payers: number;
  /** Part of its payers that want each expert. */
  shares: Payers;
}

function relaysOf(byRelay: readonly Payers[]): Relay[] {
  const all = byRelay.map((byExpert) => sum(byExpert.values()));
  const usual = Math.min(RELAY_CAP, all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!);
  return byRelay.map((byExpert, i) => ({
    ...{ weight: Math.min(1, all[i]! / usual), counted: Math.min(all[i]!, RELAY_CAP) },
    payers: Math.min(all[i]!, MOST_CERTAIN),
    shares: new Map([...byExpert].map(([expert, payers]) => [expert, payers / all[i]!])),
  }));
}

function demandOfMany(all: readonly Relay[]): Map<string, number> {
  const heard = likeOthers(all, trimmedShares(all));
  const payers = heard.length * trimmedMean(heard.map(({ counted }) => ({ weight: 1, value: counted })));
  const shares = [...trimmedShares(heard)];
  return new Map(shares.map(([expert, share]) => [expert, payers * huberShare(heard, expert, share)]));
}

/** Without the outer quarters, by weight. */
function trimmedMean(claims: readonly { weight: number; value: number }[]): number {
  const whole = sum(claims.map(({ weight }) => weight));
  const [from, to] = [TRIMMED * whole, (1 - TRIMMED) * whole];
  let passed = 0;
  let total = 0;
  for (const { weight, value } of claims.toSorted((a, b) => a.value - b.value)) {
    total += value * Math.max(0, Math.min(passed + weight, to) - Math.max(passed, from));
    passed += weight;
  }
  return total / (to - from);
}

function trimmedShares(relays: readonly Relay[]): Map<string, number> {
  const experts = new Set(relays.flatMap(({ shares }) => [...shares.keys()]));
  const claims = (expert: string) => relays.map(({ weight, shares }) => ({ weight, value: shares.get(expert) ?? 0 }));
  return new Map([...experts].map((expert) => [expert, trimmedMean(claims(expert))]));
}

/** By Hellinger's distance, which chance alone makes alike for frequent and for rare experts. */
function likeOthers(relays: readonly Relay[], usual: Payers): Relay[] {
  const whole = sum(usual.values()) || 1;
  const distances = relays.map(({ payers, shares }) => {
    const apart = [...usual].map(([expert, share]) => Math.sqrt(shares.get(expert) ?? 0) - Math.sqrt(share / whole));
    return payers * sum(apart.map((d) => d * d));
  });
  const sorted = [...distances].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)]!;
  const outer = sorted[Math.ceil(sorted.length * (1 - UNHEARD)) - 1]!;
  const most = Math.max(outer, UNLIKE * Math.max(middle, LEAST_UNLIKE));
  return relays.filter((_, i) => distances[i]! <= most);
}

/** Huber's mean: each relay's share counts as far as one standard deviation of a count of its payers from the mean. */
function huberShare(relays: readonly Relay[], expert: string, first: number): number {
  const whole = sum(relays.map(({ weight }) => weight));
  let mean = first;
  for (let round = 0; round < ROUNDS; round++) {
    const clipped = relays.map(({ weight, payers, shares }) => {
      const deviation = Math.sqrt(mean / payers);
      return weight * Math.min(mean + deviation, Math.max(mean - deviation, shares.get(expert) ?? 0));
    });
    mean = sum(clipped) / whole;
  }
  return mean;
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

/** For each relay and expert: distinct payers, each with the weight of its newest use. */
function payersByRelay(uses: Iterable<Use>, nowHour: number): Map<string, Map<string, number>> {
  const newest = new Map<string, Map<string, Map<string, number>>>();
  for (const { expert, payer, relay, tokens, hour } of uses) {
    if (tokens <= 0 || hour > nowHour + SKEW_H || hour <= nowHour - WINDOW_H) continue;
    const experts = at(newest, relay, () => new Map());
    const payers = at(experts, expert, () => new Map<string, number>());
    payers.set(payer, Math.max(payers.get(payer) ?? 0, hour));
  }
  const weight = (hour: number) => 0.5 ** (Math.max(0, nowHour - hour) / HALF_LIFE_H);
  const sums = new Map<string, Map<string, number>>();
  for (const [relay, experts] of newest) {
    const weighed = (payers: Map<string, number>) => sum([...payers.values()].map(weight));
    sums.set(relay, new Map([...experts].map(([expert, payers]) => [expert, weighed(payers)])));
  }
  return sums;
}

function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const there = map.get(key);
  if (there !== undefined) return there;
  const made = make();
  map.set(key, made);
  return made;
}
