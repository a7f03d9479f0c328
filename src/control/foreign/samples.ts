import type { HouseSample } from '../learn/house/series.ts';
import { GAP_S } from './clock.ts';
import type { Elapsed } from './learn.ts';

/** The sample that is being gathered: seconds, and what came together in them. */
export interface Growing {
  s: number;
  heatJ: number;
  outdoorKs: number;
  sunJ: number;
}

export const GROWING_START: Growing = { s: 0, heatJ: 0, outdoorKs: 0, sunJ: 0 };

export const SAMPLE_S = 900;
const WINDOW = 21 * 96;
/** A lost connection leaves the pump under its last command, and `heatW` is the mean since the last line: longer than this it is hardly so. */
export const BRIDGED_S = 12 * 3600;

/** Quarter hours of what acts on the house, oldest first; those within a gap have no room temperature. */
export function sampled(
  { growing: g, samples }: { growing: Growing; samples: readonly HouseSample[] },
  { t, dtS }: Elapsed,
  roomC: number | null,
  acting: { heatW: number; outdoorC: number; solarWm2: number },
): { growing: Growing; samples: readonly HouseSample[] } {
  const s = g.s + dtS;
  const growing = {
    s,
    heatJ: g.heatJ + acting.heatW * dtS,
    outdoorKs: g.outdoorKs + acting.outdoorC * dtS,
    sunJ: g.sunJ + acting.solarWm2 * dtS,
  };
  if (s < SAMPLE_S) return { growing, samples };
  const means = { heatW: growing.heatJ / s, outdoorC: growing.outdoorKs / s, solarWm2: growing.sunJ / s };
  const steps = dtS > GAP_S && dtS <= BRIDGED_S ? Math.floor(s / SAMPLE_S) : 1;
  const fromC = samples.at(-1)?.outdoorC ?? acting.outdoorC;
  const within = Array.from({ length: steps - 1 }, (_, k) => ({
    ...means,
    atS: t - s + (k + 1) * SAMPLE_S,
    roomC: null,
    outdoorC: fromC + ((k + 1) / steps) * (acting.outdoorC - fromC),
  }));
  // A clock that was set back has left what was sampled at later times: one line from the far future, or another history.
  const kept = samples.slice(-WINDOW).filter(({ atS }) => atS < t);
  return { growing: GROWING_START, samples: [...kept, ...within, { ...means, atS: t, roomC }] };
}
