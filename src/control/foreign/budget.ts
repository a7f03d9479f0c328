import { loadW } from '../decide/curve.ts';
import { dispatch } from '../decide/dispatch.ts';
import { copOf } from '../physics.ts';
import type { Emergency } from './emergency.ts';
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
  /** Granted in an emergency. */
  urgent: boolean;
}

/** Computing is no lamp: what was granted stands for so long. */
const HOLD_S = 600;

export const BUDGET_START: Budget = {
  watts: 0,
  reason: null,
  ageS: HOLD_S,
  cold: false,
  warm: false,
  urgent: false,
};

const COLD_ABOVE_LOW_K = 0.4;
const WARM_BELOW_HIGH_K = 0.3;
/** More than a thermometer's noise. */
const HYSTERESIS_K = 0.3;

/** `storedK`: how far above its band what is stored takes the room yet, K; null: nobody knows. */
function edges(before: Budget, known: Known, memory: Memory, storedK: number | null): Pick<Budget, 'cold' | 'warm'> {
  const roomC = heldValue(memory, 'roomC');
  if (roomC === null) return { cold: false, warm: false };
  const { lowC, highC } = bandAt(memory, known.comfort, 0);
  const cold = roomC < lowC + COLD_ABOVE_LOW_K + (before.cold ? HYSTERESIS_K : 0);
  const aboveK = Math.max(roomC - highC, cold || storedK === null ? Number.NEGATIVE_INFINITY : storedK);
  return { cold, warm: aboveK > -WARM_BELOW_HIGH_K - (before.warm ? HYSTERESIS_K : 0) };
}

interface BudgetNow {
  dtS: number;
  supplyC: number;
  emergency: Emergency;
  /** The water takes no more heat. */
  tooHot: boolean;
  storedK: number | null;
}

/** Heat that stays in the house is no gain there, whatever computing earns: nothing throws it away. */
const FULL_HOUSE = { watts: 0, reason: 'compute 0 W: the room is as warm as it may get', ageS: 0 };

/** Watts for the accelerator: by the unit's own dispatch rule, in an emergency what heat the house needs; 0 without an accelerator. */
export function budgetAfter(before: Budget, known: Known, memory: Memory, now: BudgetNow): Budget {
  const { house } = known;
  if (house.accelMaxW === 0) return before;
  const ageS = Math.min(1e7, before.ageS + now.dtS);
  const edge = edges(before, known, memory, now.storedK);
  const why = known.accelHeatsHouse ? now.emergency.why : null;
  const urgent = why !== null;
  if (known.accelHeatsHouse && now.tooHot) return { ...BUDGET_START, ...edge };
  if (ageS < HOLD_S && urgent === before.urgent) return { ...before, ...edge, ageS };
  const outdoorC = outdoorNow(memory) ?? house.designOutdoorC;
  const { lowC } = bandAt(memory, known.comfort, 0);
  const most = edge.cold || now.emergency.frost ? house.accelMaxW : 0;
  const needW = edge.warm ? 0 : Math.max(loadW(house, lowC + 0.5, outdoorC), most);
  const priceEurPerKwh = heldValue(memory, 'priceEurPerKwh');
  const cop = copOf(now.supplyC, outdoorC);
  const blind = known.accelHeatsHouse && heldValue(memory, 'roomC') === null;
  const maxW = blind ? Math.min(house.accelMaxW, needW) : house.accelMaxW;
  const paid = known.accelHeatsHouse && edge.warm ? FULL_HOUSE : paying(known, maxW, needW, priceEurPerKwh, cop);
  if (!urgent) return { ...edge, ...paid, urgent };
  const watts = Math.max(paid.watts, Math.round(Math.min(house.accelMaxW, needW)));
  const spent = costs(watts, priceEurPerKwh, cop);
  const reason = `${why}; the accelerator heats with ${watts} W at any price: ${spent}`;
  return { ...edge, watts, reason, ageS: 0, urgent };
}

function paying(known: Known, maxW: number, needW: number, priceEurPerKwh: number | null, cop: number) {
  if (priceEurPerKwh === null) return { watts: 0, reason: 'no price: nothing is bought for computing', ageS: HOLD_S };
  const { house } = known;
  const found = dispatch({
    maxW,
    curtailedW: 0,
    surplusW: 0,
    heatW: known.accelHeatsHouse ? needW : 0,
    retailEurPerKwh: priceEurPerKwh,
    exportEurPerKwh: 0,
    incomeEurPerKwh: known.incomeEurPerKwh,
    wearEurPerKwh: house.wearEurPerKwh,
    alternative: house.alternativeHeat,
    alternativeEurPerKwh: house.alternativeEurPerKwh,
    cop,
    resistiveW: 0,
  });
  const watts = Math.round(found.watts);
  const first = found.tiers[0];
  const margin = first ? `${(100 * first.marginEurPerKwh).toFixed(1)} ct gained per kWh` : 'nothing to gain';
  return { watts, reason: `compute ${watts} W: ${margin}`, ageS: 0 };
}

function costs(watts: number, priceEurPerKwh: number | null, cop: number): string {
  if (priceEurPerKwh === null) return 'nobody has told what it costs';
  const eur = (watts * priceEurPerKwh) / 1000;
  return `${eur.toFixed(2)} EUR an hour, ${(eur / cop).toFixed(2)} with a sound heat pump`;
}
