import type { Finding } from '../../../net/swarm/audit/evidence.ts';
import type { Pool, Said } from './pool.ts';

export interface AuditedNode {
  name: string;
  isHonest: boolean;
  /** Share of audits in which it does what its name says; in the others it is honest. */
  share: number;
  /** One for each question of the pool. */
  answers: Said[];
  findings: Finding[];
}

/** Tokens after which the lazy one stops. */
const FIRST_TOKENS = 16;

/** Honest nodes that reckon in other ways, and liars: each a wrapper around answers of a real engine. */
export async function nodesOf(pool: Pool): Promise<AuditedNode[]> {
  const nodes: AuditedNode[] = [];
  const add = async (name: string, isHonest: boolean, shares: number[], answers: Said[]) => {
    const findings: Finding[] = [];
    for (const [i, answer] of answers.entries()) findings.push(await pool.judge(i, answer));
    for (const share of shares)
      nodes.push({ name: share < 1 ? `${name}, every second time` : name, isHonest, share, answers, findings });
  };
  const honest = await pool.answersOf('its own');
  await add('eight at once', true, [1], honest);
  await add('three at once', true, [1], await pool.answersOf('its own', { atOnce: 3 }));
  await add('alone', true, [1], await pool.answersOf('its own', { atOnce: 1 }));
  await add('kernels without 8-bit sums', true, [1], await pool.answersOf('f32'));
  for (const target of pool.expert.smaller)
    await add(`smaller quant (${target.toUpperCase()})`, false, [1, 0.5], await pool.answersOf(target));
  await add('another expert', false, [1, 0.5], await pool.answersOf('other'));
  const short = await pool.answersOf('its own', { firstTokens: FIRST_TOKENS });
  // It bills what the whole answer would have had.
  const cut = short.map((answer, i) => ({ ...answer, billedTokens: honest[i]!.billedTokens }));
  await add(`first ${FIRST_TOKENS} tokens`, false, [1, 0.5], cut);
  const earlier = honest.map((_, i) => honest.at(i - 1)!);
  await add('replay of an earlier answer', false, [1, 0.5], earlier);
  for (const more of [5, 20]) {
    const counted = honest.map((answer) => ({
      ...answer,
      billedTokens: Math.round(answer.billedTokens * (1 + more / 100)),
    }));
    await add(`counts ${more} % more tokens`, false, [1, 0.5], counted);
  }
  const longer = honest.map((answer) => ({ ...answer, billedPromptTokens: answer.billedPromptTokens + 1 }));
  await add('one token more of each question', false, [1], longer);
  return nodes;
}
