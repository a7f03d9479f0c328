import { useEffect, useMemo, useState } from 'preact/hooks';
import { firstLanguage, keepLanguage, type Language, WordsContext, wordsOf } from './i18n/index.ts';
import { useLive } from './live.ts';
import { Ask } from './parts/ask.tsx';
import { Banner } from './parts/banner.tsx';
import { Experts } from './parts/experts.tsx';
import { Header } from './parts/header.tsx';
import { History } from './parts/history.tsx';
import { Log } from './parts/log.tsx';
import { Now } from './parts/now.tsx';
import { Plant } from './parts/plant.tsx';
import { Why } from './parts/why.tsx';

export function App() {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  const [expert, setExpert] = useState('auto');
  const words = useMemo(() => wordsOf(language), [language]);
  const live = useLive();
  const { snapshot } = live;
  useEffect(() => {
    document.documentElement.lang = language;
    keepLanguage(language);
  }, [language]);

  return (
    <WordsContext.Provider value={words}>
      <a class="skip" href="#content">
        {words.t.skip}
      </a>
      <Header snapshot={snapshot} language={language} onLanguage={setLanguage} />
      <Banner live={live} />
      <main id="content">
        <Now snapshot={snapshot} />
        <Ask snapshot={snapshot} expert={expert} onExpert={setExpert} />
        <Plant snapshot={snapshot} />
        <History />
        <Why reasons={snapshot?.control?.reasons ?? []} />
        <Experts compute={snapshot?.compute ?? null} onAsk={setExpert} />
        <Log />
      </main>
      <footer>{words.t.footer}</footer>
    </WordsContext.Provider>
  );
}
