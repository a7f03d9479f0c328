/** Corpus of the faults expert: symptom or code in, one vetted entry out. */
import {
  answerText,
  catalogue,
  type Entry,
  entryOf,
  LANGUAGES,
  type Language,
  UNKNOWN_ID,
} from '../faults/catalogue.ts';
import {
  CODE_FRAMES,
  FRAMES,
  HELD_OUT_CODE_FRAMES,
  HELD_OUT_FRAMES,
  HELD_OUT_UNKNOWN,
  UNKNOWN,
} from './faults-frames.ts';
import { HELD_OUT_SYMPTOMS } from './faults-heldout.ts';
import type { Rng } from './rng.ts';
import { fill, roughen } from './roughen.ts';
import type { Sample } from './sample.ts';
import { foreignQuestion } from './unknown.ts';

/** Share of answers trained to their end; the others stop soon after the choice, which is what is hard. */
const WHOLE_ANSWERS = 0.06;
const OPEN_CHARS = 12;
const known = catalogue.filter((e) => e.id !== UNKNOWN_ID);

/** "the flow is too low" -> "why is the flow too low?" in both languages. */
const asQuestion = (symptom: string, language: Language, rng: Rng): string | undefined => {
  const pattern =
    language === 'en' ? /^(.+?) (is|are|has|does|will) (.+)$/ : /^(.+?) (ist|sind|hat|wird|läuft|zeigt|bleibt) (.+)$/;
  const m = pattern.exec(symptom);
  if (!m) return undefined;
  const ask = language === 'en' ? rng.pick(['why', 'how come', 'why']) : rng.pick(['warum', 'wieso', 'weshalb']);
  const subject = rng.chance(0.4)
    ? (m[1] ?? '')
        .replace(/^the /, 'my ')
        .replace(/^die /, 'meine ')
        .replace(/^(der|das) /, 'mein ')
    : m[1];
  return `${ask} ${m[2]} ${subject} ${m[3]}${rng.chance(0.6) ? '?' : ''}`;
};

const answer = (entry: Entry, language: Language, rng: Rng): Pick<Sample, 'answer' | 'open'> => {
  const text = answerText(entry, language);
  if (rng.chance(WHOLE_ANSWERS)) return { answer: text };
  const end = text.indexOf(' ', OPEN_CHARS);
  return { answer: text.slice(0, end), open: true };
};

const strangeCode = (rng: Rng): string => {
  const taken = new Set(catalogue.flatMap((e) => [e.id, ...e.codes]));
  for (;;) {
    const code = `${rng.pick(['F', 'E', 'A', 'H', 'C', 'P', 'U', 'ER', 'F', 'C'])}${rng.int(rng.chance(0.3) ? 1000 : 100)}`;
    if (!taken.has(code)) return code;
  }
};

/** Swaps the telling words of a known sentence for invented ones: a familiar frame alone must not make an answer. */
const nonsense = (symptom: string, rng: Rng): string => {
  const word = (): string =>
    Array.from({ length: 2 + rng.int(3) }, () => rng.pick([...'bdfgklmnprstvz']) + rng.pick([...'aeiou'])).join('');
  const parts = symptom.split(' ');
  const swapped = parts.map((w) => (w.length > 4 ? word() : w));
  const telling = swapped.some((w, i) => w !== parts[i]);
  return (telling ? swapped : parts.map(word)).join(' ');
};

/** A sentence in a known frame, as a question, or among empty words. */
const asked = (symptom: string, language: Language, rng: Rng): string => {
  const kind = rng.next();
  const framed = kind < 0.35 ? rng.pick(FRAMES[language]).replace('{s}', symptom) : symptom;
  const question = kind > 0.65 ? asQuestion(symptom, language, rng) : undefined;
  const text = question ?? framed;
  return roughen(rng.chance(0.4) ? fill(text, language, rng) : text, rng);
};

const askedCode = (code: string, language: Language, rng: Rng): string => {
  const text = rng.pick(CODE_FRAMES[language]).replace('{c}', rng.chance(0.3) ? code.toLowerCase() : code);
  return rng.chance(0.5) ? fill(text, language, rng) : text;
};

const unknownQuestion = (language: Language, rng: Rng): string => {
  const kind = rng.next();
  if (kind < 0.2) return askedCode(strangeCode(rng), language, rng);
  if (kind < 0.4) return asked(rng.pick(UNKNOWN[language]), language, rng);
  if (kind < 0.75) return asked(foreignQuestion(language, rng), language, rng);
  return asked(nonsense(rng.pick(rng.pick(known).symptoms[language]), rng), language, rng);
};

/** Two complaints of one family make a third. */
const complaint = (entry: Entry, language: Language, rng: Rng): string => {
  const one = (): string => rng.pick(entry.symptoms[language]);
  return rng.chance(0.15) ? `${one()}${rng.pick([', ', ' and ', ' und ', ' '])}${one()}` : one();
};

const trainSample = (rng: Rng): Sample => {
  const language = rng.pick(LANGUAGES);
  if (rng.chance(0.2)) return { text: unknownQuestion(language, rng), ...answer(entryOf(UNKNOWN_ID), language, rng) };
  const entry = rng.pick(known);
  if (rng.chance(0.18)) {
    const code = rng.pick([entry.id, ...entry.codes]);
    const text = askedCode(code, language, rng);
    return { text, ...answer(entry, text.toUpperCase() === code ? 'en' : language, rng) };
  }
  return { text: asked(complaint(entry, language, rng), language, rng), ...answer(entry, language, rng) };
};

export const trainFaults = (rng: Rng, count: number): Sample[] => Array.from({ length: count }, () => trainSample(rng));

/** Every held-out paraphrase, code frame and unknown family, in frames never trained on. */
export const heldOutFaults = (rng: Rng): Sample[] =>
  LANGUAGES.flatMap((language) => {
    const frame = (s: string): string => (rng.chance(0.4) ? s : rng.pick(HELD_OUT_FRAMES[language]).replace('{s}', s));
    const of = (entry: Entry, text: string, group: string): Sample => ({
      text,
      answer: answerText(entry, language),
      group,
    });
    const paraphrases = known.flatMap((e) =>
      (HELD_OUT_SYMPTOMS[e.id]?.[language] ?? []).map((s) => of(e, frame(s), 'paraphrase')),
    );
    const framed = known.flatMap((e) =>
      rng
        .shuffle(e.symptoms[language])
        .slice(0, 3)
        .map((s) => of(e, rng.pick(HELD_OUT_FRAMES[language]).replace('{s}', s), 'frame')),
    );
    const codes = known.map((e) =>
      of(e, rng.pick(HELD_OUT_CODE_FRAMES[language]).replace('{c}', rng.pick([e.id, ...e.codes])), 'code'),
    );
    const strange = Array.from({ length: 10 }, () =>
      rng.pick(HELD_OUT_CODE_FRAMES[language]).replace('{c}', strangeCode(rng)),
    );
    const foreign = [...strange, ...HELD_OUT_UNKNOWN[language].map(frame)];
    return [...paraphrases, ...framed, ...codes, ...foreign.map((t) => of(entryOf(UNKNOWN_ID), t, 'unknown family'))];
  });
