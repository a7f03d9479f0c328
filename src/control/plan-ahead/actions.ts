import { inputAt, lossWPerK, UNKNOWN_FADES_S } from '../learn/house/model.ts';
import { inSupply } from '../learn/pump-map.ts';
import { clamp } from '../physics.ts';
import type { PlanInput, PlanSlot } from './plan.ts';
import { responseOf } from './response.ts';

/** A way to spend one slot: a speed for a share of its time. */
export interface Action {
  level: number;
  share: number;
  heat0: number;
  heatPerK: number;
  power0: number;
  powerPerK: number;
  supplyPerHeat: number;
}

export const LONG_SLOT_S = 1800;
/** Room between the ends of an on/off cycle, for the starts of a later slot at half of its time. */
const CYCLE_K = 0.5;
const LONGEST_CYCLE_S = 8 * 3600;
/** A later slot stands for cycles that a plan in long slots cannot show. */
const HALF = 0.5;
export function actionsOf(input: PlanInput, slot: PlanSlot): Action[] {
  const [base = 0, perEmitter = 1, perShare = 0] = input.supply.mean;
  const c = perShare / input.map.ratedHeatW;
  const make = (level: number, share: number): Action => {
    const { heat, power } = inSupply(input.map, level, slot.outdoorC);
    // Heat lowers with the supply that it raises itself: solved for the emitter's temperature.
    const d = 1 - heat.slope * c;
    return {
      level,
      share,
      heat0: (heat.at0 + heat.slope * base) / d,
      heatPerK: (heat.slope * perEmitter) / d,
      power0: power.at0 + power.slope * base,
      powerPerK: power.slope * perEmitter,
      supplyPerHeat: power.slope * c,
    };
  };
  const off: Action = { level: 0, share: 0, heat0: 0, heatPerK: 0, power0: 0, powerPerK: 0, supplyPerHeat: 0 };
  const actions = [off, ...input.levels.map((level) => make(level, 1))];
  if (slot.dtS >= LONG_SLOT_S) actions.push(make(1, HALF));
  return actions;
}

/** Seconds for which one start of a later slot counts: a cycle of `CYCLE_K` at half of the time; null: each slot's one start. */
export function cycleS({ model, map, levels }: PlanInput): number | null {
  if (levels.length > 1) return null;
  for (let halfS = 600; halfS < LONGEST_CYCLE_S / 2; halfS *= 1.5)
    if (responseOf(model, halfS).table[3]! * map.ratedHeatW > 2 * CYCLE_K) return 2 * halfS;
  return LONGEST_CYCLE_S;
}

/** What a kWh of heat costs on average over the horizon, EUR. */
export function heatPrice(input: PlanInput): number {
  let price = 0;
  let outdoorC = 0;
  for (const s of input.slots) {
    price += s.priceEurPerKwh / input.slots.length;
    outdoorC += s.outdoorC / input.slots.length;
  }
  const [full] = actionsOf({ ...input, levels: [1] }, { ...input.slots[0]!, dtS: 0, outdoorC }).slice(1);
  const heatW = Math.max(1, full!.heat0 + full!.heatPerK * input.state.emitterC);
  const powerW = full!.power0 + full!.powerPerK * input.state.emitterC + full!.supplyPerHeat * heatW;
  return Math.max(0.005, price) * Math.min(1, Math.max(0.1, powerW / heatW));
}

/**
 * How much of the heat that holds the lower edge is still wanted once sun and people have given theirs at other hours: 1 where at
 * least half of it is, 0 where they give it all, so that heat kept for later would only make later warmer.
 */
export function wantedShare({ model, state, slots }: PlanInput): number {
  const loss = lossWPerK(model);
  let wantedJ = 0;
  let netJ = 0;
  let inS = 0;
  for (const { dtS, atS, lowC, outdoorC, solarWm2 } of slots) {
    const acts = inputAt(model, atS, { heatW: 0, outdoorC, solarWm2 });
    const freeW = acts.gainsW + model.solarM2 * acts.solarWm2 + state.unknownW * Math.exp(-inS / UNKNOWN_FADES_S);
    const wantW = loss * (lowC - outdoorC) - freeW;
    netJ += wantW * dtS;
    wantedJ += Math.max(0, wantW) * dtS;
    inS += dtS;
  }
  return wantedJ > 0 ? clamp(netJ / (HALF * wantedJ), 0, 1) : 0;
}
