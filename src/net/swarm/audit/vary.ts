import type { Random } from '../../../core/random.ts';

/** Of the changes below, for each number and for the whole question. */
const NUMBER_SHARE = 0.7;
const SLIP_SHARE = 0.6;

/**
 * A question that somebody might have asked: a known one with other numbers of the same length and, often, one slip of
 * the kind that people make. Audits are made of these, so that no list of questions tells them from others.
 */
export function vary(question: string, random: Random): string {
  const numbered = question.replace(/\d+/g, (number) =>
    random() < NUMBER_SHARE ? otherNumber(number, random) : number,
  );
  if (random() >= SLIP_SHARE) return numbered;
  const words = numbered.split(' ');
  const at = Math.floor(random() * words.length);
  const word = words[at]!;
  const slips = [
    () => words.splice(at, 1),
    () => words.splice(at, 2, ...words.slice(at, at + 2).reverse()),
    () => words.splice(at, 1, swapped(word, random)),
    () => words.splice(at, 1, word.toLowerCase()),
    () => words.push('?'),
  ];
  slips[Math.floor(random() * slips.length)]!();
  return words.join(' ').trim() || numbered;
}

function otherNumber(number: string, random: Random): string {
  const digit = () => String(Math.floor(random() * 10));
  const first = number.startsWith('0') ? '0' : String(1 + Math.floor(random() * 9));
  return first + number.slice(1).replace(/\d/g, digit);
}

/** Two neighbouring letters in the wrong order. */
function swapped(word: string, random: Random): string {
  if (word.length < 3) return word;
  const at = Math.floor(random() * (word.length - 1));
  return word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2);
}
