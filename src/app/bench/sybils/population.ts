import { type Random, seededRandom, shuffled } from '../../../core/random.ts';
import { demandOf, type Use, WINDOW_H } from '../../../net/swarm/demand/demand.ts';
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
  /** Whether each relay belongs to one of the regions, whose people want every REGIONS-th expert four times as much. */
  isSkewed?: boolean;
}

export interface Attack {
  /** Part of all relays that are the attacker's. */
  relays?: number;
  /** Payers for the target that each of them invents a day. */
  invented?: number;
  /** Whether they claim all else that an honest relay does, so as to look like one. */
  looksHonest?: boolean;
  /** Part of all payers that are the attacker's, who really ask and pay for the target through honest relays. */
  payers?: number;
  /** Part of the honest relays that these payers use; left out: all. */
  behind?: number;
  /** So many times as much the honest want the target. */
  wish?: number;
}

/** How demand is reckoned from use. */
export type Rule = typeof demandOf;
/** Every payer counts, whoever says so: what the rules are compared with. */
export const plainCount: Rule = (uses) => {
  const payers = new Map<string, Set<string>>();
  for (const { expert, payer } of uses) payers.set(expert, (payers.get(expert) ?? new Set()).add(payer));
  return new Map([...payers].map(([expert, all]) => [expert, all.size]));
};

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
const REGIONS = 5;
const FAVOURITE = 4;

export const targetOf = (rank: number): string => `e${rank}`;

/** Residency of each expert: the part of the nodes that keep it, mean over the second half of the days. */
export function residencyOf(
  population: Population,
  attack: Attack,
  target: string,
  seed: number,
  rule: Rule = demandOf,
): Map<string, number> {
  const { nodes, days, experts } = population;
  // The honest part draws the same numbers whatever the attacker does.
  const [use, place] = [seededRandom(seed), seededRandom(seed + 1000)];
  const evil = seededRandom(seed + 2000);
  const homes = Array.from({ length: nodes }, () => new Map<string, number>());
  const keepers = new Map<string, number>();
  const views = Array.from({ length: VIEWS }, () => seededRandom(Math.floor(place() * 2 ** 31)));
  const sums = new Map<string, number>();
  let uses: Use[] = [];
  let looks = 0;
  for (let day = 0; day < days; day++) {
    const hour = 1000 + day * HOURS;
    uses = uses.filter((one) => one.hour > hour - WINDOW_H);
    uses.push(...honestUses(population, attack, target, hour, day, use));
    uses.push(...sybilUses(population, attack, target, hour, day, evil));
    for (let look = 0; look < LOOKS_A_DAY; look++) {
      const nowHour = hour + (look * HOURS) / LOOKS_A_DAY;
      const order = shuffled([...homes.keys()], place);
      const demands = views.map((random) => {
        const heard = heardBy(random, population, attack);
        return rule(
          uses.filter(({ relay }) => heard.has(relay)),
          nowHour,
        );
      });
      for (const node of order) lookOf(homes[node]!, keepers, demands[node % VIEWS]!, nowHour, population);
      if (day < days / 2) continue;
      looks++;
      for (const home of homes) for (const id of home.keys()) sums.set(id, (sums.get(id) ?? 0) + 1 / nodes);
    }
  }
  return new Map(Array.from({ length: experts }, (_, i) => [targetOf(i), (sums.get(targetOf(i)) ?? 0) / looks]));
}

/** Draws experts as the people at each relay want them. */
function wishes({ experts, isSkewed }: Population, { wish = 1 }: Attack, target: string, random: Random) {
  const byRegion = Array.from({ length: isSkewed ? REGIONS : 1 }, (_, region) => {
    const weights = Array.from({ length: experts }, (_, i) => {
      const isFavourite = isSkewed && i % REGIONS === region;
      return (isFavourite ? FAVOURITE : 1) * (targetOf(i) === target ? wish : 1) * (i + 1) ** -ZIPF;
    });
    return { weights, total: weights.reduce((a, b) => a + b) };
  });
  return (relay: number): string => {
    const { weights, total } = byRegion[relay % byRegion.length]!;
    let at = random() * total;
    return targetOf(
      weights.findIndex((weight) => {
        at -= weight;
        return at < 0;
      }),
    );
  };
}

function honestUses(p: Population, attack: Attack, target: string, hour: number, day: number, random: Random): Use[] {
  const draw = wishes(p, attack, target, random);
  return Array.from({ length: p.askers * QUESTIONS }, (_, i) => {
    const relay = Math.floor(random() * p.relays);
    // An asker's key is of one relay and one day.
    return { expert: draw(relay), relay: `r${relay}`, tokens: 64, hour, payer: `a${i % p.askers} ${day}` };
  });
}

function sybilUses(p: Population, a: Attack, expert: string, hour: number, day: number, random: Random): Use[] {
  const relays = sybilRelaysOf(p, a);
  const draw = wishes(p, a, expert, random);
  const invented = Array.from({ length: relays * (a.invented ?? 0) }, (_, i) => ({
    ...{ expert, relay: `s${i % relays}`, payer: `x${i} ${day}`, tokens: 64, hour },
  }));
  const asHonest = a.looksHonest ? Math.round((relays * p.askers * QUESTIONS) / p.relays) : 0;
  const besides = Array.from({ length: asHonest }, (_, i) => ({
    ...{ expert: draw(i % relays), relay: `s${i % relays}`, payer: `z${i} ${day}`, tokens: 64, hour },
  }));
  const { payers: part = 0, behind = 1 } = a;
  const payers = Math.round((p.askers * part) / (1 - part));
  const paid = Array.from({ length: payers * QUESTIONS }, (_, i) => ({
    ...{
      expert,
      relay: `r${Math.floor(random() * p.relays * behind)}`,
      payer: `y${i % payers} ${day}`,
      tokens: 64,
      hour,
    },
  }));
  return [...invented, ...besides, ...paid];
}

const sybilRelaysOf = ({ relays: honest }: Population, { relays = 0 }: Attack): number =>
  Math.round((honest * relays) / (1 - relays));

function heardBy(random: Random, population: Population, attack: Attack): ReadonlySet<string> {
  const honest = Array.from({ length: population.relays }, (_, i) => `r${i}`).filter(() => random() < HEARD);
  // The attacker is heard as often as the others.
  const sybils = sybilRelaysOf(population, attack);
  return new Set([...honest, ...Array.from({ length: Math.round(sybils * HEARD) }, (_, i) => `s${i}`)]);
}

/** `keepers`: nodes that have each expert, by how many. */
function lookOf(
  home: Map<string, number>,
  keepers: Map<string, number>,
  demand: ReadonlyMap<string, number>,
  nowHour: number,
  { experts, slots }: Population,
): void {
  const count = (id: string, by: number) => void keepers.set(id, (keepers.get(id) ?? 0) + by);
  // One look fetches one expert; a day has room for several.
  const facts = Array.from({ length: experts }, (_, i) => {
    const id = targetOf(i);
    const since = home.get(id);
    return {
      ...{ id, name: id, sizeBytes: EXPERT_BYTES, demand: demand.get(id) ?? 0, lookups: 0 },
      givers: (keepers.get(id) ?? 0) - (since === undefined ? 0 : 1),
      ...(since !== undefined && { hereH: nowHour - since }),
    };
  });
  const { fetch, remove } = decideKeep({ experts: facts, diskBytes: slots * EXPERT_BYTES });
  for (const { id } of remove) if (home.delete(id)) count(id, -1);
  if (!fetch) return;
  home.set(fetch.id, nowHour);
  count(fetch.id, 1);
}
