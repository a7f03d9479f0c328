import type { Known } from './known.ts';

/**
 * Some pumps stop below a lowest speed that nobody told. A run that gives nothing for longer than a pump may rest shows it:
 * speeds up to the one asked for are left alone then, and tried again days later.
 */
export interface Floor {
  /** Highest speed at which the pump stayed off, 0: none. */
  level: number;
  /** Seconds without a sign of life since one was commanded, and the lowest speed commanded meanwhile. */
  deadS: number;
  lowest: number;
}

export const FLOOR_START: Floor = { level: 0, deadS: 0, lowest: 1 };

/** Pumps rest up to ten minutes between two runs. */
const RESTS_S = 900;
/** Full speed without heat is a pump in trouble or at the hot water, not one asked for too little. */
const FULL = 0.999;
const STEP = 0.05;
const FADES_PER_DAY = 0.02;

/** @param alive heat or power was measured, null: neither is known */
export function floorAfter(floor: Floor, level: number, alive: boolean | null, runS: number, dtS: number): Floor {
  const faded = Math.max(0, floor.level - (FADES_PER_DAY * dtS) / 86_400);
  if (level <= 0 || alive === null) return { level: faded, deadS: 0, lowest: 1 };
  // What runs early in a run may be the rest of a minimum time.
  if (alive) return { level: runS > RESTS_S ? Math.min(faded, Math.max(0, level - STEP)) : faded, deadS: 0, lowest: 1 };
  const deadS = floor.deadS + dtS;
  const lowest = Math.min(floor.lowest, level);
  if (deadS < RESTS_S || level > FULL) return { level: faded, deadS, lowest };
  return { level: Math.max(faded, lowest), deadS: 0, lowest: 1 };
}

/** Lowest speed worth commanding: as told, and above what the pump did not answer to. */
export const lowestLevel = (known: Known, floor: Floor): number =>
  Math.min(1, Math.max(known.minModulation, floor.level > 0 ? floor.level + STEP : 0));
