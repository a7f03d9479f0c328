import { WATER_MAX_C } from '../decide/emergency.ts';
import { LONGEST_STEP_S } from './clock.ts';
import type { Line } from './line.ts';
import { heldValue, type Memory } from './memory.ts';

const WATER_FROST_C = 5;

function waters(memory: Memory): number[] {
  return [heldValue(memory, 'supplyC'), heldValue(memory, 'returnC')].filter((c) => c !== null);
}

/** Why the water needs heat: colder than the limit by `aboveK`; null: it does not. */
export function waterFrost(memory: Memory, aboveK = 0): string | null {
  const coldestC = Math.min(...waters(memory));
  return coldestC < WATER_FROST_C + aboveK ? `water at ${coldestC.toFixed(1)} °C` : null;
}

/** Why nothing may heat the water any more; null: it may. */
export function waterTooHot(memory: Memory): string | null {
  const hottestC = Math.max(...waters(memory));
  if (hottestC < WATER_MAX_C) return null;
  return `water at ${hottestC.toFixed(1)} °C, ${WATER_MAX_C} °C is the most: no heat, pump on`;
}

const WATERS = ['supplyC', 'returnC'] as const;

/** Sensors that say that the water is too hot: how long they have without any heat, and from which temperature. Plain JSON. */
export type HotWaters = Partial<Record<(typeof WATERS)[number], { coldS: number; fromC: number }>>;

/** Water that circulates without heat cools by this much within this time, but where its sensor is broken. */
const COOLS_K = 2;
const COOLS_S = 3600;

/** A line's waters, but for those of broken sensors. `heated`: something may have heated the water since the line before. */
export function watersBelieved(
  before: HotWaters,
  line: Line,
  dtS: number,
  heated: boolean,
): { hot: HotWaters; line: Line } {
  const hot: HotWaters = {};
  const values = { ...line.values };
  const faults = [...line.faults];
  for (const name of WATERS) {
    const [c, was] = [values[name], before[name]];
    if (c === undefined) {
      if (was) hot[name] = was;
      continue;
    }
    if (c < WATER_MAX_C) continue;
    const broken = was !== undefined && was.coldS >= COOLS_S;
    const stays = was !== undefined && (broken || (!heated && c > was.fromC - COOLS_K));
    const seen = stays ? { ...was, coldS: was.coldS + Math.min(dtS, LONGEST_STEP_S) } : { coldS: 0, fromC: c };
    hot[name] = { ...seen, coldS: Math.min(1e7, seen.coldS) };
    if (seen.coldS < COOLS_S) continue;
    delete values[name];
    faults.push(
      `${name} has stayed at ${c.toFixed(1)} °C for an hour without heat: taken for a broken sensor, ignored until it is below ${WATER_MAX_C} °C`,
    );
  }
  return { hot, line: { ...line, values, faults } };
}
