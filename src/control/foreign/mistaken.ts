import type { Known } from './known.ts';

/** A running pump gives and draws more than this share of its rating, or nothing at all: less is kilowatts taken for watts. */
const LEAST_SHARE = 0.02;
const SURELY_RUNS_S = 600;
/** Water that comes late has come by then. */
const HEAT_COMES_S = 300;

/** What was measured of a pump over a step, W; null or left out: nothing. */
interface Powers {
  heatW?: number | null | undefined;
  compressorW?: number | null | undefined;
}

export const leastW = (known: Known) => LEAST_SHARE * known.pumpHeatW;

export const isHeat = (known: Known, heatW: number | null | undefined): boolean => (heatW ?? 0) >= leastW(known);

/**
 * Measured heat or power that no running pump has, or a 0 for what nobody measures: no compressor heats at 0 W, and one that
 * has never given heat has no meter; later a 0 may be a defrost or the hot water.
 */
export function isMistaken(
  known: Known,
  { runS, heatSeen }: { runS: number; heatSeen: boolean },
  level: number,
  name: keyof Powers,
  { heatW, compressorW }: Powers,
): boolean {
  const w = (name === 'heatW' ? heatW : compressorW) ?? null;
  if (level <= 0 || w === null) return false;
  if (name === 'heatW' && w <= 0) return !heatSeen && runS >= HEAT_COMES_S && (compressorW ?? 0) >= leastW(known);
  if (runS < SURELY_RUNS_S) return false;
  return w > 0 ? w < leastW(known) : isHeat(known, heatW);
}
