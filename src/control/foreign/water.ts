import { WATER_MAX_C } from '../decide/emergency.ts';
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
