import { useEffect, useState } from 'preact/hooks';
import type { ControlState } from '../../../src/contract/messages.ts';
import { ACTUATOR_NAMES, type ActuatorName } from '../../../src/contract/points.ts';
import { unitOf } from '../../../src/contract/units.ts';
import { driveByHand, Refused, setPoint } from '../api.ts';
import { useWords } from '../i18n/index.ts';
import { shownPoint } from '../i18n/shown-point.ts';

/** Control lets go of an output that is not asked for again within two seconds. */
const AGAIN_MS = 1000;
const MOST_CAP_W = 20_000;

/** For the installer: the checks of a new machine with what they measured, and each output by hand. */
export function Commission({ control }: { control: ControlState }) {
  const { t } = useWords();
  const on = control.setPoints.operation === 'commission';
  const [refused, setRefused] = useState('');
  const turn = async () => {
    setRefused('');
    try {
      await setPoint('operation', on ? control.setPoints.operationAfter : 'commission');
    } catch (error) {
      setRefused(error instanceof Refused ? t.say(error.message) : t.controls.unreachable);
    }
  };
  const { commission } = control;
  return (
    <section class="card stack panel" id="commission" aria-labelledby="commission-title">
      <h2 id="commission-title">{t.commission.title}</h2>
      <p class="quiet">{t.commission.intro}</p>
      <p>
        <button type="button" id="turn-commission" aria-pressed={on} onClick={turn}>
          {on ? t.commission.end : t.commission.begin}
        </button>{' '}
        <span role="status">{refused || (commission?.running && t.say(commission.running))}</span>
      </p>
      {on && <ByHand control={control} />}
      {commission && commission.rows.length > 0 && (
        <div class="tables">
          <table>
            <tbody>
              {commission.rows.map((row) => (
                <tr key={row.check}>
                  <th scope="row">{t.say(row.check)}</th>
                  <td class={row.result === 'FAIL' ? 'fault-text' : ''}>{t.commission.result[row.result]}</td>
                  <td>{t.say(row.measured)}</td>
                  <td>{row.result !== 'PASS' && t.say(row.remedy)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function ByHand({ control }: { control: ControlState }) {
  const { t, f } = useWords();
  const names = ACTUATOR_NAMES.filter((name) => name in control.outputs);
  const [name, setName] = useState<ActuatorName>(names[0]!);
  const [value, setValue] = useState(0);
  const [held, setHeld] = useState(false);
  const [refused, setRefused] = useState('');
  const most = name === 'accelCapW' ? MOST_CAP_W : (unitOf(name)?.max ?? 1);
  useEffect(() => {
    if (!held) return;
    const ask = async () => {
      try {
        await driveByHand(name, value);
        setRefused('');
      } catch (error) {
        setHeld(false);
        setRefused(error instanceof Refused ? t.say(error.message) : t.controls.unreachable);
      }
    };
    ask();
    const timer = window.setInterval(ask, AGAIN_MS);
    return () => window.clearInterval(timer);
  }, [held, name, value]);
  return (
    <div class="fields">
      <label>
        <span class="label">{t.plant.outputs}</span>
        <select
          id="hand-output"
          value={name}
          onChange={(event) => {
            setHeld(false);
            setValue(0);
            setName(event.currentTarget.value as ActuatorName);
          }}
        >
          {names.map((each) => (
            <option key={each} value={each}>
              {t.points[each]}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="label">
          {t.plant.value}: {shownPoint(t, f, name, value)}
        </span>
        <input
          id="hand-value"
          type="range"
          min={0}
          max={most}
          step={most === 1 ? 1 : most / 20}
          value={value}
          onInput={(event) => setValue(event.currentTarget.valueAsNumber)}
        />
      </label>
      <button type="button" id="hand-hold" aria-pressed={held} onClick={() => setHeld(!held)}>
        {held ? t.commission.letGo : t.commission.hold}
      </button>
      <span role="status" class="note">
        {refused || `${t.commission.now}: ${shownPoint(t, f, name, control.outputs[name])}`}
      </span>
    </div>
  );
}
