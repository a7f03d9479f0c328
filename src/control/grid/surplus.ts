import type { GridConfig } from '../../contract/grid.ts';
import type { Estimates } from '../estimate/points.ts';
import { plannedAccelW } from '../estimate.ts';
import type { StepInput } from '../types.ts';
import { freshW } from './meter.ts';

/** Surplus sun that can be counted on: falls at once, rises only after it has stood, so that a cloud turns it twice. */
export interface SurplusState {
  steadyW: number;
  /** Least surplus since it began to stand above `steadyW`, and for how long it has. */
  leastW: number;
  aboveS: number;
  /** Seconds since it last fell: a feed-in limit is not probed for hidden sun soon after. */
  calmS: number;
}

export const SURPLUS_START: SurplusState = { steadyW: 0, leastW: 0, aboveS: 0, calmS: 3600 };

const RISE_AFTER_S = 60;
/** A fall worth calling one: less is the noise of the household. */
const FALL_W = 300;
/** At its feed-in limit an inverter hides what it could give: this much more is tried at a time. */
const PROBE_W = 800;
const AT_LIMIT_W = 100;
const PROBE_CALM_S = 600;

/** The board's meter, else what an energy manager tells of it; import positive. */
const gridOf = (est: Estimates, ems: StepInput['ems']): number | undefined => freshW(est.gridW) ?? ems?.gridW;

/** Charging positive; undefined when nobody tells. */
const batteryOf = ({ batteryW }: Estimates, ems: StepInput['ems']): number | undefined =>
  ems?.batteryW ?? (batteryW && freshW(batteryW));

/**
 * Own sun that would leave the house if the accelerator drew nothing, W; 0 without fresh meters, the board's or those that
 * an energy manager tells. What a battery discharges is no sun; what it charges counts only where the accelerator goes before
 * it. What a manager keeps for others is theirs.
 */
export function surplusOf(est: Estimates, grid?: GridConfig, ems?: StepInput['ems']): number {
  const gridW = gridOf(est, ems);
  const pvW = freshW(est.pvW) ?? ems?.pvW;
  if (gridW === undefined || pvW === undefined) return 0;
  const batteryW = batteryOf(est, ems) ?? 0;
  const countedW = grid?.batteryOrder === 'accelerator-first' ? batteryW : Math.min(0, batteryW);
  const keptW = ems?.keptW ?? 0;
  return Math.max(0, Math.min(pvW, plannedAccelW(est) - gridW + countedW - keptW));
}

/** Each tick. */
export function surplusStep(state: SurplusState, est: Estimates, input: StepInput): SurplusState {
  const { grid, ems, dtS } = input;
  const seenW = surplusOf(est, grid, ems);
  const limitW = grid?.exportLimitW;
  const gridW = gridOf(est, ems);
  const atLimit = limitW !== undefined && gridW !== undefined && seenW > 0 && gridW < AT_LIMIT_W - limitW;
  const nowW = seenW + (atLimit && state.calmS >= PROBE_CALM_S ? PROBE_W : 0);
  const calmS = nowW < state.steadyW - FALL_W ? 0 : Math.min(1e6, state.calmS + dtS);
  if (nowW <= state.steadyW) return { steadyW: nowW, leastW: nowW, aboveS: 0, calmS };
  const leastW = state.aboveS === 0 ? nowW : Math.min(state.leastW, nowW);
  const aboveS = state.aboveS + dtS;
  return aboveS >= RISE_AFTER_S ? { steadyW: leastW, leastW, aboveS: 0, calmS } : { ...state, leastW, aboveS, calmS };
}
