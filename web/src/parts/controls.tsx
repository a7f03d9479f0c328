import { useEffect, useRef, useState } from 'preact/hooks';
import type { ControlState, Mode, SetPoints } from '../../../src/contract/messages.ts';
import { Refused, setPoint } from '../api.ts';
import { useWords } from '../i18n/index.ts';
import { hasTank } from '../snapshot.ts';

const MODES: readonly Mode[] = ['heating', 'auto', 'cooling', 'off'];
const SEND_AFTER_MS = 350;
/** An echo later than this counts as "not taken". */
const ECHO_WITHIN_MS = 4000;

type Name = 'mode' | 'roomSetC' | 'hotWaterSetC' | 'computeOn' | 'operation';
type ChoiceName = 'mode' | 'computeOn' | 'operation';
type Pending<N extends Name> = { value: SetPoints[N]; note: 'sending' | 'kept' | null; refused?: string };

/**
 * One set-point: shows the wish at once, sends it when the finger rests, and clears it as soon as control echoes it.
 * What stands there afterwards is always the effective value.
 */
function useSetPoint<N extends Name>(name: N, effective: SetPoints[N] | undefined) {
  const [pending, setPending] = useState<Pending<N> | null>(null);
  const timer = useRef<number>(undefined);
  /** The last wish even before it is drawn: two presses within one frame are two steps. */
  const latest = useRef(effective);
  useEffect(() => {
    if (pending && pending.value === effective) {
      window.clearTimeout(timer.current);
      setPending(null);
    }
  }, [pending, effective]);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const send = async (value: SetPoints[N]) => {
    try {
      await setPoint(name, value);
      timer.current = window.setTimeout(() => setPending((was) => was && { ...was, note: 'kept' }), ECHO_WITHIN_MS);
    } catch (error) {
      setPending({ value, note: null, refused: error instanceof Refused ? error.message : '' });
    }
  };
  const wish = (value: SetPoints[N]) => {
    window.clearTimeout(timer.current);
    latest.current = value;
    setPending({ value, note: 'sending' });
    timer.current = window.setTimeout(() => send(value), SEND_AFTER_MS);
  };
  const shown = pending?.note === 'sending' ? pending.value : effective;
  latest.current = shown;
  return { shown, latest, pending, wish };
}

export function Controls({ control }: { control: ControlState | null }) {
  const { t, f } = useWords();
  const set = control?.setPoints;
  const sensors = control?.sensors;
  return (
    <div class="card controls" id="controls">
      <h2>{t.controls.title}</h2>
      <Stepper
        name="roomSetC"
        label={t.controls.room}
        step={0.5}
        min={5}
        max={30}
        now={sensors?.roomC?.value}
        set={set}
      />
      <Choice name="mode" label={t.controls.mode} effective={set?.mode} options={MODES.map((m) => [m, t.mode[m]])} />
      {hasTank(control) && (
        <Stepper
          name="hotWaterSetC"
          label={t.controls.hotWater}
          step={1}
          min={35}
          max={60}
          now={sensors?.hotWaterC?.value}
          set={set}
        />
      )}
      <Choice
        name="computeOn"
        label={t.controls.compute}
        effective={set?.computeOn}
        options={[
          [true, t.controls.computeOn],
          [false, t.controls.computeOff],
        ]}
      />
      <Choice
        name="operation"
        label={t.controls.operation}
        effective={set?.operation}
        options={[
          ['auto', t.operation.auto],
          ['observe', t.operation.observe],
        ]}
      />
      {control && (
        <p class="quiet" id="effective">
          {t.controls.effective}: {control.setPoints.mode === 'auto' && `${t.mode.auto}: `}
          {t.mode[control.inEffect.mode]}, {f.celsius(control.inEffect.roomSetC)}
          {hasTank(control) && `, ${t.controls.hotWater} ${f.celsius(control.inEffect.hotWaterSetC, 0)}`}
        </p>
      )}
    </div>
  );
}

interface StepperProps {
  name: 'roomSetC' | 'hotWaterSetC';
  label: string;
  step: number;
  min: number;
  max: number;
  now: number | null | undefined;
  set: SetPoints | undefined;
}

function Stepper({ name, label, step, min, max, now, set }: StepperProps) {
  const { t, f } = useWords();
  const { shown, latest, pending, wish } = useSetPoint(name, set?.[name]);
  const decimals = step < 1 ? 1 : 0;
  const move = (by: number) => {
    if (latest.current !== undefined) wish(Math.min(max, Math.max(min, latest.current + by)));
  };
  return (
    <fieldset class="stepper" id={name}>
      <legend>{label}</legend>
      <span class="measured">{f.celsius(now)}</span>
      <span class="wanted">
        <button
          type="button"
          aria-label={`${label}: ${t.controls.cooler}`}
          disabled={shown === undefined || shown <= min}
          onClick={() => move(-step)}
        >
          −
        </button>
        <output aria-label={`${label}, ${t.controls.wanted}`}>
          <small>{t.controls.wanted}</small>
          {f.celsius(shown, decimals)}
        </output>
        <button
          type="button"
          aria-label={`${label}: ${t.controls.warmer}`}
          disabled={shown === undefined || shown >= max}
          onClick={() => move(step)}
        >
          +
        </button>
      </span>
      <Note pending={pending} effective={f.celsius(set?.[name], decimals)} />
    </fieldset>
  );
}

interface ChoiceProps<N extends ChoiceName> {
  name: N;
  label: string;
  effective: SetPoints[N] | undefined;
  options: (readonly [SetPoints[N], string])[];
}

function Choice<N extends ChoiceName>({ name, label, effective, options }: ChoiceProps<N>) {
  const { shown, pending, wish } = useSetPoint(name, effective);
  return (
    <fieldset class="choice" id={name}>
      <legend>{label}</legend>
      <div class="segments">
        {options.map(([value, text]) => (
          <label key={text}>
            <input
              type="radio"
              name={name}
              checked={shown === value}
              disabled={effective === undefined}
              onChange={() => wish(value)}
            />
            <span>{text}</span>
          </label>
        ))}
      </div>
      <Note pending={pending} effective={options.find(([value]) => value === effective)?.[1] ?? '–'} />
    </fieldset>
  );
}

function Note({ pending, effective }: { pending: Pending<Name> | null; effective: string }) {
  const { t } = useWords();
  const text = !pending
    ? ''
    : pending.refused !== undefined
      ? pending.refused
        ? t.controls.refused(t.say(pending.refused))
        : t.controls.unreachable
      : pending.note === 'kept'
        ? t.controls.kept(effective)
        : t.controls.sending;
  return (
    <span class="note" role="status">
      {text}
    </span>
  );
}
