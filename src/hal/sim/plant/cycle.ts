import type { PlantParams } from './params.ts';
import { saturationBar } from './refrigerant.ts';

/**
 * A speed-controlled R290 cycle. Both exchangers need more temperature difference the more heat they move; compressor and
 * drive are best near a pressure ratio of 2.5 and at full speed. The five figures are fitted to the medians of 1076
 * certified air-water units at their part loads (EN 14825; Keymark data by way of https://github.com/FZJ-IEK3-VSA/hplib),
 * fan and defrost included: `npm run bench -- plant` prints where the whole machine lies.
 */
const BEST = 0.74;
const BEST_RATIO = 2.5;
const LOSS_PER_RATIO = 0.04;
const SLOW_LOSS = 0.1;
/** Temperature difference of each exchanger: at rest, and what full heat adds. */
export const PINCH_K = 2;
export const FULL_K = 11;
/** Lift below which a real machine gains nothing more. */
const LEAST_LIFT_K = 8;

/** Heat at full speed, 2 °C outside and 35 °C water: the size of the machine. */
export const nominalW = (p: PlantParams) => p.compressorMaxW * p.capacityPerW;

const clamp = (x: number, lo: number, hi: number) => Math.min(hi, Math.max(lo, x));

/** Temperature difference of an exchanger that moves this share of the nominal heat. */
export const differenceK = (load: number) => PINCH_K + FULL_K * load;

/** Share of Carnot that compressor and drive reach at this speed between these saturation temperatures. */
function quality(share: number, condensingC: number, evaporatingC: number): number {
  const ratio = saturationBar(condensingC) / saturationBar(evaporatingC);
  return clamp(BEST * (1 - LOSS_PER_RATIO * Math.abs(ratio - BEST_RATIO)) * (1 - SLOW_LOSS * (1 - share)), 0.15, BEST);
}

/** Heat over electricity of the compressor. */
export function heatingCop(share: number, condensingC: number, evaporatingC: number): number {
  const liftK = Math.max(LEAST_LIFT_K, condensingC - evaporatingC);
  return Math.max(1.05, (quality(share, condensingC, evaporatingC) * (condensingC + 273.15)) / liftK);
}

/** Cold over electricity. */
export const coolingEer = (share: number, condensingC: number, evaporatingC: number) =>
  Math.max(0.5, heatingCop(share, condensingC, evaporatingC) - 1);

/**
 * Share of the nominal heat at full speed. `sourceC` is the air that a sound evaporator would need to boil at the present
 * temperature: thin suction gas moves less heat, whether from cold air, from frost or from a fan that stands.
 */
export const heatingCapacity = (sourceC: number, waterC: number) =>
  clamp(1 + 0.025 * (sourceC - 2), 0.08, 1.4) * clamp(1 - 0.004 * (waterC - 35), 0.7, 1.1);
