import { POINTS_DE } from '../points-de.ts';
import { DECISIONS_DE, WORDS_DE } from './decisions.ts';
import { FAULTS_DE } from './faults.ts';

/**
 * What the unit says, in German. Control composes its sentences in English, once; here they are taken apart again by the
 * same templates. So history in English is German too when it is looked at, and a new sentence needs one line in a table
 * (a test walks all that the source can say). What no template knows, such as the text of a driver, stays as it is.
 */
interface Template {
  pattern: RegExp;
  german: string;
  /** Letters that must agree: the most telling template goes first. */
  letters: number;
}

const SPLITS = ['; ', ': ', ', ', ' + '];
const MAX_KNOWN = 500;
const POINT = new RegExp(`\\b(${Object.keys(POINTS_DE).join('|')})\\b`, 'g');

const escaped = (text: string) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');

function templateOf([english, german]: [string, string]): Template {
  const parts = english.split('{}').map(escaped);
  return {
    pattern: new RegExp(`^${parts.join('(.*?)')}([.]?)$`, 's'),
    german,
    letters: english.replaceAll('{}', '').length,
  };
}

/** What is said behind another sentence. */
const isTail = ([english]: [string, string]) => /^[;, ]/.test(english);
const TABLE = Object.entries({ ...FAULTS_DE, ...DECISIONS_DE });
const TAILS = TABLE.filter(isTail).map(([english, german]): [string, string] => [`{}${english}`, `{}${german}`]);
const sorted = (table: [string, string][]) => table.map(templateOf).sort((a, b) => b.letters - a.letters);
const TEMPLATES: readonly Template[] = [...sorted(TABLE), ...sorted(TAILS)];

const known = new Map<string, string>();

/** Pure; remembers the last few hundred, because the same sentences come every second. */
export function inGerman(english: string): string {
  const before = known.get(english);
  if (before !== undefined) return before;
  const german = translated(english);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(english, german);
  return german;
}

function translated(text: string): string {
  const word = WORDS_DE[text];
  if (word !== undefined) return word;
  for (const { pattern, german } of TEMPLATES) {
    const found = pattern.exec(text);
    if (!found) continue;
    const filled = found.slice(1, -1).map(translated);
    let next = 0;
    return german.replace(/\{(\d?)\}/g, (_, place) => filled[place ? Number(place) - 1 : next++] ?? '') + found.at(-1);
  }
  for (const split of SPLITS) {
    const at = text.indexOf(split);
    if (at > 0) return translated(text.slice(0, at)) + split + translated(text.slice(at + split.length));
  }
  return text.replace(POINT, (name) => POINTS_DE[name as keyof typeof POINTS_DE]).replace(/(\d)\.(\d)/g, '$1,$2');
}
