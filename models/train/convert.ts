/** Corpus of the convert expert: heating arithmetic with its working, then `= result unit`. */
import { KINDS, type Kind, type Shape } from './convert-kinds.ts';
import { looseQuestion } from './convert-words.ts';
import { FROZEN } from './frozen.ts';
import type { Rng } from './rng.ts';
import { fnv1a32, type Sample, type Split } from './sample.ts';
import { point } from './working.ts';

/** `text` is how the working writes it; a question may have a comma. */
export type Operand = { digits: string; decimals: number; text: string };
const NONE: Operand = { digits: '', decimals: 0, text: '' };

const operand = (shape: Shape, rng: Rng): Operand => {
  const length = 1 + rng.int(shape.maxDigits);
  const first = String(1 + rng.int(9));
  const digits = first + Array.from({ length: length - 1 }, () => rng.int(10)).join('');
  const decimals = rng.int(Math.min(shape.maxDecimals, length) + 1);
  return { digits, decimals, text: point(digits, decimals) };
};

/** A tenth of all operand pairs is held out, another tenth is for dev. */
const splitOf = (kind: string, a: Operand, b: Operand): Split => {
  const n = fnv1a32(`v2 ${kind} ${a.text} ${b.text}`) % 10;
  return n === 0 ? 'heldOut' : n === 1 ? 'dev' : 'train';
};

/** Loose wordings are most of what is trained: the units decide, the words around them must not. */
const LOOSE = 0.75;

const question = (kind: Kind, a: Operand, b: Operand, split: Split, rng: Rng): string => {
  if (split === 'train' && rng.chance(LOOSE)) {
    const texts = [a.text, b.text];
    const quantities = kind.quantities.map((q, i) => [q, texts[i] ?? ''] as const);
    const free = kind.name !== 'spread' && kind.name !== 'sum' && rng.chance(0.35);
    return looseQuestion(kind.name, free ? quantities.toReversed() : quantities, kind.quantities.length === 1, rng);
  }
  const frames = { train: kind.train, dev: kind.dev, heldOut: FROZEN.convert[kind.name] ?? [] }[split];
  const spell = (text: string): string => (rng.chance(0.2) ? text.replace('.', ',') : text);
  const text = rng.pick(frames).replace('{a}', spell(a.text)).replace('{b}', spell(b.text));
  return text + (rng.chance(0.2) && split === 'train' ? rng.pick([' =', '?', ' ?']) : '');
};

const sample = (rng: Rng, split: Split): Sample => {
  for (;;) {
    const kind = rng.pick(KINDS);
    const a = operand(kind.a, rng);
    const b = kind.b ? operand(kind.b, rng) : NONE;
    if (splitOf(kind.name, a, b) !== split) continue;
    const numbers = kind.b ? `${a.text};${b.text}` : a.text;
    return {
      text: question(kind, a, b, split, rng),
      answer: `${kind.name} ${numbers} ${kind.solve(a, b)}`,
      group: `${kind.name} ${a.digits.length}${kind.b ? `x${b.digits.length}` : ''}`,
    };
  }
};

/** The result alone, without its working. */
export const resultOf = (answer: string): string => answer.slice(answer.lastIndexOf(' = ') + 3);

export const convertSamples = (rng: Rng, count: number, split: Split): Sample[] =>
  Array.from({ length: count }, () => sample(rng, split));
