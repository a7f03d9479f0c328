import type { Bench, Figure } from '../table.ts';
import { type Attack, NO_ATTACK, type Population, residencyOf, targetOf } from './population.ts';

const WHOLE: Population = { nodes: 100, relays: 40, experts: 30, askers: 800, slots: 3, days: 12 };
const QUICK: Population = { ...WHOLE, nodes: 40, askers: 400, days: 8 };
const SEEDS = 5;
const TENTH = 0.1;
const GOAL = 0.02;
/** A favourite, two in the middle, one that few want. */
const RANKS = [0, 5, 12, 25];
const CLAIMING: Attack = { sybilRelays: TENTH, sybilPayers: 0, invented: 200 };
const QUIET: Attack = { sybilRelays: TENTH, sybilPayers: 0, invented: 4 };
const PAYING: Attack = { sybilRelays: 0, sybilPayers: TENTH, invented: 0 };

/** Mean over the seeds of how far the target's residency is from the same swarm's without the attack. */
function meanResidency(attack: Attack, target: string, population: Population, seeds: readonly number[]) {
  const mean = new Map<string, number>();
  for (const seed of seeds) {
    for (const [id, part] of residencyOf(population, attack, target, seed))
      mean.set(id, (mean.get(id) ?? 0) + part / seeds.length);
  }
  return mean;
}

export const sybils: Bench = {
  name: 'sybils',
  about:
    'Simulated: a swarm on paper, no sockets; the rules of demand and of keeping are the real ones. A tenth of the relays invent payers for one expert; the reference is the same swarm and seeds without them. Points are of all nodes. Not simulated: sockets, prices, churn',
  async run({ quick, seed }) {
    const population = quick ? QUICK : WHOLE;
    const seeds = Array.from({ length: quick ? 2 : SEEDS }, (_, i) => seed + i);
    const honest = meanResidency(NO_ATTACK, '', population, seeds);
    const figures = (name: string, attack: Attack, ranks: readonly number[], isGoal: boolean): Figure[] =>
      ranks.map((rank) => {
        const target = targetOf(rank);
        const with_ = meanResidency(attack, target, population, seeds).get(target)!;
        const without = honest.get(target)!;
        const moved = with_ - without;
        return {
          figure: `${name}, target of rank ${rank + 1} of ${population.experts}: residency`,
          ...{ value: 100 * with_, unit: '% of nodes', reference: { name: 'without them', value: 100 * without } },
          goal: isGoal ? `moves by < ${100 * GOAL} points` : 'none: whoever pays is demand',
          met: !isGoal || Math.abs(moved) < GOAL,
        };
      });
    return [
      ...figures('10 % of relays invent 200 payers a day each', CLAIMING, RANKS, true),
      ...figures('10 % of relays invent 4 payers a day each', QUIET, RANKS, true),
      ...figures('10 % of payers really ask and pay', PAYING, [12], false),
    ];
  },
};
