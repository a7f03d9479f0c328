import { CARDS } from '../../../src/contract/cards.ts';
import { LANGUAGES, type Language, useWords } from '../i18n/index.ts';
import { SCREENS, type Screen } from '../screen.ts';
import { isSimulated, type Snapshot } from '../snapshot.ts';

interface Props {
  snapshot: Snapshot | null;
  screen: Screen;
  language: Language;
  onLanguage: (language: Language) => void;
}

/** Those of a house in which nobody computes and nothing can be set. */
const TOUR_SCREENS: readonly Screen[] = ['now', 'plant', 'log'];

/** Stays in sight: the name, that the house is simulated (if it is), the way to each screen, the language. */
export function Header({ snapshot, screen, language, onLanguage }: Props) {
  const { t } = useWords();
  return (
    <header>
      <div class="bar">
        <a class="brand" href="#now" aria-label="HeatMine">
          <img src="./icon.svg" alt="" width="26" height="26" />
          <span>HeatMine</span>
        </a>
        {snapshot && isSimulated(snapshot) && <SimulatedBadge key={screen} snapshot={snapshot} />}
        <nav aria-label={t.nav.label}>
          {(snapshot?.tour ? TOUR_SCREENS : SCREENS).map((id) => (
            <a key={id} href={`#${id}`} aria-current={id === screen ? 'page' : undefined}>
              {t.nav[id]}
              {id === 'log' && !snapshot?.tour && <span class="roomy"> {t.nav.andSettings}</span>}
            </a>
          ))}
        </nav>
        <fieldset class="languages" aria-label={t.language}>
          {(Object.keys(LANGUAGES) as Language[]).map((id) => (
            <button
              key={id}
              type="button"
              lang={id}
              title={LANGUAGES[id].languageName}
              aria-pressed={id === language}
              onClick={() => onLanguage(id)}
            >
              {id.toUpperCase()}
            </button>
          ))}
        </fieldset>
      </div>
    </header>
  );
}

/** What is modelled, in one press: never more than a glance away from any value on the page. */
function SimulatedBadge({ snapshot }: { snapshot: Snapshot }) {
  const { t, f } = useWords();
  const speed = snapshot.control?.speed ?? snapshot.plant?.speed ?? 1;
  const card = snapshot.compute?.card;
  const source = card && CARDS[card.id]?.source;
  return (
    <details class="badge" id="simulated">
      <summary>
        {t.simulated.badge}
        {speed !== 1 && !snapshot.tour && (
          <>
            <span> · {t.simulated.time}</span> ×{f.number(speed)}
          </>
        )}
      </summary>
      <div class="explain">
        <p>{snapshot.tour ? t.simulated.whatTour : t.simulated.what}</p>
        {card?.modelled && <p>{t.simulated.watts(f.number(card.count), card.name, f.number(card.jPerToken, 2))}</p>}
        {source && (
          <p class="quiet">
            {t.simulated.source}: {source}
          </p>
        )}
        <p>{speed === 1 ? t.simulated.clockReal : t.simulated.clock(f.number(speed))}</p>
        {snapshot.plant && <p class="quiet">{t.say(snapshot.plant.weather.source)}</p>}
      </div>
    </details>
  );
}
