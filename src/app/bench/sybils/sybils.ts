import type { Bench, Figure } from '../table.ts';
import { type Attack, type Population, plainCount, type Rule, residencyOf, targetOf } from './population.ts';

const SWARM: Population = { nodes: 60, relays: 40, experts: 30, askers: 800, slots: 3, days: 8 };
const SEEDS = 30;
const QUICK_SEEDS = 2;
/** Plain counting is shown by fewer: it is off by far more than they differ. */
const PLAIN_SEEDS = 3;
const TENTH = 0.1;
const GOAL_POINTS = 2;
/** Of what plain counting would move it by. */
const GOAL_HEARD = 0.5;

const ATTACKS: readonly [name: string, attack: Attack, ranks: readonly number[]][] = [
  ['10 % of relays invent 200 payers each', { relays: TENTH, invented: 200 }, [0, 5, 12, 25]],
  ['10 % of relays invent 4 payers each', { relays: TENTH, invented: 4 }, [0, 12]],
  [
    '10 % of relays look honest and invent 12 payers',
    { relays: TENTH, invented: 12, looksHonest: true },
    [0, 5, 12, 25],
  ],
  ['10 % of payers pay behind 10 % of the relays', { payers: TENTH, behind: TENTH }, [0, 12]],
];
const PAYING: Attack = { payers: TENTH };
const RISING: Attack = { wish: 6 };
/** Of the expert that few want, and of one in the middle. */
const [MIDDLE, RARE] = [12, 25];

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;

/** How far, in points of all nodes, an attack moves its target on each seed from the same swarm without it. */
function trial(population: Population, seeds: readonly number[], rule?: Rule) {
  const honest = seeds.map((seed) => residencyOf(population, {}, '', seed, rule));
  return (attack: Attack, rank: number) => {
    const target = targetOf(rank);
    const before = honest.map((residency) => 100 * residency.get(target)!);
    const moved = seeds.map(
      (seed, i) => 100 * residencyOf(population, attack, target, seed, rule).get(target)! - before[i]!,
    );
    return { before: mean(before), mean: mean(moved), worst: Math.max(...moved.map(Math.abs)) };
  };
}

function figuresOf(of: string, population: Population, seeds: readonly number[]): Figure[] {
  const ours = trial(population, seeds);
  const plain = trial(population, seeds.slice(0, PLAIN_SEEDS), plainCount);
  const attacked = ATTACKS.flatMap(([name, attack, ranks]) =>
    ranks.map((rank): Figure => {
      const { before, mean, worst } = ours(attack, rank);
      return {
        figure: `${of}: ${name}, target of rank ${rank + 1} of ${population.experts}: moved, worst of ${seeds.length} seeds (mean ${mean.toFixed(2)})`,
        ...{ value: worst, unit: `points of ${before.toFixed(1)} %` },
        reference: { name: 'counting payers', value: plain(attack, rank).mean },
        ...{ goal: `< ${GOAL_POINTS}`, met: worst < GOAL_POINTS },
      };
    }),
  );
  const [rising, plainRising] = [ours(RISING, RARE), plain(RISING, RARE)];
  const [paying, plainPaying] = [ours(PAYING, MIDDLE), plain(PAYING, MIDDLE)];
  return [
    ...attacked,
    {
      figure: `${of}: honest askers want the expert of rank ${RARE + 1} six times as much: moved`,
      ...{ value: rising.mean, unit: `points of ${rising.before.toFixed(1)} %` },
      reference: { name: 'counting payers', value: plainRising.mean },
      ...{ goal: `>= ${GOAL_HEARD} of that`, met: rising.mean >= GOAL_HEARD * plainRising.mean },
    },
    {
      figure: `${of}: 10 % of payers really pay, behind all relays: moved`,
      ...{ value: paying.mean, unit: `points of ${paying.before.toFixed(1)} %` },
      reference: { name: 'counting payers', value: plainPaying.mean },
      ...{ goal: 'none: whoever pays everywhere is demand', met: true },
    },
  ];
}

export const sybils: Bench = {
  name: 'sybils',
  about:
    'Simulated: a swarm on paper, no sockets; the rules of demand and of keeping are the real ones. A tenth of the relays, or of the payers, are an attacker who wants one expert kept; beside it the same swarm and seeds without them. Not simulated: sockets, prices, churn',
  async run({ quick, seed }) {
    const seeds = Array.from({ length: quick ? QUICK_SEEDS : SEEDS }, (_, i) => seed + i);
    return [
      ...figuresOf('even demand', SWARM, seeds),
      ...figuresOf('demand by region', { ...SWARM, isSkewed: true }, seeds),
    ];
  },
};
