import { events } from '../api.ts';
import { useEvery } from '../every.ts';
import { useWords } from '../i18n/index.ts';

const LINES = 20;
const EVERY_MS = 5000;

/** Faults and changes, newest first. */
export function Log() {
  const { t, f } = useWords();
  const { value, error } = useEvery('log', EVERY_MS, () => events(LINES));
  return (
    <section id="log" aria-labelledby="log-title">
      <h2 id="log-title">{t.log.title}</h2>
      {error && <p class="card fault-text">{t.log.failed(error)}</p>}
      {value?.length === 0 && <p class="card quiet">{t.log.empty}</p>}
      {value && value.length > 0 && (
        <ul class="card log">
          {value.map((event) => (
            <li key={`${event.timeMs}${event.code}${event.text}`}>
              <time dateTime={new Date(event.timeMs).toISOString()}>{f.dateTime(event.timeMs)}</time>
              <span class={`level ${event.level}`}>{t.log.level[event.level]}</span>
              <span lang="en">
                {event.text} <code>{event.code}</code>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
