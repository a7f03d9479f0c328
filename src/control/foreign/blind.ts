import { loadShare, supplyTargetC } from '../decide/curve.ts';
import { capacityAt } from '../learn/pump-map.ts';
import { clamp } from '../physics.ts';
import type { Known } from './known.ts';
import { bandAt, heldValue, type Memory, outdoorNow } from './memory.ts';
import type { Wish } from './rule.ts';

/**
 * Without a room temperature the weather says how much heat a house of this size needs: a share of each block at full speed,
 * and no more once the water is as hot as the weather curve wants it.
 */

/** Long enough for steps of 15 min. */
const BLOCK_S = 7200;
/** People and appliances (DIN V 18599-10 between 2 and 4), which a design load leaves out. */
const GAINS_W_PER_M2 = 3;
const HELD_ABOVE_LOW_K = 1;
/** At full speed the water leaves hotter than at the speed that the curve means; at rest it is no hotter than the emitter. */
const CURVE_ON_K = 5;
const CURVE_OFF_K = -2;
/** Weather that nobody knows is middling. */
const MIDDLING = 0.5;

/** Why the water is hot enough: more heat would boil a room that nobody sees; null: it is not, or nobody knows. */
function waterEnough({ house }: Known, memory: Memory, heldC: number, on: boolean): string | null {
  const supplyC = heldValue(memory, 'supplyC');
  if (supplyC === null) return null;
  const middlingC = heldC + MIDDLING * (house.designOutdoorC - heldC);
  const curveC = supplyTargetC(house, heldC, outdoorNow(memory) ?? middlingC, heldC, 0);
  if (supplyC <= curveC + (on ? CURVE_ON_K : CURVE_OFF_K)) return null;
  return `water at ${supplyC.toFixed(1)} °C, ${curveC.toFixed(1)} °C by the weather curve`;
}

/** @param accelW what an accelerator gives the house already */
export function blindWish(
  known: Known,
  memory: Memory,
  { on, t, accelW }: { on: boolean; t: number; accelW: number },
): Wish {
  const outdoorC = outdoorNow(memory);
  const heldC = bandAt(memory, known.comfort, 0).lowC + HELD_ABOVE_LOW_K;
  const enough = waterEnough(known, memory, heldC, on);
  if (enough) return { ample: false, level: 0, reason: `no room temperature: ${enough}` };
  const share = outdoorC === null ? MIDDLING : loadShare(known.house, heldC, outdoorC);
  const gainsW = outdoorC === null ? 0 : GAINS_W_PER_M2 * known.areaM2;
  const otherW = gainsW + (known.accelHeatsHouse ? accelW : 0);
  const needW = share * known.house.designLoadW - otherW;
  const fullW = known.pumpHeatW * (outdoorC === null ? 1 : capacityAt(outdoorC));
  const duty = clamp(needW / fullW, 0, 1);
  const phase = (((t % BLOCK_S) + BLOCK_S) % BLOCK_S) / BLOCK_S;
  const seen = outdoorC === null ? 'no outdoor temperature either' : `${outdoorC.toFixed(1)} °C outside`;
  return {
    ample: false,
    level: duty > 0.05 && phase < duty ? 1 : 0,
    reason: `no room temperature: ${Math.round(100 * duty)} % of every two hours by the weather curve (${seen})`,
  };
}
