import { type Reading, SENSOR_NAMES, type SensorName } from '../../contract/points.ts';
import { unitOf } from '../../contract/units.ts';
import type { Random } from '../../core/random.ts';
import { loadBoard } from '../../hal/board.ts';
import { type Injected, isOn } from './faults.ts';

export type Readings = Record<SensorName, Reading>;
type Values = Record<SensorName, number>;

/** Peak to peak of what a sound sensor of each unit adds: kelvins, or a share of the value. */
const NOISE_K = 0.06;
const NOISE_SHARE = 0.01;

type Kind = 'kelvin' | 'degrees' | 'share' | 'exact';
const KINDS = SENSOR_NAMES.map((name): Kind => {
  if (name === 'accelChipC') return 'degrees';
  if (name.endsWith('C')) return 'kelvin';
  return unitOf(name)!.max === 1 ? 'exact' : 'share';
});

const DEVICE_POINTS = new Map(
  Object.entries(loadBoard('sim').devices).map(([name, d]) => [name, Object.keys(d.sensors) as SensorName[]]),
);
/** A reading that is asked of a slow device is this old. */
const LATE_MS = 1200;

/** What sound sensors would report: the truth with their noise; cards tell whole degrees. */
function sound(truth: Values, atMs: number, random: Random): Readings {
  const readings = {} as Readings;
  for (let i = 0; i < SENSOR_NAMES.length; i++) {
    const name = SENSOR_NAMES[i]!;
    const true_ = truth[name];
    const kind = KINDS[i]!;
    let value = true_;
    if (kind === 'kelvin') value = true_ + NOISE_K * (random() - 0.5);
    else if (kind === 'share') value = true_ * (1 + NOISE_SHARE * (random() - 0.5));
    else if (kind === 'degrees') value = Math.round(true_);
    readings[name] = { value, atMs, quality: 'good' };
  }
  return readings;
}

/** As the HAL marks a device that does not answer: no value, the age of the last sample. */
const unanswered = (before: Reading | undefined, atMs: number, reason: string): Reading => ({
  value: Number.NaN,
  atMs: before?.atMs ?? atMs,
  quality: 'bad',
  reason,
});

function bendPoint(fault: Injected, readings: Readings, before: Readings | undefined, s: number, random: Random): void {
  const { broken } = fault;
  if (!('point' in broken)) return;
  const { point, value, share } = broken;
  const now = readings[point];
  const set = (next: number) => {
    readings[point] = { ...now, value: next };
  };
  switch (broken.fault) {
    case 'open':
    case 'short':
      if (Number.isNaN(value)) readings[point] = unanswered(before?.[point], now.atMs, `${point}: ${broken.fault}`);
      else set(value);
      break;
    case 'frozen':
      set(before?.[point].value ?? now.value);
      break;
    case 'stale':
      readings[point] = before?.[point] ?? now;
      break;
    case 'value':
      set(value);
      break;
    case 'spikes':
      if (random() < share) set(now.value + value * (2 * random() - 1));
      break;
    case 'drift': {
      const minutes = (s - fault.fromS) / 60;
      set(point.endsWith('C') ? now.value + value * minutes : now.value * (1 + (value / 100) * minutes));
      break;
    }
    default:
      set(readings[broken.with].value);
  }
}

function bendDevice(fault: Injected, readings: Readings, before: Readings | undefined, random: Random): void {
  const { broken } = fault;
  if (!('device' in broken)) return;
  for (const point of DEVICE_POINTS.get(broken.device) ?? []) {
    const now = readings[point];
    const last = before?.[point];
    if (broken.fault === 'absent') readings[point] = unanswered(last, now.atMs, `${broken.device}: no answer`);
    // Never before the sample that was told last: a point that is stale already gets no older by it.
    else if (broken.fault === 'late') {
      readings[point] = { ...now, atMs: Math.max(now.atMs - LATE_MS, last?.atMs ?? Number.NEGATIVE_INFINITY) };
    } else if (broken.fault === 'frozen') readings[point] = { ...now, value: last?.value ?? now.value };
    else if (random() < broken.share) {
      const unit = unitOf(point)!;
      const odd = unit.max === 1 ? Math.round(random()) : unit.min + (unit.max - unit.min) * random();
      readings[point] = random() < 0.5 ? unanswered(last, now.atMs, `${broken.device}: noise`) : { ...now, value: odd };
    }
  }
}

/** What the sensors report at this moment of the window, with `before` as they did a tick ago. */
export function sense(
  truth: Values,
  atMs: number,
  s: number,
  faults: readonly Injected[],
  before: Readings | undefined,
  random: Random,
): Readings {
  const readings = sound(truth, atMs, random);
  for (const fault of faults) {
    if (!isOn(fault, s)) continue;
    bendPoint(fault, readings, before, s, random);
    bendDevice(fault, readings, before, random);
    // A driver that hangs gives no telemetry either (F24).
    if ('plant' in fault.broken && fault.broken.plant === 'accelHang' && before) {
      readings.accelW = before.accelW;
      readings.accelChipC = before.accelChipC;
    }
  }
  return readings;
}
