import type { Estimates } from '../estimate/points.ts';
import { clamp } from '../physics.ts';
import { MIN_PCT } from './compressor.ts';

/** Cooling with water that never falls to the dew point: wet floors rot. */
export interface CoolAim {
  /** The supply may not be colder than this. */
  coolestC: number;
  bufferSetC: number;
  /** Most compressor speed, so that the supply comes near its limit slowly. */
  maxPct: number;
  wanted: boolean;
  /** Stop at once. */
  stop: boolean;
  text: string;
}

/** Above the dew point of the most humid zone. */
const ABOVE_DEW_K = 2;
/** Used while no zone reports its humidity: the dew point of 25 °C at 57 % is 16 °C. */
const UNKNOWN_COOLEST_C = 19;
/** No floor or ceiling is meant for colder water, however dry the air. */
const COOLEST_EVER_C = 16;
const BUFFER_ABOVE_K = 3;
const THROTTLE_K = 2;
const STOP_K = 0.3;
/** Water this close below the room's set-point cools nothing. */
const USEFUL_K = 2;
const START_K = 0.5;
const END_K = -0.2;

export function coolAim(est: Estimates, dewC: number | null, roomSetC: number, running: boolean): CoolAim {
  const coolestC = dewC === null ? UNKNOWN_COOLEST_C : Math.max(COOLEST_EVER_C, dewC + ABOVE_DEW_K);
  const supplyC = est.supplyC.value;
  const warmK = est.roomC.value - roomSetC;
  const warm = est.roomC.quality !== 'lost' && warmK > (running ? END_K : START_K);
  const useful = coolestC <= roomSetC - USEFUL_K;
  const why =
    dewC === null ? 'no zone reports its humidity' : `the dew point of the most humid zone is ${dewC.toFixed(1)} °C`;
  return {
    coolestC,
    bufferSetC: coolestC + BUFFER_ABOVE_K,
    maxPct: MIN_PCT + (100 - MIN_PCT) * clamp((supplyC - coolestC - STOP_K) / THROTTLE_K, 0, 1),
    wanted: warm && useful,
    stop: est.supplyC.quality === 'lost' || supplyC < coolestC + STOP_K,
    text: useful
      ? `cooling water stays above ${coolestC.toFixed(1)} °C: ${why}`
      : `too humid to cool: water may not be colder than ${coolestC.toFixed(1)} °C, ${why}`,
  };
}
