import { events } from '../api.ts';
import { useEvery } from '../every.ts';
import { useWords } from '../i18n/index.ts';

const LINES = 20;
const EVERY_MS = 5000;

/** Faults and changes, newest first; beside a simulated house each with the clock that it was taken from. */
export function Log({ simulated }: { simulated: boolean }) {
  const { t, f } = useWords();
  const { value, error } = useEvery('log', EVERY_MS, () => events(LINES));
  return (
    <section id="log" aria-labelledby="log-title">
      <h2 id="log-title">{t.log.title}</h2>
      {simulated && <p class="quiet">{t.log.clocks}</p>}
      {error && <p class="card fault-text">{t.log.failed(error)}</p>}
      {value?.length === 0 && <p class="card quiet">{t.log.empty}</p>}
      {value && value.length > 0 && (
        <ul class="card log">
          {value.map((event) => (
            <li key={`${event.timeMs}${event.code}${event.text}`}>
              <time dateTime={new Date(event.timeMs).toISOString()}>
                {f.dateTime(event.timeMs)} {simulated && <small>{event.houseClock ? t.log.house : t.log.wall}</small>}
              </time>
              <span class={`level ${event.level}`}>{t.log.level[event.level]}</span>
              <span>
                {t.say(event.text)} <code>{event.code}</code>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
