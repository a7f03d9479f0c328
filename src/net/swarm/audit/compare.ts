import { type Outcome, SPARE, SPARE_TOKENS } from './evidence.ts';

/** What an asker without the weights has of one answer. */
export interface Heard {
  text: string;
  billedTokens: number;
}

/**
 * A node's answer beside those of two others that claim the same expert: a third breaks the tie. Undefined where all three
 * differ: nobody knows who is right. Honest nodes agree at temperature 0 but for close calls.
 */
export function compared(one: Heard, [other, third]: readonly [Heard, Heard]): Outcome | undefined {
  const same = [other, third].filter(({ text }) => text === one.text);
  if (same.length === 0) return other.text === third.text ? 'outvoted' : undefined;
  const least = Math.min(...same.map(({ billedTokens }) => billedTokens));
  return one.billedTokens > least * SPARE + SPARE_TOKENS ? 'overcounted' : 'agreed';
}
