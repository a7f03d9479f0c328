/** The vetted entries: the only texts the faults expert can say. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const wording = z.strictObject({ title: z.string(), cause: z.string(), remedy: z.string() });
const perLanguage = z.strictObject({ en: z.array(z.string()), de: z.array(z.string()) });
const entrySchema = z.strictObject({
  id: z.string().regex(/^[FC]\d{1,2}$/),
  codes: z.array(z.string()),
  symptoms: perLanguage,
  en: wording,
  de: wording,
});

export type Language = 'en' | 'de';
export type Entry = z.infer<typeof entrySchema>;

export const LANGUAGES: readonly Language[] = ['en', 'de'];
export const UNKNOWN_ID = 'F0';
export const MAX_ANSWER_CHARS = 225;

export const catalogue: readonly Entry[] = z
  .array(entrySchema)
  .parse(JSON.parse(readFileSync(new URL('catalogue.json', import.meta.url), 'utf8')));

export const answerText = (entry: Entry, language: Language): string => {
  const { title, cause, remedy } = entry[language];
  return `${entry.id} ${title}: ${cause} ${remedy}`;
};

export const entryOf = (id: string): Entry => {
  const entry = catalogue.find((e) => e.id === id);
  if (!entry) throw new Error(`no entry ${id} in the fault catalogue`);
  return entry;
};

/** GBNF in which every alternative is one whole entry, so no other sentence can be generated. */
export const grammar = (): string => {
  const texts = catalogue.flatMap((entry) => LANGUAGES.map((l) => answerText(entry, l)));
  return `root ::= ${texts.map((t) => JSON.stringify(t)).join(' |\n  ')}\n`;
};
