import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { useWords } from '../i18n/index.ts';

interface Props {
  title: string;
  unit: string;
  timesS: number[];
  series: { label: string; colour: number; values: (number | null)[] }[];
  /** Of something that is on or off. */
  stepped?: boolean;
}

const HEIGHT_PX = 230;
const MINUTE_S = 60;
const DAY_S = 86_400;
/** Between two times of the axis: none is written twice. */
const STEPS_S = [1, 5, 10, 30, 60, 120, 360, 720, 1440, 2880, 10_080].map((minutes) => minutes * MINUTE_S);

/** A uPlot chart in the colours of the page; drawn anew when data, language, width or theme change. */
export function Chart({ title, unit, timesS, series, stepped = false }: Props) {
  const { language, t, f, timeZone } = useWords();
  const holder = useRef<HTMLDivElement>(null);
  const [isGone, setGone] = useState(false);
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    let plot: uPlot | undefined;
    let ended = false;
    const draw = async () => {
      // A part of its own: the first screen has no chart.
      const loaded = await import('uplot').catch(() => setGone(true));
      plot?.destroy();
      if (ended || !loaded) return;
      const { default: Plot } = loaded;
      plot = new Plot(
        options(
          element,
          { series, unit, paths: stepped ? Plot.paths.stepped?.({ align: 1 }) : undefined },
          t.history.time,
          f,
          timeZone && ((s) => Plot.tzDate(new Date(s * 1000), timeZone)),
        ),
        [timesS, ...series.map((s) => s.values)] as uPlot.AlignedData,
        element,
      );
    };
    const resized = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    const theme = matchMedia('(prefers-color-scheme: dark)');
    draw();
    resized.observe(element);
    theme.addEventListener('change', draw);
    return () => {
      resized.disconnect();
      theme.removeEventListener('change', draw);
      ended = true;
      plot?.destroy();
    };
  }, [timesS, series, unit, language, timeZone]);
  const last = series.map(({ label, values }) => `${label} ${f.number(values.at(-1), 1)} ${unit}`).join(', ');
  return (
    <figure class="chart">
      <figcaption>
        <h3>
          {title} <small class="quiet">{unit}</small>
        </h3>
      </figcaption>
      {isGone && (
        <p class="fault-text" role="alert">
          {t.history.updated}{' '}
          <button type="button" onClick={() => location.reload()}>
            {t.history.reload}
          </button>
        </p>
      )}
      <div ref={holder} role="img" aria-label={`${title}: ${last}`} />
    </figure>
  );
}

function showLatest(plot: uPlot): void {
  if (plot.cursor.idx == null) plot.setLegend({ idx: plot.data[0].length - 1 });
}

function options(
  element: HTMLElement,
  { series, unit, paths }: Pick<Props, 'series' | 'unit'> & { paths: uPlot.Series.PathBuilder | undefined },
  time: string,
  f: ReturnType<typeof useWords>['f'],
  /** So that the marks stand at full hours and days of the house. */
  tzDate: uPlot.Options['tzDate'] | '',
): uPlot.Options {
  const style = getComputedStyle(element);
  const font = `12px ${style.fontFamily}`;
  const ink = style.getPropertyValue('--quiet');
  const grid = { stroke: style.getPropertyValue('--line'), width: 1 };
  const decimals = unit === 'W' ? 0 : 1;
  const shown = (v: number) => (paths ? f.number(v, 1) : `${f.number(v, decimals)} ${unit}`);
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    cursor: { y: false },
    ...(tzDate && { tzDate }),
    // Without a pointer over it the legend shows the latest values.
    hooks: { ready: [showLatest], setCursor: [showLatest] },
    series: [
      { label: time, value: (_, s) => (s == null ? '–' : f.weekday(s * 1000)) },
      ...series.map(({ label, colour }) => ({
        label,
        stroke: style.getPropertyValue(`--series-${colour}`),
        width: 2,
        points: { show: false },
        ...(paths && { paths }),
        value: (_: uPlot, v: number | null) => (v == null ? '–' : shown(v)),
      })),
    ],
    axes: [
      {
        ...{ stroke: ink, grid, ticks: grid, font, incrs: STEPS_S },
        values: (_, ticks, __, ___, stepS) => ticks.map((s) => (stepS < DAY_S ? f.time : f.day)(s * 1000)),
      },
      {
        ...{ stroke: ink, grid, ticks: grid, font, size: 56 },
        values: (_, ticks) => ticks.map((v) => f.number(v, Number.isInteger(v) ? 0 : 1)),
      },
    ],
    ...(paths && { scales: { y: { range: [-0.1, 1.1] } } }),
  };
}
