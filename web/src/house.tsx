import { useEffect, useMemo, useState } from 'preact/hooks';
import { reasonsOf } from '../../src/contract/reasons.ts';
import type { Session } from './api.ts';
import { type Language, WordsContext, wordsOf } from './i18n/index.ts';
import { useLive } from './live.ts';
import { Ask } from './parts/ask.tsx';
import { Banner } from './parts/banner.tsx';
import { Commission } from './parts/commission.tsx';
import { Experts } from './parts/experts.tsx';
import { Header } from './parts/header.tsx';
import { History } from './parts/history.tsx';
import { Log } from './parts/log.tsx';
import { Money } from './parts/money.tsx';
import { Now } from './parts/now.tsx';
import { Plant } from './parts/plant.tsx';
import { TourCaption } from './parts/tour.tsx';
import { Why } from './parts/why.tsx';
import { ZoneNote } from './parts/zone.tsx';
import { useScreen } from './screen.ts';

interface Props {
  language: Language;
  onLanguage: (language: Language) => void;
  /** Of this device. */
  level: Session['level'];
}

/** The screens of a house that this device may see. */
export function House({ language, onLanguage, level }: Props) {
  const [expert, setExpert] = useState('auto');
  const screen = useScreen();
  const live = useLive();
  const { snapshot } = live;
  const timeZone = snapshot?.timeZone;
  const words = useMemo(() => wordsOf(language, timeZone), [language, timeZone]);
  const { t } = words;
  const tour = snapshot?.tour;
  useEffect(() => {
    document.title = screen === 'now' ? 'HeatMine' : `${t.nav[screen]} · HeatMine`;
  }, [screen, t]);
  const askOne = (id: string) => {
    setExpert(id);
    location.hash = 'ask';
    // Once the screen is drawn.
    requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById('question')?.focus()));
  };

  return (
    <WordsContext.Provider value={words}>
      <a class="skip" href="#content">
        {t.skip}
      </a>
      <Header snapshot={snapshot} screen={screen} language={language} onLanguage={onLanguage} />
      {!tour?.over && <Banner live={live} />}
      <main id="content" tabIndex={-1}>
        {timeZone && <ZoneNote timeZone={timeZone} />}
        {tour && <TourCaption tour={tour} />}
        {screen === 'now' && (
          <>
            <Now snapshot={snapshot} />
            <Why reasons={reasonsOf(snapshot?.control ?? null, snapshot?.compute ?? null)} />
          </>
        )}
        {/* Stays, so that an answer goes on while somebody looks at another screen. */}
        {snapshot && !tour && (
          <div hidden={screen !== 'ask'}>
            <Ask snapshot={snapshot} expert={expert} onExpert={setExpert} />
          </div>
        )}
        {screen === 'plant' && (
          <>
            <Plant snapshot={snapshot} />
            {level === 'installer' && snapshot?.control && <Commission control={snapshot.control} />}
            <History />
          </>
        )}
        {screen === 'experts' && <Experts onAsk={askOne} />}
        {screen === 'money' && <Money snapshot={snapshot} />}
        {screen === 'log' && <Log control={snapshot?.control ?? null} level={tour ? null : level} />}
      </main>
      <footer>{t.footer}</footer>
    </WordsContext.Provider>
  );
}
