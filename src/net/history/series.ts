import type { ComputeState, ControlState } from '../../contract/messages.ts';
import { ACTUATOR_NAMES, SENSOR_NAMES } from '../../contract/points.ts';

/** Everything that history keeps a mean of, by name; the names are the columns, so only ever add at the end. */
export const SERIES = [
  ...SENSOR_NAMES,
  ...ACTUATOR_NAMES,
  'grantW',
  'heatNeedW',
  'condenserW',
  'accelHeatW',
  'rejectedW',
  'heatKwh',
  'accelHeatKwh',
  'compressorKwh',
  'accelKwh',
  'cop',
  'roomSetC',
  'hotWaterSetC',
  'priceEurPerKwh',
  'exportEurPerKwh',
  'answered',
  'answerTokens',
  'fillerTokens',
  'tokensPerS',
  'fillerW',
] as const;
export type SeriesName = (typeof SERIES)[number];
export type Sample = Partial<Record<SeriesName, number>>;

/** One sample of all series from the latest messages. A sensor that is not good leaves a gap, never a value. */
export function sampleOf(control: ControlState, compute: ComputeState | null): Sample {
  const sample: Sample = { ...control.outputs };
  for (const name of SENSOR_NAMES) {
    const view = control.sensors[name];
    if (view?.quality === 'good' && view.value !== null) sample[name] = view.value;
  }
  const { heat, energy, setPoints } = control;
  Object.assign(sample, {
    grantW: control.grantW,
    heatNeedW: control.heatNeedW,
    condenserW: heat.condenserW,
    accelHeatW: heat.accelW,
    rejectedW: heat.rejectedW,
    heatKwh: energy.heatKwh,
    accelHeatKwh: energy.accelHeatKwh,
    compressorKwh: energy.compressorKwh,
    accelKwh: energy.accelKwh,
    roomSetC: setPoints.roomSetC,
    hotWaterSetC: setPoints.hotWaterSetC,
  } satisfies Sample);
  if (energy.cop !== null) sample.cop = energy.cop;
  if (control.price) {
    sample.priceEurPerKwh = control.price.priceEurPerKwh;
    sample.exportEurPerKwh = control.price.exportEurPerKwh;
  }
  if (compute) {
    const { answered, answerTokens, fillerTokens, tokensPerS, fillerW } = compute;
    Object.assign(sample, { answered, answerTokens, fillerTokens, tokensPerS, fillerW } satisfies Sample);
  }
  return sample;
}
