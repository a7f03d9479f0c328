import { useState } from 'preact/hooks';
import type { ControlState } from '../../../src/contract/messages.ts';
import { OBSERVE_DAYS, observedLine, todayLine } from '../../../src/contract/today-line.ts';
import { acknowledge, Refused, setPoint } from '../api.ts';
import { bound, capital } from '../i18n/bound.ts';
import { useWords } from '../i18n/index.ts';
import type { Snapshot } from '../snapshot.ts';
import { Controls } from './controls.tsx';
import { Flow } from './flow.tsx';
import { Tiles } from './tiles.tsx';
import { Wishes } from './wishes.tsx';

/** The first screen: what the unit does and why, where the energy goes, and the few things a person sets. */
export function Now({ snapshot }: { snapshot: Snapshot | null }) {
  const { t, f, language } = useWords();
  const control = snapshot?.control ?? null;
  return (
    <section id="now" aria-label={t.now.title}>
      <div class="headline">
        <p class="chips">
          {control && <span class={`chip action-${control.action}`}>{t.action[control.action]}</span>}
          {control && <Safety control={control} />}
          {control && control.setPoints.operation !== 'auto' && (
            <span class="chip warn">{t.operation[control.setPoints.operation]}</span>
          )}
          {control?.simulated && <span class="chip">{t.simulated.houseTime(f.weekday(control.houseTimeMs))}</span>}
        </p>
        <Sentence control={control} />
        {snapshot?.today && <p id="today">{bound(todayLine(snapshot.today, language))}</p>}
        {control?.observed && control.observed.days > 0 && <Observed observed={control.observed} />}
        {control && (control.safety !== 'S0' || control.latched) && (
          <p class="alarm">
            {t.safety[control.safety].long} {control.latched && <Latched />}
          </p>
        )}
      </div>
      {snapshot?.tour ? (
        <Flow snapshot={snapshot} />
      ) : (
        <div class="columns">
          <div class="stack">
            <Flow snapshot={snapshot} />
            <Wishes control={control} />
          </div>
          <Controls control={control} />
        </div>
      )}
      <Tiles snapshot={snapshot} />
    </section>
  );
}

/** What and, smaller, why: the first reason of the control loop, which writes `what; why`. */
function Sentence({ control }: { control: ControlState | null }) {
  const { t } = useWords();
  if (!control) return <h1 id="sentence">{t.noControl}</h1>;
  const text = t.say(control.reasons[0]?.text ?? '');
  const cut = text.indexOf('; ');
  return (
    <>
      <h1 id="sentence">{cut < 0 ? text : `${text.slice(0, cut)}.`}</h1>
      {cut >= 0 && <p id="sentence-why">{capital(text.slice(cut + 2))}</p>}
    </>
  );
}

/** A week of only looking on ends with a question. */
function Observed({ observed }: { observed: NonNullable<ControlState['observed']> }) {
  const { t, language } = useWords();
  const [refused, setRefused] = useState('');
  const switchOn = async () => {
    try {
      await setPoint('operation', 'auto');
    } catch (error) {
      setRefused(error instanceof Refused ? t.say(error.message) : t.controls.unreachable);
    }
  };
  return (
    <p class="card" id="observed">
      {observedLine(observed, language)}{' '}
      {observed.days >= OBSERVE_DAYS && (
        <button type="button" class="primary" onClick={switchOn}>
          {t.now.switchOn}
        </button>
      )}{' '}
      <span role="status">{refused}</span>
    </p>
  );
}

/** A fault that waits for a person: the button says that somebody has mended it. */
function Latched() {
  const { t } = useWords();
  const [refused, setRefused] = useState('');
  const mended = async () => {
    try {
      await acknowledge();
      setRefused('');
    } catch (error) {
      setRefused(error instanceof Refused ? t.say(error.message) : t.controls.unreachable);
    }
  };
  return (
    <>
      {t.latched}{' '}
      <button type="button" id="acknowledge" onClick={mended}>
        {t.now.acknowledge}
      </button>{' '}
      <span role="status">{refused}</span>
    </>
  );
}

/** State in words and colour: the colour alone says nothing. */
function Safety({ control }: { control: ControlState }) {
  const { t } = useWords();
  const tone = control.latched || control.safety >= 'S3' ? 'fault' : control.safety === 'S0' ? 'good' : 'warn';
  return (
    <span id="safety" class={`chip ${tone}`} title={t.safety[control.safety].long}>
      {t.safetyLabel}: {t.safety[control.safety].short} ({control.safety})
    </span>
  );
}
