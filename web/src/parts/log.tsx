import type { ControlState } from '../../../src/contract/messages.ts';
import { events, type Session } from '../api.ts';
import { useEvery } from '../every.ts';
import { useWords } from '../i18n/index.ts';
import { Settings } from './settings.tsx';

const LINES = 30;
const EVERY_MS = 5000;
/** Reasons of the fault table name their row. */
const FAULT_ROW = /^F\d/;

interface Props {
  control: ControlState | null;
  /** Null: there are no settings to show. */
  level: Session['level'];
}

/** Faults of now, what has happened, and what can be set up once and forgotten. */
export function Log({ control, level }: Props) {
  const { t } = useWords();
  return (
    <>
      <section id="log" aria-labelledby="log-title">
        <h1 id="log-title">{t.log.title}</h1>
        {control && <Faults control={control} />}
        <Events simulated={control?.simulated ?? false} />
      </section>
      {level && <Settings level={level} />}
    </>
  );
}

function Faults({ control }: { control: ControlState }) {
  const { t } = useWords();
  const faults = control.reasons.filter((reason) => FAULT_ROW.test(reason.what));
  if (faults.length === 0) return <p class="card quiet">{t.log.noFault}</p>;
  return (
    <ul class="card reasons" id="faults" aria-label={t.log.faults}>
      {faults.map((fault) => {
        const text = t.say(fault.text);
        const cut = text.indexOf('; ');
        return (
          <li key={fault.what}>
            <span class="fault-text">{cut < 0 ? text : text.slice(0, cut)}</span>
            <code>{fault.what}</code>
            {cut >= 0 && <p>{text.slice(cut + 2)}</p>}
          </li>
        );
      })}
    </ul>
  );
}

/** Newest first; beside a simulated house each with the clock that it was taken from. */
function Events({ simulated }: { simulated: boolean }) {
  const { t, f } = useWords();
  const { value, error } = useEvery('log', EVERY_MS, () => events(LINES));
  return (
    <>
      <h2 class="under">{t.log.events}</h2>
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
    </>
  );
}
