import { DIMMED_LEAST_W, type GridConfig } from '../../contract/grid.ts';
import type { LimitFacts, Limits } from './limit.ts';
import { AUX_W } from './meter.ts';

/**
 * § 14a wants its limit kept within 2 s; a drive takes half a minute to slow a large compressor. It is slowed at once, and
 * watched: where what it has come down by will not do, its enable line stops it. So a drive that is quick
 * enough, whatever its ramp, keeps its run, and an order that has gone again after a second costs no start.
 */
export interface StopState {
  /** Seconds for which the compressor has drawn more than it may, and its watts when that began; null while it does not. */
  over: { s: number; fromW: number } | null;
  /** Seconds since it was last stopped for that. */
  sinceS: number;
}

const LONG_S = 1e6;
export const STOP_START: StopState = { over: null, sinceS: LONG_S };

/** Drive and cards have this long to obey. */
export const WAIT_S = 1.2;
/** All must be done by then: an order and its reading take a tick each. */
const DONE_S = 1.8;
/** Noise of the meter. */
const OVER_W = 50;
/** The enable line stays off until the loops have taken it for the stop it is; then rest and starts are theirs. */
const OFF_S = 5;
/** An order that stopped it may come again: for so long it runs where the next one finds it within the limit. */
const WARY_S = 3600;

/** Each tick. A stop would leave water that may freeze without heat for minutes: then the ramp must do. */
export function stopStep(
  previous: StopState,
  quickW: number | null,
  { est, input: { house, image }, frost, realS }: LimitFacts,
): StopState {
  const sinceS = Math.min(LONG_S, previous.sinceS + realS);
  const nowW = est.compressorW.quality === 'lost' ? house.compressorMaxW : est.compressorW.value;
  const runs = image.actuators.compressorOn > 0;
  const mayW = (quickW ?? Number.POSITIVE_INFINITY) - AUX_W + OVER_W;
  if (!runs || frost || nowW <= mayW) return { over: null, sinceS };
  const over = previous.over ? { ...previous.over, s: previous.over.s + realS } : { s: 0, fromW: nowW };
  if (over.s < WAIT_S) return { over, sinceS };
  const fallWPerS = Math.max(0, over.fromW - nowW) / over.s;
  const thenW = nowW - fallWPerS * Math.max(0, DONE_S - over.s);
  return { over, sinceS: thenW > mayW ? 0 : sinceS };
}

export const stops = ({ sinceS }: StopState): boolean => sinceS < OFF_S;

/** The limits in force, those of a compressor that an order has stopped within the hour among them. */
export function within(stop: StopState, limits: Limits | null, grid: GridConfig | undefined): Limits | null {
  if (stop.sinceS >= WARY_S) return limits;
  const dimmedW = grid?.dimmedW ?? DIMMED_LEAST_W;
  if (limits) return { ...limits, pumpW: Math.min(limits.pumpW, dimmedW) };
  const why = 'an order to dim has stopped the compressor within the hour, another may come';
  const free = Number.POSITIVE_INFINITY;
  return { unitW: free, pumpW: dimmedW, quickW: null, fuseW: free, code: 'grid-back', why };
}
