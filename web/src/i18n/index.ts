import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { formatFor } from '../format.ts';
import { knownZone } from '../zone.ts';
import { de } from './de.ts';
import { en, type Strings } from './en.ts';

export const LANGUAGES = { en, de } as const;
export type Language = keyof typeof LANGUAGES;
const KEPT = 'heatmine.language';

/** What this reader chose before, else what the browser asks for, else English. */
export function firstLanguage(): Language {
  const wanted = [localStorage.getItem(KEPT), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wanted.find((tag): tag is Language => tag === 'en' || tag === 'de') ?? 'en';
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEPT, language);
}

export interface Words {
  language: Language;
  t: Strings;
  f: ReturnType<typeof formatFor>;
  /** Of the house, once it has said so and where this browser knows it. */
  timeZone: string | undefined;
}

export function wordsOf(language: Language, houseZone?: string): Words {
  const timeZone = knownZone(houseZone);
  return { language, t: LANGUAGES[language], f: formatFor(language, timeZone), timeZone };
}
export const WordsContext = createContext<Words>(wordsOf('en'));
export const useWords = (): Words => useContext(WordsContext);
