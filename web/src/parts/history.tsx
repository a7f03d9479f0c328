import { useMemo, useState } from 'preact/hooks';
import type { SensorName } from '../../../src/contract/points.ts';
import { history } from '../api.ts';
import { useEvery } from '../every.ts';
import { useWords } from '../i18n/index.ts';
import { Chart } from './chart.tsx';
import { Modelled } from './modelled.tsx';

const TEMPERATURES: readonly SensorName[] = ['roomC', 'supplyC', 'accelOutC', 'hotWaterC', 'outdoorC'];
const POWERS: readonly SensorName[] = ['accelW', 'compressorW', 'gridW', 'pvW'];
const POINTS = [...TEMPERATURES, ...POWERS];
const RANGES_HOURS = [1, 6, 24, 168] as const;
/** Which of the page's five series colours; violet is the accelerator everywhere. */
const COLOURS: Partial<Record<SensorName, number>> = {
  roomC: 0,
  supplyC: 1,
  accelOutC: 2,
  hotWaterC: 3,
  outdoorC: 4,
  accelW: 2,
  compressorW: 1,
  gridW: 4,
  pvW: 3,
};
const EVERY_MS = 10_000;

/** Two charts over the same hours: what it was like, and what it drew. */
export function History() {
  const { t, f } = useWords();
  const [hours, setHours] = useState<number>(6);
  const { value, error } = useEvery(`${hours}`, EVERY_MS, () => history(POINTS, hours));
  // The page is drawn anew each second, a chart with what there is to draw.
  const { timesS, temperatures, powers } = useMemo(() => {
    const column = (index: number) => value?.rows.map((row) => row[index] ?? null) ?? [];
    const series = (names: readonly SensorName[]) =>
      names.map((name) => ({
        label: t.points[name],
        colour: COLOURS[name] ?? 0,
        values: column(1 + POINTS.indexOf(name)),
      }));
    const timesS = column(0).map((ms) => (ms ?? 0) / 1000);
    return { timesS, temperatures: series(TEMPERATURES), powers: series(POWERS) };
  }, [value, t]);
  // One point is no line: empty axes would look broken.
  const hasLine = timesS.length > 1;
  return (
    <section id="history" aria-labelledby="history-title">
      <h2 id="history-title">
        {t.history.title}
        <Modelled when={value?.simulated} />
      </h2>
      <fieldset class="segments range" aria-label={t.history.range}>
        {RANGES_HOURS.map((range) => (
          <label key={range}>
            <input type="radio" name="range" checked={range === hours} onChange={() => setHours(range)} />
            <span>{range <= 24 ? t.history.hours(f.number(range)) : t.history.days(f.number(range / 24))}</span>
          </label>
        ))}
      </fieldset>
      {error && <p class="card fault-text">{t.history.failed(error)}</p>}
      {value && !hasLine && <p class="card quiet">{t.history.empty}</p>}
      {hasLine && (
        <div class="card charts">
          <Chart title={t.history.temperatures} unit="°C" timesS={timesS} series={temperatures} />
          <Chart title={t.history.power} unit="W" timesS={timesS} series={powers} />
          {value?.simulated && <p class="quiet">{t.history.houseClock}</p>}
        </div>
      )}
    </section>
  );
}
