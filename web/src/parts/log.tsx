import { useState } from 'preact/hooks';
import type { ControlState, Event } from '../../../src/contract/messages.ts';
import { events, type Session } from '../api.ts';
import { useEvery } from '../every.ts';
import { capital } from '../i18n/bound.ts';
import { useWords } from '../i18n/index.ts';
import { Settings } from './settings.tsx';

const LINES = 30;
/** As many as the unit gives at once. */
const MOST_LINES = 500;
const EVERY_MS = 5000;
/** Reasons of the fault table name their row. */
const FAULT_ROW = /^F\d/;

interface Props {
  control: ControlState | null;
  /** Null: there are no settings to show. */
  level: Session['level'];
}

/** They stand below a log that may be long; a link would be a screen's. */
function toSettings(): void {
  const title = document.getElementById('settings-title');
  title?.scrollIntoView();
  title?.focus();
}

/** Faults of now, what has happened, and what can be set up once and forgotten. */
export function Log({ control, level }: Props) {
  const { t } = useWords();
  return (
    <>
      <section id="log" aria-labelledby="log-title">
        <h1 id="log-title">{t.log.title}</h1>
        {level && (
          <p>
            <button type="button" id="to-settings" onClick={toSettings}>
              {t.settings.title}
            </button>
          </p>
        )}
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
        const text = capital(t.say(fault.text));
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

/** A fault that stops and one that latches are two events with one text: read once. */
const isEcho = (event: Event, before: Event | undefined) =>
  before?.timeMs === event.timeMs && before.text === event.text && before.level === event.level;

/** Newest first, as many as asked for; beside a simulated house each with the clock that it was taken from. */
function Events({ simulated }: { simulated: boolean }) {
  const { t } = useWords();
  const [worst, setWorst] = useState(false);
  const [limit, setLimit] = useState(LINES);
  const { value, error } = useEvery(`log${worst}${limit}`, EVERY_MS, () => events(worst ? MOST_LINES : limit));
  const shown = value?.filter((event, i) => (!worst || event.level !== 'info') && !isEcho(event, value[i - 1]));
  return (
    <>
      <h2 class="under">{t.log.events}</h2>
      {simulated && <p class="quiet">{t.log.clocks}</p>}
      <fieldset class="segments" id="log-show" aria-label={t.log.show}>
        {[false, true].map((each) => (
          <label key={String(each)}>
            <input type="radio" name="log-show" checked={worst === each} onChange={() => setWorst(each)} />
            <span>{each ? t.log.worst : t.log.all}</span>
          </label>
        ))}
      </fieldset>
      {error && <p class="card fault-text">{t.log.failed(error)}</p>}
      {shown?.length === 0 && <p class="card quiet">{worst ? t.log.noWorst : t.log.empty}</p>}
      {shown && shown.length > 0 && (
        <ul class="card log">
          {shown.map((event, i) => (
            <EventLine
              key={`${event.timeMs}${event.code}${event.text}`}
              {...{ event, simulated }}
              isRepeated={i > 0 && reasonOf(event) === reasonOf(shown[i - 1]!)}
            />
          ))}
        </ul>
      )}
      {!worst && limit < MOST_LINES && value?.length === limit && (
        <p class="older">
          <button type="button" id="older" onClick={() => setLimit(Math.min(MOST_LINES, limit * 3))}>
            {t.log.older}
          </button>
        </p>
      )}
    </>
  );
}

/** Why it was, whatever the figures in it. */
const reasonOf = ({ text }: Event) => text.slice(text.indexOf('; ')).replace(/\d/g, '');

/** What, and smaller why or what to do, unless that stands right above. */
function EventLine({ event, simulated, isRepeated }: { event: Event; simulated: boolean; isRepeated: boolean }) {
  const { t, f } = useWords();
  const text = capital(t.say(event.text));
  const cut = text.indexOf('; ');
  return (
    <li>
      <time dateTime={new Date(event.timeMs).toISOString()}>
        {f.dateTime(event.timeMs)} {simulated && <small>{event.houseClock ? t.log.house : t.log.wall}</small>}
      </time>
      <span class={`level ${event.level}`}>{t.log.level[event.level]}</span>
      <span title={event.code}>
        {cut < 0 ? text : `${text.slice(0, cut)}.`}
        {cut >= 0 && !isRepeated && <small class="quiet">{capital(text.slice(cut + 2))}</small>}
      </span>
    </li>
  );
}
