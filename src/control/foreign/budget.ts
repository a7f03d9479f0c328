import { loadW } from '../decide/curve.ts';
import { dispatch } from '../decide/dispatch.ts';
import { copOf } from '../physics.ts';
import type { Known } from './known.ts';
import { bandAt, heldValue, type Memory, outdoorNow } from './memory.ts';

/** What the accelerator may draw. Plain JSON. */
export interface Budget {
  watts: number;
  reason: string | null;
  /** Seconds that it has stood. */
  ageS: number;
  /** The room is near its lower edge, or its upper one. */
  cold: boolean;
  warm: boolean;
}

/** Computing is no lamp: what was granted stands for so long. */
const HOLD_S = 600;

export const BUDGET_START: Budget = { watts: 0, reason: null, ageS: HOLD_S, cold: false, warm: false };

const COLD_ABOVE_LOW_K = 0.4;
const WARM_BELOW_HIGH_K = 0.3;
/** More than a thermometer's noise. */
const HYSTERESIS_K = 0.3;

function edges({ cold, warm }: Budget, known: Known, memory: Memory): Pick<Budget, 'cold' | 'warm'> {
  const roomC = heldValue(memory, 'roomC');
  if (roomC === null) return { cold: false, warm: false };
  const { lowC, highC } = bandAt(memory, known.comfort, 0);
  return {
    cold: roomC < lowC + COLD_ABOVE_LOW_K + (cold ? HYSTERESIS_K : 0),
    warm: roomC > highC - WARM_BELOW_HIGH_K - (warm ? HYSTERESIS_K : 0),
  };
}

/** Watts for the accelerator by the unit's own dispatch rule; 0 without an accelerator or a price. */
export function budgetAfter(before: Budget, known: Known, memory: Memory, supplyC: number, dtS: number): Budget {
  const { house } = known;
  if (house.accelMaxW === 0) return before;
  const ageS = Math.min(1e7, before.ageS + dtS);
  const edge = edges(before, known, memory);
  if (ageS < HOLD_S) return { ...before, ...edge, ageS };
  const priceEurPerKwh = heldValue(memory, 'priceEurPerKwh');
  if (priceEurPerKwh === null)
    return { ...edge, watts: 0, reason: 'no price: nothing is bought for computing', ageS: HOLD_S };
  const outdoorC = outdoorNow(memory) ?? house.designOutdoorC;
  const { lowC } = bandAt(memory, known.comfort, 0);
  const needW = edge.warm ? 0 : Math.max(loadW(house, lowC + 0.5, outdoorC), edge.cold ? house.accelMaxW : 0);
  const found = dispatch({
    maxW: house.accelMaxW,
    curtailedW: 0,
    surplusW: 0,
    heatW: known.accelHeatsHouse ? needW : 0,
    retailEurPerKwh: priceEurPerKwh,
    exportEurPerKwh: 0,
    incomeEurPerKwh: known.incomeEurPerKwh,
    wearEurPerKwh: house.wearEurPerKwh,
    alternative: house.alternativeHeat,
    alternativeEurPerKwh: house.alternativeEurPerKwh,
    cop: copOf(supplyC, outdoorC),
    resistiveW: 0,
  });
  const watts = Math.round(found.watts);
  const first = found.tiers[0];
  const margin = first ? `${(100 * first.marginEurPerKwh).toFixed(1)} ct gained per kWh` : 'nothing to gain';
  return { ...edge, watts, reason: `compute ${watts} W: ${margin}`, ageS: 0 };
}
