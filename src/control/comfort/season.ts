import type { Reason } from '../../contract/messages.ts';
import type { Estimates } from '../estimate/points.ts';
import { lagShare } from '../physics.ts';

/** Mode `auto`: heating or cooling by what the days are like, with wide hysteresis, so that one warm noon changes nothing. */
export interface SeasonState {
  cooling: boolean;
  /** Outdoor temperature over about a day; null before the first. Kept over restarts. */
  dayMeanC: number | null;
}

export const SEASON_START: SeasonState = { cooling: false, dayMeanC: null };

const DAY_TAU_S = 86_400;
const SUMMER_C = 19;
const WINTER_C = 16;
/** And the room itself must be too warm for its set-point, or too cold for it. */
const WARM_K = 1.5;
const COLD_K = 1;

export function seasonStep(before: SeasonState, est: Estimates, roomSetC: number, dtS: number): SeasonState {
  const outdoorC = est.outdoorC.value;
  const meanC = before.dayMeanC ?? outdoorC;
  const dayMeanC =
    est.outdoorC.quality === 'lost' ? before.dayMeanC : meanC + (outdoorC - meanC) * lagShare(dtS, DAY_TAU_S);
  const roomK = est.roomC.quality === 'lost' ? 0 : est.roomC.value - roomSetC;
  const seenC = dayMeanC ?? WINTER_C;
  const cooling = before.cooling ? !(seenC < WINTER_C || roomK < -COLD_K) : seenC > SUMMER_C && roomK > WARM_K;
  return { cooling, dayMeanC };
}

export const seasonReason = ({ cooling, dayMeanC }: SeasonState): Reason => ({
  what: 'mode',
  code: 'mode-auto',
  text: `auto: ${cooling ? 'cooling' : 'heating'}, a day outside is ${(dayMeanC ?? WINTER_C).toFixed(1)} °C on average`,
});
