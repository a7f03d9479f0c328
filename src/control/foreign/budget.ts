import { loadW } from '../decide/curve.ts';
import { dispatch } from '../decide/dispatch.ts';
import { copOf } from '../physics.ts';
import type { Known } from './known.ts';
import { bandAt, heldValue, type Memory, outdoorNow } from './memory.ts';

/** Watts for the accelerator by the unit's own dispatch rule; 0 without an accelerator or a price. */
export function budgetOf(known: Known, memory: Memory, supplyC: number): { watts: number; reason: string | null } {
  const { house } = known;
  if (house.accelMaxW === 0) return { watts: 0, reason: null };
  const priceEurPerKwh = heldValue(memory, 'priceEurPerKwh');
  if (priceEurPerKwh === null) return { watts: 0, reason: 'no price: nothing is bought for computing' };
  const outdoorC = outdoorNow(memory) ?? house.designOutdoorC;
  const roomC = heldValue(memory, 'roomC');
  const { lowC, highC } = bandAt(memory, known.comfort, 0);
  const cold = roomC !== null && roomC < lowC + 0.5;
  const warm = roomC !== null && roomC > highC - 0.3;
  const needW = warm ? 0 : Math.max(loadW(house, lowC + 0.5, outdoorC), cold ? house.accelMaxW : 0);
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
  const first = found.tiers[0];
  const margin = first ? `${(100 * first.marginEurPerKwh).toFixed(1)} ct gained per kWh` : 'nothing to gain';
  return { watts: Math.round(found.watts), reason: `compute ${Math.round(found.watts)} W: ${margin}` };
}
