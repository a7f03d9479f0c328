import { POINTS_DE } from '../points-de.ts';
import { COMMISSION_DE } from './commission.ts';
import { COMPUTING_DE } from './computing.ts';
import { DECISIONS_DE, WORDS_DE } from './decisions.ts';
import { DEVICES_DE } from './devices.ts';
import { EXPERTS_DE } from './experts.ts';
import { FAULTS_DE } from './faults.ts';
import { REMEDIES_DE } from './remedies.ts';

/**
 * What the unit says, in German. Control composes its sentences in English, once; here they are taken apart again by the
 * same templates. So history in English is German too when it is looked at, and a new sentence needs one line in a table
 * (a test walks all that the source can say). What no template knows, such as the text of a driver, stays as it is.
 */
interface Template {
  /** The longest piece that must stand there: looked for first, because that is cheap. */
  anchor: string;
  pattern: RegExp;
  german: string;
  letters: number;
}

const CLAUSE = '; ';
const SPLITS = [': ', ', ', ' + '];
const MAX_KNOWN = 500;
/** Each more asks for all parts between two of them. */
const MAX_CLAUSES = 8;
const POINT = new RegExp(`\\b(${Object.keys(POINTS_DE).join('|')})\\b`, 'g');

const escaped = (text: string) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');

/** A sentence in braces takes as little as it can; one with a tail takes all up to the last place where that fits. */
function templateOf([english, german]: [string, string]): Template {
  const parts = english.split('{}');
  const pattern = parts.map(escaped).join('(.*?)');
  const tail = /^[{][}][;, ]/.test(english);
  return {
    anchor: parts.reduce((longest, part) => (part.length > longest.length ? part : longest)),
    pattern: new RegExp(`^${tail ? pattern.replace('(.*?)', '(.*)') : pattern}([.]?)$`, 's'),
    german,
    letters: english.replaceAll('{}', '').length,
  };
}

/** What is said behind another sentence. */
const isTail = ([english]: [string, string]) => /^[;, ]/.test(english);
const TABLE = Object.entries({
  ...{ ...FAULTS_DE, ...DECISIONS_DE, ...REMEDIES_DE, ...COMMISSION_DE },
  ...{ ...COMPUTING_DE, ...DEVICES_DE, ...EXPERTS_DE },
});
const TAILS = TABLE.filter(isTail).map(([english, german]): [string, string] => [`{}${english}`, `{}${german}`]);
const TEMPLATES: readonly Template[] = [...TABLE, ...TAILS].map(templateOf);

const known = new Map<string, string>();

/** Pure; remembers the last few hundred, because the same sentences come every second. */
export function inGerman(english: string): string {
  const before = known.get(english);
  if (before !== undefined) return before;
  const { german } = read(english, new Map());
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(english, german);
  return german;
}

interface Reading {
  german: string;
  /** Letters of the text that templates and words account for. */
  letters: number;
}

function filled({ german, letters }: Template, found: RegExpExecArray, seen: Map<string, Reading>): Reading {
  const fills = found.slice(1, -1).map((fill) => read(fill, seen));
  let next = 0;
  const text = german.replace(/\{(\d?)\}/g, (_, place) => fills[place ? Number(place) - 1 : next++]?.german ?? '');
  return { german: text + found.at(-1), letters: letters + fills.reduce((sum, fill) => sum + fill.letters, 0) };
}

/** The first of each, and every end of a clause: a sentence on the left may have clauses of its own. */
function placesIn(text: string): [split: string, at: number][] {
  const places = SPLITS.map((split): [string, number] => [split, text.indexOf(split)]);
  let at = text.indexOf(CLAUSE);
  for (let n = 0; n < MAX_CLAUSES && at >= 0; n++, at = text.indexOf(CLAUSE, at + 1)) places.push([CLAUSE, at]);
  return places.filter(([, at]) => at > 0);
}

/** All ways to take a sentence apart; the one that leaves least over is how it was put together. */
function read(text: string, seen: Map<string, Reading>): Reading {
  const before = seen.get(text);
  if (before) return before;
  const word = WORDS_DE[text];
  let best: Reading = word === undefined ? { german: leaf(text), letters: 0 } : { german: word, letters: text.length };
  // Meanwhile it stands for itself, so that a template that matches all of its own filling ends.
  seen.set(text, best);
  const offer = (reading: Reading) => {
    if (reading.letters > best.letters) best = reading;
  };
  for (const template of TEMPLATES) {
    const found = text.includes(template.anchor) ? template.pattern.exec(text) : null;
    if (found) offer(filled(template, found, seen));
  }
  for (const [split, at] of placesIn(text)) {
    const [left, right] = [read(text.slice(0, at), seen), read(text.slice(at + split.length), seen)];
    offer({ german: left.german + split + right.german, letters: left.letters + right.letters });
  }
  seen.set(text, best);
  return best;
}

/** One point and no more: versions and addresses keep theirs. */
const DECIMAL = /(?<![.\d])(\d+)\.(\d+)(?!\d|\.\d)/g;
const leaf = (text: string) =>
  text.replace(POINT, (name) => POINTS_DE[name as keyof typeof POINTS_DE]).replace(DECIMAL, '$1,$2');
