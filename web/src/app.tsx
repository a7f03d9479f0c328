import { useEffect, useMemo, useState } from 'preact/hooks';
import { firstLanguage, keepLanguage, type Language, WordsContext, wordsOf } from './i18n/index.ts';
import { useLive } from './live.ts';
import { Ask } from './parts/ask.tsx';
import { Banner } from './parts/banner.tsx';
import { Experts } from './parts/experts.tsx';
import { Header } from './parts/header.tsx';
import { History } from './parts/history.tsx';
import { Log } from './parts/log.tsx';
import { Money } from './parts/money.tsx';
import { Now } from './parts/now.tsx';
import { Plant } from './parts/plant.tsx';
import { Why } from './parts/why.tsx';
import { useScreen } from './screen.ts';

export function App() {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  const [expert, setExpert] = useState('auto');
  const words = useMemo(() => wordsOf(language), [language]);
  const screen = useScreen();
  const live = useLive();
  const { snapshot } = live;
  useEffect(() => {
    document.documentElement.lang = language;
    keepLanguage(language);
  }, [language]);
  useEffect(() => {
    document.title = screen === 'now' ? 'HeatMine' : `${words.t.nav[screen]} · HeatMine`;
  }, [screen, words]);
  const askOne = (id: string) => {
    setExpert(id);
    location.hash = 'ask';
    // Once the screen is drawn.
    requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById('question')?.focus()));
  };

  return (
    <WordsContext.Provider value={words}>
      <a class="skip" href="#content">
        {words.t.skip}
      </a>
      <Header snapshot={snapshot} screen={screen} language={language} onLanguage={setLanguage} />
      <Banner live={live} />
      <main id="content" tabIndex={-1}>
        {screen === 'now' && (
          <>
            <Now snapshot={snapshot} />
            <Why reasons={snapshot?.control?.reasons ?? []} />
          </>
        )}
        {/* Stays, so that an answer goes on while somebody looks at another screen. */}
        <div hidden={screen !== 'ask'}>
          <Ask snapshot={snapshot} expert={expert} onExpert={setExpert} />
        </div>
        {screen === 'plant' && (
          <>
            <Plant snapshot={snapshot} />
            <History />
          </>
        )}
        {screen === 'experts' && <Experts compute={snapshot?.compute ?? null} onAsk={askOne} />}
        {screen === 'money' && <Money snapshot={snapshot} />}
        {screen === 'log' && <Log simulated={snapshot?.control?.simulated ?? false} />}
      </main>
      <footer>{words.t.footer}</footer>
    </WordsContext.Provider>
  );
}
