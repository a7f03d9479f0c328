import type { Random } from '../../../core/random.ts';
import { createBudget } from '../../../net/swarm/audit/budget.ts';
import type { Figure } from '../table.ts';
import type { AuditedNode } from './nodes.ts';
import type { Pool } from './pool.ts';

const COST = 0.02;
const NODES = 4;
const ORDINARY = 200_000;

/** Audit tokens of all tokens, for an asker of ordinary questions to a few nodes, who asks each telling question of each node once. */
export function costOf(how: string, { questions, searchTokens }: Pool, node: AuditedNode, random: Random): Figure {
  const budget = createBudget();
  const tokensOf = (i: number) => questions[i]!.own.promptTokens + node.answers[i]!.billedTokens;
  let [ordinary, audits, count] = [0, 0, 0];
  for (let asked = 0; asked < ORDINARY; asked++) {
    const tokens = tokensOf(Math.floor(random() * questions.length));
    ordinary += tokens;
    budget.earn(tokens);
    if (!budget.may()) continue;
    // Asked of a node, said again by the own copy to weigh it, and the search shared among the nodes.
    const taken = 2 * tokensOf(count % questions.length) + searchTokens / questions.length / NODES;
    budget.spend(taken);
    audits += taken;
    count++;
  }
  const share = audits / (ordinary + audits);
  return {
    ...{ figure: `${how}: audit cost, of all tokens`, value: share * 100, unit: '%' },
    reference: {
      name: `one audit for each ${Math.round(ORDINARY / count)} questions over ${NODES} nodes; goal`,
      value: COST * 100,
    },
    ...{ goal: `<= ${COST * 100} %`, met: share <= COST && count > 0 },
  };
}
