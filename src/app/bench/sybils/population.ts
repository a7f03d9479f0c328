import { type Random, seededRandom, shuffled } from '../../../core/random.ts';
import { demandOf, type Use } from '../../../net/swarm/demand/demand.ts';
import { decideKeep } from '../../../net/swarm/demand/keep.ts';

/** A swarm on paper: who asks whom through which relay, and what each node fetches and keeps because of it. */
export interface Population {
  nodes: number;
  relays: number;
  experts: number;
  askers: number;
  /** Sizes that one node has room for. */
  slots: number;
  days: number;
}

export interface Attack {
  /** Part of all relays that are the attacker's, each claiming as many payers for the target as it likes. */
  sybilRelays: number;
  /** Part of all payers that are the attacker's, who really ask and pay for the target through honest relays. */
  sybilPayers: number;
  /** How many payers a relay of the attacker invents a day. */
  invented: number;
}

export const NO_ATTACK: Attack = { sybilRelays: 0, sybilPayers: 0, invented: 0 };

const ZIPF = 0.9;
const HOURS = 24;
/** Of the relays, how many a node hears of: experts behind the others it has not met. */
const HEARD = 0.5;
/** Groups of nodes that hear of the same relays. */
const VIEWS = 8;
const LOOKS_A_DAY = 4;
const EXPERT_BYTES = 1e9;
/** Questions on experts that an asker has a day. */
const QUESTIONS = 2;

export const targetOf = (rank: number): string => `e${rank}`;

/** Residency of each expert: the part of the nodes that keep it, mean over the second half of the days. */
export function residencyOf(population: Population, attack: Attack, target: string, seed: number): Map<string, number> {
  const { nodes, days, experts } = population;
  // The honest part draws the same numbers whatever the attacker does.
  const [use, place] = [seededRandom(seed), seededRandom(seed + 1000)];
  const evil = seededRandom(seed + 2000);
  const homes = Array.from({ length: nodes }, () => new Map<string, number>());
  const views = Array.from({ length: VIEWS }, () => seededRandom(Math.floor(place() * 2 ** 31)));
  const sums = new Map<string, number>();
  let uses: Use[] = [];
  let looks = 0;
  for (let day = 0; day < days; day++) {
    const hour = 1000 + day * HOURS;
    uses = uses.filter((one) => one.hour > hour - 3 * HOURS);
    uses.push(...honestUses(population, hour, day, use));
    uses.push(...sybilUses(population, attack, target, hour, day, evil));
    for (let look = 0; look < LOOKS_A_DAY; look++) {
      const nowHour = hour + (look * HOURS) / LOOKS_A_DAY;
      const order = shuffled([...homes.keys()], place);
      const demands = views.map((random) => {
        const heard = heardBy(random, population, attack);
        return demandOf(
          uses.filter(({ relay }) => heard.has(relay)),
          nowHour,
        );
      });
      for (const node of order) lookOf(homes, node, demands[node % VIEWS]!, nowHour, population);
      if (day < days / 2) continue;
      looks++;
      for (const home of homes) for (const id of home.keys()) sums.set(id, (sums.get(id) ?? 0) + 1 / nodes);
    }
  }
  return new Map(Array.from({ length: experts }, (_, i) => [targetOf(i), (sums.get(targetOf(i)) ?? 0) / looks]));
}

function honestUses({ askers, relays, experts }: Population, hour: number, day: number, random: Random): Use[] {
  const weights = Array.from({ length: experts }, (_, i) => 1 / (i + 1) ** ZIPF);
  const total = weights.reduce((a, b) => a + b);
  const draw = () => {
    let at = random() * total;
    return weights.findIndex((weight) => {
      at -= weight;
      return at < 0;
    });
  };
  return Array.from({ length: askers * QUESTIONS }, (_, i) => ({
    // An asker's key is of one relay and one day.
    ...{ expert: targetOf(draw()), relay: `r${Math.floor(random() * relays)}`, tokens: 64, hour },
    payer: `a${i % askers} ${day}`,
  }));
}

function sybilUses(p: Population, a: Attack, expert: string, hour: number, day: number, random: Random): Use[] {
  const relays = sybilRelaysOf(p, a);
  const invented = Array.from({ length: relays * a.invented }, (_, i) => ({
    ...{ expert, relay: `s${i % relays}`, payer: `x${i} ${day}`, tokens: 64, hour },
  }));
  const payers = Math.round((p.askers * a.sybilPayers) / (1 - a.sybilPayers));
  const paid = Array.from({ length: payers * QUESTIONS }, (_, i) => ({
    ...{ expert, relay: `r${Math.floor(random() * p.relays)}`, payer: `y${i % payers} ${day}`, tokens: 64, hour },
  }));
  return [...invented, ...paid];
}

const sybilRelaysOf = ({ relays }: Population, { sybilRelays }: Attack): number =>
  Math.round((relays * sybilRelays) / (1 - sybilRelays));

function heardBy(random: Random, population: Population, attack: Attack): ReadonlySet<string> {
  const honest = Array.from({ length: population.relays }, (_, i) => `r${i}`).filter(() => random() < HEARD);
  // The attacker is heard as often as the others.
  const sybils = sybilRelaysOf(population, attack);
  return new Set([...honest, ...Array.from({ length: Math.round(sybils * HEARD) }, (_, i) => `s${i}`)]);
}

function lookOf(
  homes: Map<string, number>[],
  node: number,
  demand: ReadonlyMap<string, number>,
  nowHour: number,
  { experts, slots }: Population,
): void {
  const home = homes[node]!;
  // One look fetches one expert; a day has room for several.
  const facts = Array.from({ length: experts }, (_, i) => {
    const id = targetOf(i);
    const since = home.get(id);
    return {
      ...{ id, name: id, sizeBytes: EXPERT_BYTES, demand: demand.get(id) ?? 0, lookups: 0 },
      givers: homes.filter((other, at) => at !== node && other.has(id)).length,
      ...(since !== undefined && { hereH: nowHour - since }),
    };
  });
  const { fetch, remove } = decideKeep({ experts: facts, diskBytes: slots * EXPERT_BYTES });
  for (const { id } of remove) home.delete(id);
  if (fetch) home.set(fetch.id, nowHour);
}
