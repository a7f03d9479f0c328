import type { EnergyHour } from './entries.ts';
import { hourOf } from './receipt.ts';

/** What is known of the accelerator at one moment. */
export interface EnergySample {
  wallMs: number;
  /** Meter of the accelerator. */
  accelKwh: number;
  /** Since compute started. */
  answersJ: number;
  fillerJ: number;
  priceEurPerKwh: number;
  /** Heat of the accelerator that the house takes, and what a kWh of it would cost otherwise. */
  heatUsedW: number;
  heatValueEurPerKwh: number;
  modelled: boolean;
}

export interface EnergyMeter {
  last?: EnergySample;
  open?: EnergyHour;
}

/** A gap longer than this is not counted: nobody knows what was in it. */
const LONGEST_GAP_MS = 60_000;
const J_PER_MILLI_WH = 3.6;
const MS_PER_H = 3_600_000;

/** Takes one sample in; `done` is an hour that is over. Meters that start anew count from there. */
export function meterEnergy(
  { last, open }: EnergyMeter,
  sample: EnergySample,
): { meter: EnergyMeter; done?: EnergyHour } {
  const hour = hourOf(sample.wallMs);
  const modelled = sample.modelled ? 1 : 0;
  const zero = { hour, accelMilliWh: 0, answersMilliWh: 0, fillerMilliWh: 0, electricityMicroEur: 0, heatMicroEur: 0 };
  const fresh = open === undefined || open.hour !== hour;
  const into: EnergyHour = fresh ? { ...zero, modelled } : open;
  const gapMs = last ? sample.wallMs - last.wallMs : 0;
  const result = {
    last: sample,
    open: last && gapMs > 0 && gapMs <= LONGEST_GAP_MS ? added(into, last, sample) : into,
  };
  return fresh && open ? { meter: result, done: rounded(open) } : { meter: result };
}

function added(into: EnergyHour, last: EnergySample, now: EnergySample): EnergyHour {
  const grown = (name: 'accelKwh' | 'answersJ' | 'fillerJ') => Math.max(0, now[name] - last[name]);
  const accelKwh = grown('accelKwh');
  const heatKwh = (now.heatUsedW / 1000) * ((now.wallMs - last.wallMs) / MS_PER_H);
  return {
    ...into,
    accelMilliWh: into.accelMilliWh + accelKwh * 1e6,
    answersMilliWh: into.answersMilliWh + grown('answersJ') / J_PER_MILLI_WH,
    fillerMilliWh: into.fillerMilliWh + grown('fillerJ') / J_PER_MILLI_WH,
    electricityMicroEur: into.electricityMicroEur + accelKwh * now.priceEurPerKwh * 1e6,
    heatMicroEur: into.heatMicroEur + heatKwh * now.heatValueEurPerKwh * 1e6,
    modelled: Math.max(into.modelled, now.modelled ? 1 : 0),
  };
}

const rounded = (hour: EnergyHour): EnergyHour =>
  Object.fromEntries(Object.entries(hour).map(([name, value]) => [name, Math.round(value)])) as EnergyHour;
