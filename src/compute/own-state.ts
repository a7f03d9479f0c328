import type { ControlState } from '../contract/messages.ts';
import { encode, type UnitStatus } from '../contract/unit-status.ts';
import type { Clock } from '../core/clock.ts';
import type { Link } from '../core/link.ts';

/** Older than this it is no longer how things are. */
const FRESH_MS = 10_000;

const MODE_OF: Record<ControlState['action'], UnitStatus['mode']> = {
  off: 'off',
  idle: 'idle',
  heating: 'heating',
  hotWater: 'hotwater',
  cooling: 'cooling',
  defrosting: 'defrost',
  fault: 'off',
};

/** The state of this unit in the form that an expert which reads it was trained on. What is not known is left out. */
export function statusOf(control: ControlState): string {
  const { action, sensors, setPoints, heat, price } = control;
  const good = (name: keyof ControlState['sensors']) => {
    const view = sensors[name];
    return view?.quality === 'good' && view.value !== null ? view.value : undefined;
  };
  const power = (watts: number | undefined) => (watts === undefined ? undefined : Math.max(0, watts));
  return encode({
    mode: MODE_OF[action],
    roomC: good('roomC'),
    setC: setPoints.roomSetC,
    outdoorC: good('outdoorC'),
    flowC: good('supplyC'),
    returnC: good('returnC'),
    flowLpm: good('heatFlowLpm'),
    bufferC: good('bufferTopC'),
    hotWaterC: good('hotWaterC'),
    heatW: power(heat.condenserW + heat.accelW),
    gpuW: power(good('accelW')),
    gpuC: good('accelChipC'),
    compressorW: power(good('compressorW')),
    solarW: power(good('pvW')),
    priceCtPerKwh: price ? price.priceEurPerKwh * 100 : undefined,
  });
}

/** Keeps the latest state; undefined while none is fresh. */
export function openOwnState(link: Pick<Link, 'on'>, clock: Clock): () => string | undefined {
  let latest: ControlState | undefined;
  let atMs = 0;
  link.on('controlState', (state) => {
    latest = state;
    atMs = clock.monoMs();
  });
  return () => (latest && clock.monoMs() - atMs <= FRESH_MS ? statusOf(latest) : undefined);
}
