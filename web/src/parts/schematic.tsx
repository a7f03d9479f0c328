import type { ControlState } from '../../../src/contract/messages.ts';
import type { SensorName } from '../../../src/contract/points.ts';
import { heatColour } from '../drawings/heat-colour.ts';
import { type Circuit, NARROW, type PartId, type Pipe, WIDE } from '../drawings/plant-layout.ts';
import { useNarrow } from '../drawings/use-narrow.ts';
import { useWords } from '../i18n/index.ts';

const MOVING_LPM = 0.3;

/** The hydraulics: outdoor unit, condenser, accelerator exchanger in series after it, buffer, hot water, house, dry cooler. */
export function Schematic({ control }: { control: ControlState }) {
  const { t, f } = useWords();
  const layout = useNarrow() ? NARROW : WIDE;
  const value = (name: SensorName) => control.sensors[name]?.value ?? null;
  const running = runningCircuits(control);
  const lines = partLines(control, t, f);
  return (
    <svg class="schematic" viewBox={`0 0 ${layout.width} ${layout.height}`} role="img" aria-label={spoken()}>
      {layout.pipes.map((pipe) => (
        <PipeLine
          key={pipe.id}
          pipe={pipe}
          celsius={pipe.colour && value(pipe.colour)}
          moving={running[pipe.circuit]}
        />
      ))}
      {(Object.keys(layout.parts) as PartId[]).map((id) => {
        const { x, y, w, h } = layout.parts[id];
        const texts = lines[id];
        const top = y + h / 2 - (texts.length - 1) * 9;
        return (
          <g key={id} class={`part part-${id}`}>
            <rect x={x} y={y} width={w} height={h} rx="8" />
            {texts.map((text, i) => (
              <text key={`${id}${i}`} x={x + w / 2} y={top + i * 18 + 4} class={i === 0 ? 'name' : 'figure'}>
                {text}
              </text>
            ))}
          </g>
        );
      })}
      {layout.valves.map(({ output, x, y }) => (
        <path
          key={output}
          class={control.outputs[output] === 1 ? 'valve on' : 'valve'}
          d={`M${x - 9} ${y - 7}v14l18-14v14z`}
        />
      ))}
      {layout.pumps.map(({ output, flow, x, y, label }) => (
        <g key={output} class={(value(flow) ?? 0) > MOVING_LPM ? 'pump on' : 'pump'}>
          <circle cx={x} cy={y} r="13" />
          <path d={`M${x - 6} ${y + 6}h12L${x} ${y - 9}z`} />
          <text
            x={label[0]}
            y={label[1]}
            class="label"
            text-anchor={label[0] < x ? 'end' : label[0] > x ? 'start' : 'middle'}
          >
            <tspan>{f.number(control.outputs[output])} %</tspan>
            <tspan x={label[0]} dy="16">
              {f.point(flow, value(flow))}
            </tspan>
          </text>
        </g>
      ))}
      {layout.labels.map(({ point, x, y, anchor }) => (
        <text key={point} x={x} y={y} text-anchor={anchor} class="label strong">
          {f.celsius(value(point))}
        </text>
      ))}
    </svg>
  );

  function spoken(): string {
    const named = layout.labels.map(({ point }) => `${t.points[point]} ${f.celsius(value(point))}`);
    return `${t.plant.title}. ${Object.values(lines)
      .map((texts) => texts.join(' '))
      .join('. ')}. ${named.join('. ')}`;
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
