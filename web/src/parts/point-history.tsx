import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { ActuatorName, SensorName } from '../../../src/contract/points.ts';
import { unitOf } from '../../../src/contract/units.ts';
import { history } from '../api.ts';
import { useEvery } from '../every.ts';
import { useWords } from '../i18n/index.ts';
import { Chart } from './chart.tsx';

const HOURS = 24;
const EVERY_MS = 10_000;

/** Switches and contacts: drawn as steps between 0 and 1. */
const isSwitch = (point: string) => /(On|Ok)$/.test(point);

/** The last day of one point, sensor or output, below the drawing in which it was pressed. */
export function PointHistory({ point, onClose }: { point: SensorName | ActuatorName; onClose: () => void }) {
  const { t } = useWords();
  const switches = isSwitch(point);
  const holder = useRef<HTMLElement>(null);
  const { value, error } = useEvery(point, EVERY_MS, () => history([point], HOURS));
  useEffect(() => holder.current?.focus(), [point]);
  const name = t.points[point];
  const fits = value !== null && value.points[0] === point && value.rows.length > 0;
  // Not with every second of the page: a finger on the chart would lose its place.
  const { timesS, series } = useMemo(() => {
    const rows = value?.rows ?? [];
    const values = rows.map((row) => row[1] ?? null);
    return { timesS: rows.map((row) => (row[0] ?? 0) / 1000), series: [{ label: name, colour: 0, values }] };
  }, [value, name]);
  return (
    <section class="card panel" id="point-history" ref={holder} tabIndex={-1} aria-label={t.plant.pointHistory(name)}>
      <button type="button" onClick={onClose}>
        {t.plant.close}
      </button>
      {error && <p class="fault-text">{t.history.failed(error)}</p>}
      {value?.rows.length === 0 && <p class="quiet">{t.history.empty}</p>}
      {fits && (
        <Chart
          title={t.plant.pointHistory(name)}
          unit={switches ? t.plant.offOn : (unitOf(point)?.symbol ?? '')}
          stepped={switches}
          timesS={timesS}
          series={series}
        />
      )}
    </section>
  );
}
