import type { ComponentChildren } from 'preact';
import type { ControlState } from '../../../src/contract/messages.ts';
import type { ActuatorName, SensorName } from '../../../src/contract/points.ts';
import { heatColour } from '../drawings/heat-colour.ts';
import { type Circuit, NARROW, type PartId, type Pipe, WIDE } from '../drawings/plant-layout.ts';
import { useNarrow } from '../drawings/use-narrow.ts';
import { useWords } from '../i18n/index.ts';
import { shownPoint } from '../i18n/shown-point.ts';
import { hasTank } from '../snapshot.ts';

type Point = SensorName | ActuatorName;
const MOVING_LPM = 0.3;

interface Props {
  control: ControlState;
  /** A reading was pressed: its history is wanted. */
  onPoint: (point: Point) => void;
}

/** The readings of each box, in the order of its lines below the name. */
const READINGS: Partial<Record<PartId, readonly Point[]>> = {
  dryCooler: ['dryCoolerPct'],
  accelerator: ['accelW', 'accelChipC'],
  outdoorUnit: ['outdoorC', 'compressorW'],
  buffer: ['bufferTopC', 'bufferBottomC'],
  hotWater: ['hotWaterC'],
  house: ['roomC'],
};

/** The hydraulics: outdoor unit, condenser, accelerator exchanger in series after it, buffer, hot water, house, dry cooler. */
export function Schematic({ control, onPoint }: Props) {
  const { t, f } = useWords();
  const layout = useNarrow() ? NARROW : WIDE;
  const tank = hasTank(control);
  const value = (name: SensorName) => control.sensors[name]?.value ?? null;
  const running = runningCircuits(control);
  const lines = partLines(control, t, f);
  const valves = layout.valves.filter(({ output }) => tank || output !== 'hotWaterOn');
  const parts = (Object.keys(layout.parts) as PartId[]).filter((id) => tank || id !== 'hotWater');
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing whose parts can be pressed, and no fieldset
    <svg class="schematic" viewBox={`0 0 ${layout.width} ${layout.height}`} role="group" aria-label={spoken()}>
      {layout.pipes
        .filter(({ circuit }) => tank || circuit !== 'hotWater')
        .map((pipe) => (
          <PipeLine
            key={pipe.id}
            pipe={pipe}
            celsius={pipe.colour && value(pipe.colour)}
            moving={running[pipe.circuit]}
          />
        ))}
      {parts.map((id) => {
        const { x, y, w, h } = layout.parts[id];
        const texts = lines[id];
        const top = y + h / 2 - (texts.length - 1) * 9;
        return (
          <g key={id} class={`part part-${id}`}>
            <rect x={x} y={y} width={w} height={h} rx="8" />
            {texts.map((text, i) => (
              <Reading key={`${id}${i}`} shown={text} point={READINGS[id]?.[i - 1]} onPoint={onPoint}>
                <text x={x + w / 2} y={top + i * 18 + 4} class={i === 0 ? 'name' : 'figure'}>
                  {text}
                </text>
              </Reading>
            ))}
          </g>
        );
      })}
      {valves.map(({ output, x, y }) => (
        <Reading
          key={output}
          shown={shownPoint(t, f, output, control.outputs[output])}
          point={output}
          onPoint={onPoint}
        >
          <rect class="touch" x={x - 16} y={y - 16} width="32" height="32" />
          <path class={control.outputs[output] === 1 ? 'valve on' : 'valve'} d={`M${x - 9} ${y - 7}v14l18-14v14z`} />
        </Reading>
      ))}
      {layout.pumps.map(({ output, flow, x, y, label }) => (
        <g key={output} class={(value(flow) ?? 0) > MOVING_LPM ? 'pump on' : 'pump'}>
          <Reading shown={`${f.number(control.outputs[output])} %`} point={output} onPoint={onPoint}>
            <circle cx={x} cy={y} r="13" />
            <path d={`M${x - 6} ${y + 6}h12L${x} ${y - 9}z`} />
          </Reading>
          <Reading
            shown={`${f.number(control.outputs[output])} % ${f.point(flow, value(flow))}`}
            point={flow}
            onPoint={onPoint}
          >
            <text
              x={label[0]}
              y={label[1]}
              class="label"
              text-anchor={label[0] < x ? 'end' : label[0] > x ? 'start' : 'middle'}
            >
              <tspan>{f.number(control.outputs[output])} %</tspan>{' '}
              <tspan x={label[0]} dy="16">
                {f.point(flow, value(flow))}
              </tspan>
            </text>
          </Reading>
        </g>
      ))}
      {layout.labels.map(({ point, x, y, anchor }) => (
        <Reading key={point} shown={f.celsius(value(point))} point={point} onPoint={onPoint}>
          <text x={x} y={y} text-anchor={anchor} class="label strong">
            {f.celsius(value(point))}
          </text>
        </Reading>
      ))}
    </svg>
  );

  function spoken(): string {
    const named = layout.labels.map(({ point }) => `${t.points[point]} ${f.celsius(value(point))}`);
    return `${t.plant.title}. ${parts.map((id) => lines[id].join(' ')).join('. ')}. ${named.join('. ')}`;
  }
}

/** Which circuits move water (or refrigerant) now: by measured flow and by where the valves stand. */
function runningCircuits({ sensors, outputs }: ControlState): Record<Circuit, boolean> {
  const heating = (sensors.heatFlowLpm?.value ?? 0) > MOVING_LPM;
  const coolant = (sensors.accelFlowLpm?.value ?? 0) > MOVING_LPM;
  const hotWater = outputs.hotWaterOn === 1;
  return {
    heating,
    coolant,
    refrigerant: (sensors.compressorW?.value ?? 0) > 50,
    hotWater: heating && hotWater,
    house: heating && !hotWater,
    reject: coolant && outputs.rejectOn === 1,
  };
}

/** What stands in each box: its name, then its figures. */
function partLines(
  { sensors, outputs }: ControlState,
  t: ReturnType<typeof useWords>['t'],
  f: ReturnType<typeof useWords>['f'],
): Record<PartId, string[]> {
  const value = (name: SensorName) => sensors[name]?.value ?? null;
  const compressorRuns = outputs.compressorOn === 1;
  return {
    dryCooler: [t.plant.dryCooler, `${t.plant.fan} ${f.number(outputs.dryCoolerPct)} %`],
    accelerator: [
      t.plant.accelerator,
      f.power(value('accelW')),
      `${t.plant.chip} ${f.celsius(value('accelChipC'), 0)}`,
    ],
    outdoorUnit: [
      t.plant.outdoorUnit,
      f.celsius(value('outdoorC')),
      compressorRuns ? `${f.number(value('compressorHz'))} Hz · ${f.power(value('compressorW'))}` : t.plant.stopped,
    ],
    condenser: [t.plant.condenser],
    exchanger: [t.plant.exchanger],
    buffer: [t.plant.buffer, f.celsius(value('bufferTopC')), f.celsius(value('bufferBottomC'))],
    hotWater: [t.plant.hotWater, f.celsius(value('hotWaterC'))],
    house: [t.plant.house, f.celsius(value('roomC'))],
  };
}

function PipeLine({ pipe, celsius, moving }: { pipe: Pipe; celsius: number | null | undefined; moving: boolean }) {
  return (
    <g class={moving ? 'pipe moving' : 'pipe'}>
      <path d={pipe.path} class="wall" />
      <path
        d={pipe.path}
        class="water"
        style={{ stroke: pipe.circuit === 'refrigerant' && celsius == null ? 'var(--cool)' : heatColour(celsius) }}
      />
      {moving && <path d={pipe.path} class="pulse" stroke-width="2" />}
    </g>
  );
}

interface ReadingProps {
  /** The text that stands there: what is read out must begin with it. */
  shown: string;
  /** Undefined for a text that is no reading. */
  point: Point | undefined;
  onPoint: (point: Point) => void;
  children: ComponentChildren;
}

/** A figure in the drawing that can be pressed, by finger or by key. */
function Reading({ shown, point, onPoint, children }: ReadingProps) {
  const { t } = useWords();
  if (!point) return <>{children}</>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no button element inside SVG
    <g
      // Written small: inside SVG attributes mind their case.
      class="reading"
      role="button"
      tabindex={0}
      aria-label={`${shown}, ${t.plant.pointHistory(t.points[point])}`}
      onClick={() => onPoint(point)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onPoint(point);
      }}
    >
      {children}
    </g>
  );
}
