import type { Audited, Pool } from './pool.ts';

export interface AuditedNode {
  name: string;
  isHonest: boolean;
  /** One for each question of the pool. */
  answers: Audited[];
}

/** Tokens after which the lazy one stops. */
const FIRST_TOKENS = 16;
const OVERCOUNT = 1.05;

/** Honest nodes that reckon in other ways, and liars: each a wrapper around answers of a real engine. */
export async function nodesOf(pool: Pool, otherExpert: string): Promise<AuditedNode[]> {
  const crowd = await pool.answersOf('q8_0');
  const judged = (change: (answer: Audited, i: number) => { text: string; billedTokens: number }) =>
    Promise.all(
      crowd.map((answer, i) => {
        const { text, billedTokens } = change(answer, i);
        return pool.judge(i, text, billedTokens);
      }),
    );
  const other = await pool.answersOf({ of: otherExpert });
  return [
    { name: 'honest, eight at once', isHonest: true, answers: crowd },
    { name: 'honest, three at once', isHonest: true, answers: await pool.answersOf('q8_0', { atOnce: 3 }) },
    { name: 'honest, kernels without 8-bit sums', isHonest: true, answers: await pool.answersOf('f32') },
    { name: 'smaller quant (Q4_0)', isHonest: false, answers: await pool.answersOf('q4_0') },
    { name: `another expert (${otherExpert})`, isHonest: false, answers: other },
    {
      name: 'another expert every second time',
      isHonest: false,
      answers: crowd.map((answer, i) => (i % 2 ? answer : other[i]!)),
    },
    {
      name: `first ${FIRST_TOKENS} tokens`,
      isHonest: false,
      answers: await pool.answersOf('q8_0', { firstTokens: FIRST_TOKENS }),
    },
    {
      name: 'replay of an earlier answer',
      isHonest: false,
      answers: await judged((answer, i) => crowd[i - 1] ?? answer),
    },
    {
      name: 'counts 5 % more tokens',
      isHonest: false,
      answers: await judged(({ text, billedTokens }) => ({ text, billedTokens: Math.ceil(billedTokens * OVERCOUNT) })),
    },
  ];
}
