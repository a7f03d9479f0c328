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
import { DEV_SYMPTOMS } from './faults-dev.ts';
import { CODE_FRAMES, DEV_CODE_FRAMES, DEV_FRAMES, DEV_UNKNOWN, FRAMES, UNKNOWN } from './faults-frames.ts';
import { FROZEN } from './frozen.ts';
import type { Rng } from './rng.ts';
import { fill, roughen } from './roughen.ts';
import type { Sample, Split } from './sample.ts';
import { composed } from './symptoms.ts';
import { foreignQuestion, inventedWord } from './unknown.ts';

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
  const parts = symptom.split(' ');
  const swapped = parts.map((w) => (w.length > 4 ? inventedWord(rng) : w));
  const telling = swapped.some((w, i) => w !== parts[i]);
  return (telling ? swapped : parts.map(() => inventedWord(rng))).join(' ');
};

/** A sentence in a known frame, as a question, or among empty words. */
const asked = (symptom: string, language: Language, rng: Rng): string => {
  const kind = rng.next();
  const framed = kind < 0.35 ? rng.pick(FRAMES[language]).replace('{s}', symptom) : symptom;
  const question = kind > 0.65 ? asQuestion(symptom, language, rng) : undefined;
  const text = question ?? framed;
  return roughen(rng.chance(0.55) ? fill(text, language, rng) : text, rng);
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
  return asked(nonsense(complaint(rng.pick(known), language, rng), rng), language, rng);
};

/** Wordings of the other splits that a pattern happens to make. */
const isUnseen = (text: string): boolean =>
  [DEV_SYMPTOMS, FROZEN.faults].some((of) => Object.values(of).some((e) => [...e.en, ...e.de].includes(text)));

/** Share of complaints put together from `symptoms.json`; the others are those of the catalogue. */
const COMPOSED = 0.65;

/** Two complaints of one family make a third. */
const complaint = (entry: Entry, language: Language, rng: Rng): string => {
  const one = (): string => {
    if (!rng.chance(COMPOSED)) return rng.pick(entry.symptoms[language]);
    const text = composed(entry.id, language, rng);
    return isUnseen(text) ? one() : text;
  };
  return rng.chance(0.12) ? `${one()}${rng.pick([', ', ' and ', ' und ', ' '])}${one()}` : one();
};

const trainSample = (rng: Rng): Sample => {
  const language = rng.pick(LANGUAGES);
  if (rng.chance(0.22)) return { text: unknownQuestion(language, rng), ...answer(entryOf(UNKNOWN_ID), language, rng) };
  const entry = rng.pick(known);
  if (rng.chance(0.18)) {
    const code = rng.pick([entry.id, ...entry.codes]);
    const text = askedCode(code, language, rng);
    return { text, ...answer(entry, text.toUpperCase() === code ? 'en' : language, rng) };
  }
  return { text: asked(complaint(entry, language, rng), language, rng), ...answer(entry, language, rng) };
};

type Wordings = { symptoms: Record<string, Record<Language, string[]>> } & Record<
  'frames' | 'codeFrames' | 'unknown',
  Record<Language, string[]>
>;
const DEV: Wordings = { symptoms: DEV_SYMPTOMS, frames: DEV_FRAMES, codeFrames: DEV_CODE_FRAMES, unknown: DEV_UNKNOWN };
const HELD_OUT: Wordings = { ...FROZEN, symptoms: FROZEN.faults };

/** Every paraphrase, code frame and unknown family of a list, in frames never trained on. */
const questionsOf = (list: Wordings, rng: Rng): Sample[] =>
  LANGUAGES.flatMap((language) => {
    const inFrame = (s: string): string => rng.pick(list.frames[language]).replace('{s}', s);
    const frame = (s: string): string => (rng.chance(0.4) ? s : inFrame(s));
    const of = (entry: Entry, text: string, group: string): Sample => ({
      text,
      answer: answerText(entry, language),
      group,
    });
    const paraphrases = known.flatMap((e) =>
      (list.symptoms[e.id]?.[language] ?? []).map((s) => of(e, frame(s), 'paraphrase')),
    );
    const framed = known.flatMap((e) =>
      rng
        .shuffle(e.symptoms[language])
        .slice(0, 3)
        .map((s) => of(e, inFrame(s), 'frame')),
    );
    const code = (c: string): string => rng.pick(list.codeFrames[language]).replace('{c}', c);
    const codes = known.map((e) => of(e, code(rng.pick([e.id, ...e.codes])), 'code'));
    const foreign = [...Array.from({ length: 10 }, () => code(strangeCode(rng))), ...list.unknown[language].map(frame)];
    return [...paraphrases, ...framed, ...codes, ...foreign.map((t) => of(entryOf(UNKNOWN_ID), t, 'unknown family'))];
  });

export const faultsSamples = (rng: Rng, count: number, split: Split): Sample[] => {
  if (split !== 'train') return questionsOf(split === 'dev' ? DEV : HELD_OUT, rng);
  return Array.from({ length: count }, () => trainSample(rng));
};
