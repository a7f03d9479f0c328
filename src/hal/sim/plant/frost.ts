import { nominalW } from './cycle.ts';
import { lose } from './ledger.ts';
import type { PlantState } from './state.ts';

const SUBLIMATION_J_PER_KG = 2.83e6;
const AIR_J_PER_KGK = 1006;
const PRESSURE_PA = 101_325;
/** The fins are warmer than the refrigerant in them. */
const FIN_K = 3;
/** Frost that a coil holds before it must be cleared, and at most, for each watt of nominal heat. */
const FULL_KG_PER_W = 2e-4;
const MOST_KG_PER_W = 5e-4;
/** Heat that takes a kilogram of frost and its share of the fins off. */
const FROST_J_PER_KG = 500_000;
const NATURAL_MELT_KG_PER_S = 2e-4;
/** Speed that the machine chooses for itself, and heat that it then moves out of the water, of nominal. */
export const DEFROST_SHARE = 0.6;
const DEFROST_DRAW = 0.45;
const DEFROST_POWER = 0.35;
/** Water must not freeze in the exchanger: no more heat from it below the first, all of it above the second. */
const WATER_STOP_C = 4;
const WATER_FULL_C = 12;

const clamp = (x: number, lo: number, hi: number) => Math.min(hi, Math.max(lo, x));

/** Vapour pressure over ice below 0 °C and over water above, Pa (Magnus; WMO 2008). */
const vapourPa = (c: number) =>
  c < 0 ? 611.2 * Math.exp((22.46 * c) / (272.62 + c)) : 611.2 * Math.exp((17.62 * c) / (243.12 + c));

/** kg of water in a kg of dry air. */
const moisture = (pa: number) => (0.622 * pa) / (PRESSURE_PA - pa);

export const fullFrostKg = (s: PlantState) => FULL_KG_PER_W * nominalW(s.params);

/**
 * Frost from air that is drawn over fins below 0 °C and below its dew point: heat and vapour go over by the same film
 * (Lewis number 1), so the share of freezing in the heat taken up follows from the two differences alone.
 */
export function growFrost(s: PlantState, humidityPct: number, ambientW: number, dtS: number): void {
  const finC = s.evaporatingC + FIN_K;
  if (finC >= 0 || finC >= s.outdoorC) return;
  const excess = moisture((humidityPct / 100) * vapourPa(s.outdoorC)) - moisture(vapourPa(finC));
  if (excess <= 0) return;
  const frozen = SUBLIMATION_J_PER_KG * excess;
  const share = frozen / (frozen + AIR_J_PER_KGK * (s.outdoorC - finC));
  s.frostKg += (share * ambientW * dtS) / SUBLIMATION_J_PER_KG;
  s.frostKg = Math.min(s.frostKg, MOST_KG_PER_W * nominalW(s.params));
}

/** Mild air clears a coil that stands still. */
export function meltFrost(s: PlantState, dtS: number): void {
  if (s.outdoorC > 1) s.frostKg = Math.max(0, s.frostKg - NATURAL_MELT_KG_PER_S * dtS);
}

/** Reverse cycle: heat out of the water and the compressor's own melt the frost. Returns watts into the water, negative. */
export function stepDefrost(s: PlantState, dtS: number): number {
  const speed = s.compressorShare / DEFROST_SHARE;
  const warm = clamp((s.condenserC - WATER_STOP_C) / (WATER_FULL_C - WATER_STOP_C), 0, 1);
  s.compressorW = DEFROST_POWER * s.params.compressorMaxW * speed;
  const fromWaterW = DEFROST_DRAW * nominalW(s.params) * speed * warm;
  lose(s.ledger, 'outdoorJ', (s.compressorW + fromWaterW) * dtS);
  s.frostKg = Math.max(0, s.frostKg - ((s.compressorW + fromWaterW) * dtS) / FROST_J_PER_KG);
  return -fromWaterW;
}
