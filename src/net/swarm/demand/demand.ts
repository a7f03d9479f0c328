/**
 * Which experts people pay to ask, from settled use: distinct payers, capped per relay, and robust against a few relays
 * that claim what they like. Pure.
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
export const WINDOW_H = 72;
const HALF_LIFE_H = 24;
/** Clocks differ. */
const SKEW_H = 2;
/** Payers that one relay can stand for, over all experts together. */
export const RELAY_CAP = 32;
/** Of the relays, the quarter that claims most for an expert and the quarter that claims least are left out of its account. */
const TRIMMED = 1 / 4;
/** Below this many relays none is left out; there the one that claims most counts like the next one and its damped lead. */
const FEW_RELAYS = 1 / TRIMMED;
const LEAD = 2;
/** Whole up to LEAD payers, less than twice that however large; which of two leads is larger can still be seen. */
const damped = (lead: number) => (lead <= LEAD ? lead : LEAD * (2 - LEAD / lead));

/** Payers that want each expert now: the mean relay's, times the number of relays. */
export function demandOf(uses: Iterable<Use>, nowHour: number): Map<string, number> {
  const relays = payersByRelay(uses, nowHour);
  const claims = new Map<string, number[]>();
  for (const byExpert of relays.values()) {
    const all = [...byExpert.values()].reduce((sum, payers) => sum + payers, 0);
    const scale = Math.min(1, RELAY_CAP / all);
    for (const [expert, payers] of byExpert) {
      claims.set(expert, [...(claims.get(expert) ?? []), payers * scale]);
    }
  }
  const trimmed = Math.floor(relays.size * TRIMMED);
  const demand = new Map<string, number>();
  for (const [expert, claimed] of claims) {
    // Those that claim nothing are among the least.
    const least = Math.max(0, trimmed - (relays.size - claimed.length));
    claimed.sort((a, b) => b - a);
    if (relays.size < FEW_RELAYS) claimed[0] = (claimed[1] ?? 0) + damped(claimed[0]! - (claimed[1] ?? 0));
    const kept = claimed.slice(trimmed, claimed.length - least);
    const sum = kept.reduce((total, payers) => total + payers, 0);
    demand.set(expert, (sum / (relays.size - 2 * trimmed)) * relays.size);
  }
  return demand;
}

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
    const sum = (payers: Map<string, number>) => [...payers.values()].reduce((total, hour) => total + weight(hour), 0);
    sums.set(relay, new Map([...experts].map(([expert, payers]) => [expert, sum(payers)])));
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
