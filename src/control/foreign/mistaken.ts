import type { Known } from './known.ts';

/** A running pump gives and draws more than this share of its rating, or nothing at all: less is kilowatts taken for watts. */
const LEAST_SHARE = 0.02;
const SURELY_RUNS_S = 600;

/** What was measured of a pump over a step, W; null or left out: nothing. */
interface Powers {
  heatW?: number | null | undefined;
  compressorW?: number | null | undefined;
}

/** Measured heat or power that no running pump has; heat comes from no compressor at 0 W, but defrost takes what it gives. */
export function isMistaken(
  known: Known,
  { runS }: { runS: number },
  level: number,
  name: keyof Powers,
  powers: Powers,
): boolean {
  const w = powers[name] ?? null;
  const leastW = LEAST_SHARE * known.pumpHeatW;
  if (level <= 0 || runS < SURELY_RUNS_S || w === null) return false;
  return w > 0 ? w < leastW : name === 'compressorW' && (powers.heatW ?? 0) >= leastW;
}
