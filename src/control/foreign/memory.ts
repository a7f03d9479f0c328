import { type Daily, most } from '../learn/daily.ts';
import { type Band, type Comfort, type Line, VALUE_NAMES, type ValueName } from './line.ts';
import type { Forecast } from './series.ts';

/** Last value of each field and how old it is: fields of a foreign plant come and go. */
export interface Memory {
  values: Partial<Record<ValueName, { value: number; ageS: number }>>;
  /** Values of the latest line that leapt too far to be believed at once. */
  doubted: Line['doubted'];
  /** Seconds since the room temperature last leapt. */
  leaptS: number;
  comfort: Comfort | null;
  comfortAgeS: number;
  /** Longest time between two bands, s: some plants tell only changes. */
  bandGapS: number;
  /** How far ahead this plant has ever told a step of its band, s: so far an empty list means that nothing comes. */
  toldS: number;
  forecast: Forecast | null;
  forecastAgeS: number;
}

export const MEMORY_START: Memory = {
  values: {},
  doubted: {},
  leaptS: 1e7,
  comfort: null,
  comfortAgeS: 0,
  bandGapS: 0,
  toldS: 0,
  forecast: null,
  forecastAgeS: 0,
};

/** How long a value stands for itself, s: as long as what it measures hardly moves. */
const HOLD_S: Record<ValueName, number> = {
  outdoorC: 3 * 3600,
  roomC: 1800,
  supplyC: 1800,
  returnC: 1800,
  compressorW: 1000,
  auxW: 1000,
  heatW: 1000,
  priceEurPerKwh: 3600,
};

export function remember(memory: Memory, line: Line, dtS: number): Memory {
  const values: Memory['values'] = {};
  for (const name of VALUE_NAMES) {
    const sent = line.values[name];
    const kept = memory.values[name];
    if (sent !== undefined) values[name] = { value: sent, ageS: 0 };
    else if (kept && kept.ageS + dtS <= HOLD_S[name]) values[name] = { value: kept.value, ageS: kept.ageS + dtS };
  }
  return {
    values,
    doubted: line.doubted,
    leaptS: line.doubted.roomC === undefined ? Math.min(1e7, memory.leaptS + dtS) : 0,
    comfort: line.comfort ?? memory.comfort,
    comfortAgeS: line.comfort ? 0 : memory.comfortAgeS + dtS,
    bandGapS: line.comfort && memory.comfort ? Math.max(memory.bandGapS, memory.comfortAgeS + dtS) : memory.bandGapS,
    toldS: Math.max(memory.toldS, ...(line.comfort?.next ?? []).map((step) => step.inS)),
    forecast: line.forecast ?? memory.forecast,
    forecastAgeS: line.forecast ? 0 : memory.forecastAgeS + dtS,
  };
}

/** So long the last band stands beyond the last step that was told with it, and this many times the usual silence. */
const BAND_STANDS_S = 6 * 3600;
const TIMES_SILENT = 3;

/** A plant that tells its band no more: what was usual at each hour, told as if for the next day. */
export function withUsualBand(memory: Memory, usual: { low: Daily; high: Daily }, t: number): Memory {
  const { comfort, comfortAgeS, bandGapS } = memory;
  const standsS = (comfort?.next.at(-1)?.inS ?? 0) + Math.max(BAND_STANDS_S, TIMES_SILENT * bandGapS);
  if (!comfort || comfortAgeS <= standsS) return memory;
  const bandIn = (inS: number): Band => {
    const [lowC, negated] = [most(usual.low, t + inS), most(usual.high, t + inS)];
    return lowC === null || negated === null || -negated < lowC ? comfort : { lowC, highC: -negated };
  };
  const hours = Array.from({ length: 24 }, (_, h) => (h + 1) * 3600 - (t % 3600));
  return { ...memory, comfortAgeS: 0, comfort: { ...bandIn(0), next: hours.map((inS) => ({ ...bandIn(inS), inS })) } };
}

export const heldValue = (memory: Memory, name: ValueName): number | null => memory.values[name]?.value ?? null;

/** Entry of a forecast series `inS` from now; null past its end. */
export function forecastAt(
  memory: Memory,
  series: 'outdoorC' | 'solarWm2' | 'priceEurPerKwh',
  inS: number,
): number | null {
  const { forecast, forecastAgeS } = memory;
  if (!forecast) return null;
  return forecast[series][Math.floor((inS + forecastAgeS) / forecast.stepS)] ?? null;
}

/** Band `inS` from now: the latest step that has come by then. */
export function bandAt(memory: Memory, fallback: { lowC: number; highC: number }, inS: number) {
  const { comfort, comfortAgeS } = memory;
  if (!comfort) return fallback;
  let band: { lowC: number; highC: number } = comfort;
  for (const later of comfort.next) if (later.inS <= inS + comfortAgeS) band = later;
  return { lowC: band.lowC, highC: band.highC };
}

/** Outdoor temperature now: measured, else forecast, else unknown. */
export const outdoorNow = (memory: Memory): number | null =>
  heldValue(memory, 'outdoorC') ?? forecastAt(memory, 'outdoorC', 0);
