import { MIN_RUN_S } from '../decide/compressor.ts';
import { loadW, supplyTargetC } from '../decide/curve.ts';
import { capacityAt } from '../learn/pump-map.ts';
import { clamp } from '../physics.ts';
import type { Known } from './known.ts';
import { bandAt, heldValue, type Memory, outdoorNow } from './memory.ts';
import type { Wish } from './rule.ts';

/**
 * Without a room temperature the weather says how much heat a house of this size needs: a share of each block at full speed,
 * and no more once the water is as hot as the weather curve wants it.
 */

const BLOCK_S = 7200;
/** Blocks in turn round up and down to whole runs, evenly spread by the golden ratio: no heat is lost or gained by it. */
const GOLDEN = 0.618034;
/** People and appliances (DIN V 18599-10 between 2 and 4), which a design load leaves out. */
const GAINS_W_PER_M2 = 3;
const HELD_ABOVE_LOW_K = 1.5;
/** At full speed the water leaves hotter than at the speed that the curve means; at rest it is no hotter than the emitter. */
const CURVE_ON_K = 5;
const CURVE_OFF_K = -2;
/** Weather that nobody knows: 2 °C for a design of -10 °C, between a usual and a cold week of winter, as either error costs the same. */
const MIDDLING = 0.62;

/** Why the water is hot enough: more heat would boil a room that nobody sees; null: it is not, or nobody knows. */
function waterEnough(
  { house }: Known,
  memory: Memory,
  { heldC, outdoorC, on }: { heldC: number; outdoorC: number; on: boolean },
): string | null {
  const supplyC = heldValue(memory, 'supplyC');
  if (supplyC === null) return null;
  const curveC = supplyTargetC(house, heldC, outdoorC, heldC, 0);
  if (supplyC <= curveC + (on ? CURVE_ON_K : CURVE_OFF_K)) return null;
  return `water at ${supplyC.toFixed(1)} °C, ${curveC.toFixed(1)} °C by the weather curve`;
}

/** Is this a time to run, where the pump should run for this share of it, in runs as long as steps and minimum times allow? */
function runsNow(duty: number, t: number, stepS: number): boolean {
  const runS = stepS > 0 ? stepS * Math.ceil(MIN_RUN_S / stepS) : MIN_RUN_S;
  const block = Math.floor(t / BLOCK_S);
  const turn = (((block * GOLDEN) % 1) + 1) % 1;
  return t - block * BLOCK_S < runS * Math.floor((duty * BLOCK_S) / runS + turn);
}

/** @param accelW what an accelerator gives the house already */
export function blindWish(
  known: Known,
  memory: Memory,
  { on, t, accelW, stepS }: { on: boolean; t: number; accelW: number; stepS: number },
): Wish {
  const seenC = outdoorNow(memory);
  const heldC = bandAt(memory, known.comfort, 0).lowC + HELD_ABOVE_LOW_K;
  const outdoorC = seenC ?? heldC + MIDDLING * (known.house.designOutdoorC - heldC);
  const enough = waterEnough(known, memory, { heldC, outdoorC, on });
  if (enough) return { ample: false, level: 0, reason: `no room temperature: ${enough}` };
  const otherW = GAINS_W_PER_M2 * known.areaM2 + (known.accelHeatsHouse ? accelW : 0);
  const needW = loadW(known.house, heldC, outdoorC) - otherW;
  const duty = clamp(needW / (known.pumpHeatW * capacityAt(outdoorC)), 0, 1);
  const seen = seenC === null ? 'no outdoor temperature either' : `${seenC.toFixed(1)} °C outside`;
  return {
    ample: false,
    level: runsNow(duty, t, stepS) ? 1 : 0,
    reason: `no room temperature: ${Math.round(100 * duty)} % of every two hours by the weather curve (${seen})`,
  };
}
