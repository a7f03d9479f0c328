import { useState } from 'preact/hooks';
import type { ControlState } from '../../../src/contract/messages.ts';
import { ACTUATOR_NAMES, type ActuatorName, SENSOR_NAMES, type SensorName } from '../../../src/contract/points.ts';
import { heatColour, SCALE } from '../drawings/heat-colour.ts';
import { useWords } from '../i18n/index.ts';
import { shownPoint } from '../i18n/shown-point.ts';
import { isSimulated, type Snapshot } from '../snapshot.ts';
import { Modelled } from './modelled.tsx';
import { PointHistory } from './point-history.tsx';
import { Schematic } from './schematic.tsx';

/** The hydraulics as they are piped, live; and every point as a table, for those who want the figure and its age. */
export function Plant({ snapshot }: { snapshot: Snapshot | null }) {
  const { t, f } = useWords();
  const [point, setPoint] = useState<SensorName | ActuatorName | null>(null);
  const control = snapshot?.control ?? null;
  return (
    <section id="plant" aria-labelledby="plant-title">
      <h1 id="plant-title">
        {t.plant.title}
        <Modelled when={isSimulated(snapshot)} />
      </h1>
      <p class="quiet">{t.plant.intro}</p>
      {!control && <p class="card quiet">{t.noControl}</p>}
      {control && (
        <div class="card">
          <Schematic control={control} onPoint={setPoint} />
          <p class="quiet">{t.plant.hint}</p>
          <p class="legend quiet">
            {t.plant.legend}
            {SCALE.map((celsius) => (
              <span key={celsius}>
                <i style={{ background: heatColour(celsius) }} />
                {f.celsius(celsius, 0)}
              </span>
            ))}
          </p>
        </div>
      )}
      {point && <PointHistory point={point} onClose={() => setPoint(null)} />}
      {control && <Points control={control} onPoint={setPoint} />}
    </section>
  );
}

interface PointsProps {
  control: ControlState;
  onPoint: (point: SensorName | ActuatorName) => void;
}

function Points({ control, onPoint }: PointsProps) {
  const { t, f } = useWords();
  return (
    <details class="card" id="points">
      <summary>{t.plant.table}</summary>
      <div class="tables">
        <table>
          <thead>
            <tr>
              <th scope="col">{t.plant.point}</th>
              <th scope="col" class="right">
                {t.plant.value}
              </th>
              <th scope="col" class="right">
                {t.plant.age}
              </th>
              <th scope="col">{t.plant.quality}</th>
            </tr>
          </thead>
          <tbody>
            {SENSOR_NAMES.map((name) => {
              const view = control.sensors[name];
              if (!view) return null;
              return (
                <tr key={name}>
                  <th scope="row">
                    <button type="button" class="link" onClick={() => onPoint(name)}>
                      {t.points[name]}
                    </button>
                  </th>
                  <td class="right">{shownPoint(t, f, name, view.value)}</td>
                  <td class="right">{f.number(view.ageMs / 1000, 1)} s</td>
                  <td class={view.quality === 'good' ? '' : 'fault-text'} title={view.reason && t.say(view.reason)}>
                    {t.plant[view.quality]}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.plant.outputs}</th>
              <th scope="col" class="right">
                {t.plant.value}
              </th>
            </tr>
          </thead>
          <tbody>
            {ACTUATOR_NAMES.filter((name) => name in control.outputs).map((name) => (
              <tr key={name}>
                <th scope="row">
                  <button type="button" class="link" onClick={() => onPoint(name)}>
                    {t.points[name]}
                  </button>
                </th>
                <td class="right">{shownPoint(t, f, name, control.outputs[name])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
