import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Session, session } from './api.ts';
import { House } from './house.tsx';
import { firstLanguage, keepLanguage, type Language, WordsContext, wordsOf } from './i18n/index.ts';
import { Claim } from './parts/claim.tsx';

/** The language, and whether this device may see the house at all. */
export function App() {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  const [level, setLevel] = useState<Session['level'] | undefined>();
  const words = useMemo(() => wordsOf(language), [language]);
  useEffect(() => {
    document.documentElement.lang = language;
    keepLanguage(language);
  }, [language]);
  const look = () => {
    // A unit that does not answer now will be waited for by the live values, which say so.
    session().then(
      (known) => setLevel(known.level),
      () => setLevel('owner'),
    );
  };
  useEffect(look, []);
  return (
    <WordsContext.Provider value={words}>
      {level === null && <Claim onClaimed={look} />}
      {level && <House language={language} onLanguage={setLanguage} level={level} />}
    </WordsContext.Provider>
  );
}
