import { MIN_RUN_S } from '../decide/compressor.ts';
import { loadW, supplyTargetC } from '../decide/curve.ts';
import type { Daily } from '../learn/daily.ts';
import { capacityAt } from '../learn/pump-map.ts';
import { clamp } from '../physics.ts';
import type { Known } from './known.ts';
import { heldValue, type Memory, outdoorNow } from './memory.ts';
import { edgeOf, type Wish } from './rule.ts';

/**
 * Without a room temperature the weather says how much heat a house of this size needs: a share of each block at full speed.
 * Where the water is known it is held as the weather curve wants it instead.
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
/** So far below the curve a pump that can modulate runs at full speed whatever the weather. */
const FULL_BELOW_K = 5;
/** Weather that nobody knows: 2 °C for a design of -10 °C, between a usual and a cold week of winter, as either error costs the same. */
const MIDDLING = 0.62;

interface Need {
  heldC: number;
  outdoorC: number;
  /** Heat that the pump should give, as a share of the design load and of what it can. */
  load: number;
  duty: number;
}

/**
 * The water as the weather curve wants it, what people give left out. A curve that is told says more of the heat that a house
 * takes than its load does, which owners and plates err about; one that is guessed only ends runs, for more heat would boil a
 * room that nobody sees. null: the load says what to do.
 */
function byWater(known: Known, memory: Memory, on: boolean, { heldC, outdoorC, load, duty }: Need): Wish | null {
  const { house } = known;
  const supplyC = heldValue(memory, 'supplyC');
  if (supplyC === null) return null;
  const told = Boolean(known.told.supplyDesignC) && outdoorNow(memory) !== null;
  const feltC = told ? heldC - load * (heldC - house.designOutdoorC) : outdoorC;
  const curveC = supplyTargetC(house, heldC, feltC, heldC, 0);
  const enough = duty === 0 || supplyC > curveC + (on ? CURVE_ON_K : CURVE_OFF_K);
  if (!enough && !told) return null;
  const speed = clamp(duty + (curveC - supplyC) / FULL_BELOW_K, Math.max(0.01, known.minModulation), 1);
  return {
    ample: false,
    level: enough ? 0 : known.onOff ? 1 : speed,
    reason: `no room temperature: water at ${supplyC.toFixed(1)} °C, ${curveC.toFixed(1)} °C by the weather curve`,
  };
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
  low: Daily,
  { on, t, accelW, stepS }: { on: boolean; t: number; accelW: number; stepS: number },
): Wish {
  const seenC = outdoorNow(memory);
  const heldC = edgeOf(known, memory, low, t) + HELD_ABOVE_LOW_K;
  const outdoorC = seenC ?? heldC + MIDDLING * (known.house.designOutdoorC - heldC);
  const otherW = GAINS_W_PER_M2 * known.areaM2 + (known.accelHeatsHouse ? accelW : 0);
  const needW = loadW(known.house, heldC, outdoorC) - otherW;
  const duty = clamp(needW / (known.pumpHeatW * capacityAt(outdoorC)), 0, 1);
  const water = byWater(known, memory, on, { heldC, outdoorC, load: needW / known.house.designLoadW, duty });
  if (water) return water;
  const seen = seenC === null ? 'no outdoor temperature either' : `${seenC.toFixed(1)} °C outside`;
  return {
    ample: false,
    level: runsNow(duty, t, stepS) ? 1 : 0,
    reason: `no room temperature: ${Math.round(100 * duty)} % of every two hours by the weather curve (${seen})`,
  };
}
