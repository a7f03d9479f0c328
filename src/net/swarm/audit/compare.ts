import { type Finding, factorsOf, TIMES } from './evidence.ts';

/** What an asker without the weights has of one answer. */
export interface Heard {
  text: string;
  billedTokens: number;
  billedPromptTokens: number;
}

/**
 * At most so often an honest node is alone apart from two that agree, or bills more than one with the same text. Own
 * guesses: without the weights nobody knows how far rounding leads. Random weights on kernels that sum in F32, the worst
 * that was measured, were apart in 5 of 40 answers.
 */
const HONEST = { apart: 0.15, count: 0.01 } as const;
const APART = 4;
const NOT_APART = (1 - HONEST.apart * APART) / (1 - HONEST.apart);

/** Apart are those that lie in whatever way. */
const alike = (factor: number) => TIMES.map(() => factor);

/**
 * A node's answer beside those of two others that claim the same expert: a third breaks the tie. Undefined where all three
 * differ: nobody knows who is right. Other weights of the same expert are not told from other kernels: both part on the way.
 */
export function compared(one: Heard, [other, third]: readonly [Heard, Heard]): Finding | undefined {
  const same = [other, third].filter(({ text }) => text === one.text);
  if (same.length === 0 && other.text !== third.text) return undefined;
  if (same.length === 0 && isApart(one.text, other.text))
    return { outcome: 'outvoted', factors: factorsOf(alike(APART), false, HONEST.count) };
  // Of two with the same text the one that bills more: one alone, which bills too little, is no measure.
  const isAbove = (of: (heard: Heard) => number) => same.length > 0 && of(one) > Math.max(...same.map(of));
  const isOver = isAbove((heard) => heard.billedTokens) || isAbove((heard) => heard.billedPromptTokens);
  return {
    outcome: isOver ? 'overcounted' : 'agreed',
    factors: factorsOf(alike(NOT_APART), isOver, HONEST.count),
  };
}

const SHORT = 40;
const AT_ONCE = 0.1;

/** Honest texts part somewhere on the way, hardly ever at once, and none ends within another. */
function isApart(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  let common = 0;
  while (common < shorter && a[common] === b[common]) common++;
  return shorter < SHORT || common === shorter || common < AT_ONCE * shorter;
}
