import type { SensorName } from '../../contract/points.ts';
import { COOLANT_W_PER_LPM_K, clamp, lagShare, WATER_W_PER_LPM_K } from '../physics.ts';
import { type Estimate, type Estimates, type PointState, TRIP_LOST_MS } from './points.ts';

type Points = Record<SensorName, PointState>;

/** Energy balance of the accelerator loop: what its watts should do to the coolant, against what is measured. */
export interface BalanceState {
  /** Watts and flow as the coolant has felt them: lagged like the loop itself. */
  laggedW: number;
  laggedLpm: number;
  /** Inlet temperature and expected rise as the largest loop would have felt them, and smaller ones (`LAG_SHARES`); null before the first. */
  feltInC: readonly number[] | null;
  feltK: readonly number[] | null;
  /** Slow mean of measured minus expected temperature rise. */
  residualK: number;
  /** Highest expected rise of the last seconds, decaying: a fall of power is not a loss of flow. */
  peakRiseK: number;
  /** Watts as a chip feels them, and as they were when its temperature last moved. */
  chipW: number;
  chipMovedW: number;
  /** Coolant outlet at that time. */
  chipMovedOutC: number;
  /** For how long outlet less inlet has been off by more than `STUCK_K` since inlet and outlet each last moved, s. */
  inOffS: number;
  outOffS: number;
  /** Highest of what the outlet should have read at least since it last moved, and lowest of what at most. */
  outRange: Range | null;
  /** For how long no one value has lain between them, s. */
  outEmptyS: number;
}

interface Range {
  leastC: number;
  mostC: number;
}

export const BALANCE_START: BalanceState = {
  laggedW: 0,
  laggedLpm: 0,
  feltInC: null,
  feltK: null,
  residualK: 0,
  peakRiseK: 0,
  chipW: 0,
  chipMovedW: 0,
  chipMovedOutC: 0,
  inOffS: 0,
  outOffS: 0,
  outRange: null,
  outEmptyS: 0,
};

/** Loops grow with the accelerator: what is said here per kW holds from the smallest to the largest. */
export const loopKw = (accelMaxW: number): number => clamp(accelMaxW / 1000, 0.25, 20);
/** Heat held by chips, cold plates and coolant, J/K: over the flow it is the time in which the rise follows the power. */
const LOOP_J_PER_K_KW = 5_000;
/** Loops between the largest and one that follows at once, by their lag. */
const LAG_SHARES = [1, 1 / 4, 1 / 16];
/** Power and flow within this share of what the loop has felt: steady enough to judge sensors by. */
const STEADY_SHARE = 0.1;
/**
 * And the inlet within this of what now leaves: while the loop's own mass warms up or cools down it takes or gives heat, and
 * nobody knows how much mass there is. Up to `LOOP_J_PER_K_KW` the balance is then off by no more than this.
 */
const STEADY_K = 1;
const RESIDUAL_LAG_S = 120;
/** An unsteady loop neither proves nor clears a fault soon. */
const RESIDUAL_FORGET_S = 1800;
const MIN_LPM_KW = 0.3;
const MIN_W_KW = 100;
/** Below this the heating water carries nothing worth counting. */
const WATER_MIN_LPM = 1.5;
/** A value that has not moved for this long while the balance is off by more than `STUCK_K` is stuck. */
const STUCK_S = 20;
/** Off for so long. What enters takes its time to the outlet, which the balance does not know (4 s in a loop of 3 L). */
const OUT_OFF_S = 5;
const IN_OFF_S = 10;
/** And over as many samples: where the house runs faster than its sensors, two alike say nothing. */
const STUCK_SAMPLES = 30;
const STUCK_K = 3;
/** One that tells no less than this apart, or has not moved yet, stands for minutes in a loop that holds its temperature: it has to be off for so long. */
const COARSE_K = 0.25;
const COARSE_OFF_S = 45;
/** What an outlet should have read has moved by this much and the least that it tells apart: one that stands is stuck. */
const MUST_MOVE_K = 0.75;
const EMPTY_S = 10;

/** A chip that has not moved by a degree although its power has changed by this share of the rating is stuck. */
const CHIP_SHARE = 0.4;
const CHIP_LAG_S = 10;
/** Coolant that went so far the other way, as from a tank that warms while power falls, may have kept the chip where it is. */
const CHIP_COUNTERED_K = 1;

/** Expected temperature rise over the accelerator, K. */
const riseK = (watts: number, flowLpm: number, kw: number): number =>
  watts / (COOLANT_W_PER_LPM_K * Math.max(MIN_LPM_KW * kw, flowLpm));

/** Between what the outlet must read: a loop follows inlet, power and flow later than at once and no later than the largest. */
function outletRange(inC: number, instantK: number, feltInC: readonly number[], feltK: readonly number[]): Range {
  return {
    leastC: Math.min(inC, ...feltInC) + Math.min(instantK, ...feltK),
    mostC: Math.max(inC, ...feltInC) + Math.max(instantK, ...feltK),
  };
}

const steady = (now: number, felt: number) => Math.abs(now - felt) < STEADY_SHARE * Math.max(now, felt);

type Standing = Pick<BalanceState, 'inOffS' | 'outOffS' | 'outRange' | 'outEmptyS'>;

/** What inlet and outlet have met since they last moved: settled or not, a value that stands still is judged by what the loop must do. */
function standingStep(before: Standing, points: Points, outC: number, range: Range | null, dtS: number): Standing {
  const off = range !== null && Math.max(range.leastC - outC, outC - range.mostC) > STUCK_K;
  const counted = (point: PointState, offS: number) =>
    point.sameS === 0 ? 0 : off ? Math.min(COARSE_OFF_S, offS + dtS) : offS;
  const out = points.accelOutC;
  const was = out.sameS === 0 ? null : before.outRange;
  const outRange =
    range && was ? { leastC: Math.max(range.leastC, was.leastC), mostC: Math.min(range.mostC, was.mostC) } : range;
  const isEmpty = outRange && outRange.leastC - outRange.mostC > MUST_MOVE_K + (out.finestMove ?? MUST_MOVE_K);
  return {
    inOffS: counted(points.accelInC, before.inOffS),
    outOffS: counted(out, before.outOffS),
    outRange,
    outEmptyS: isEmpty ? before.outEmptyS + dtS : 0,
  };
}

/** `accelMaxW` is the rating: it tells the size of the loop. */
export function balanceStep(
  state: BalanceState,
  est: Estimates,
  points: Points,
  accelMaxW: number,
  dtS: number,
): BalanceState {
  const kw = loopKw(accelMaxW);
  const { accelInC, accelOutC, accelW, accelFlowLpm } = est;
  const chip = points.accelChipC;
  const lagS = (LOOP_J_PER_K_KW * kw) / (COOLANT_W_PER_LPM_K * Math.max(MIN_LPM_KW * kw, accelFlowLpm.value));
  const share = lagShare(dtS, lagS);
  const laggedW = state.laggedW + (accelW.value - state.laggedW) * share;
  const laggedLpm = state.laggedLpm + (accelFlowLpm.value - state.laggedLpm) * share;
  const inC = accelInC.value;
  const instantK = riseK(accelW.value, accelFlowLpm.value, kw);
  // A loop may be hot when control begins.
  const firstK = usable(accelInC) && usable(accelOutC) ? accelOutC.value - inC : instantK;
  const felt = (before: readonly number[] | null, first: number, now: number) =>
    LAG_SHARES.map((lagged, i) => {
      const was = before?.[i] ?? first;
      return was + (now - was) * lagShare(dtS, lagged * lagS);
    });
  const feltInC = felt(state.feltInC, inC, inC);
  const feltK = felt(state.feltK, firstK, instantK);
  const laggedInC = feltInC[0]!;
  const expectedK = feltK[0]!;
  const judged =
    Math.abs(inC - laggedInC) < STEADY_K &&
    steady(accelW.value, laggedW) &&
    steady(accelFlowLpm.value, laggedLpm) &&
    laggedW > MIN_W_KW * kw &&
    laggedLpm > MIN_LPM_KW * kw &&
    accelOutC.quality !== 'lost' &&
    accelInC.quality !== 'lost' &&
    accelW.quality !== 'lost';
  const flows = Math.min(laggedLpm, accelFlowLpm.value) > MIN_LPM_KW * kw;
  const known = flows && [accelInC, accelOutC, accelW, accelFlowLpm].every(usable);
  const range = known ? outletRange(inC, instantK, feltInC, feltK) : null;
  const chipW = state.chipW + (accelW.value - state.chipW) * lagShare(dtS, CHIP_LAG_S);
  return {
    laggedW,
    laggedLpm,
    feltInC,
    feltK,
    residualK: judged
      ? state.residualK + (accelOutC.value - laggedInC - expectedK - state.residualK) * lagShare(dtS, RESIDUAL_LAG_S)
      : state.residualK * Math.exp(-dtS / RESIDUAL_FORGET_S),
    peakRiseK: Math.max(instantK, expectedK, state.peakRiseK * Math.exp(-dtS / (1.5 * lagS))),
    chipW,
    chipMovedW: chip.sameS > 0 ? state.chipMovedW : chipW,
    chipMovedOutC: chip.sameS > 0 ? state.chipMovedOutC : accelOutC.value,
    ...standingStep(state, points, accelOutC.value, range, dtS),
  };
}

export const instead = (name: SensorName, why: string, value: number, from: string): Estimate => ({
  value,
  quality: 'degraded',
  ageMs: 0,
  reason: `${name}: ${why}; ${value.toFixed(1)} from ${from} is used`,
});

const whyOf = (e: Estimate) => e.reason ?? 'not usable';
export const usable = (e: Estimate) => e.quality === 'good';
/** Comfort points are good for an hour; what stands in for a point that a machine needs is no older than that one may be. */
export const current = (e: Estimate) => usable(e) && e.ageMs <= TRIP_LOST_MS;

export const stands = (point: PointState) => point.sameS > STUCK_S && point.sameSamples >= STUCK_SAMPLES;

/** True when the point stands still although the loop's balance says it must move. */
const stuck = (point: PointState, offS: number, leastS: number) =>
  stands(point) && offS >= ((point.finestMove ?? COARSE_K) < COARSE_K ? leastS : COARSE_OFF_S);

/**
 * Replaces lost or stuck points by what the others say. Each replacement is `degraded`, which costs power, never heat.
 * Changes `est` in place: it was made in this tick and belongs to the caller.
 */
export function addRedundancy(est: Estimates, points: Points, balance: BalanceState, accelMaxW: number): void {
  const { accelInC, accelOutC, accelW, accelFlowLpm } = est;
  const expectedK = balance.feltK?.[0] ?? 0;
  const measuredK = accelOutC.value - accelInC.value;
  const inStuck = stuck(points.accelInC, balance.inOffS, IN_OFF_S);
  // Where both stand the hotter is believed.
  const isHotter = inStuck && measuredK > expectedK;
  const outStuck =
    (stuck(points.accelOutC, balance.outOffS, OUT_OFF_S) && !isHotter) ||
    (stands(points.accelOutC) && balance.outEmptyS > EMPTY_S);
  if ((accelOutC.quality === 'lost' || outStuck) && usable(accelInC) && usable(accelW) && usable(accelFlowLpm)) {
    const why = outStuck ? 'stuck' : whyOf(accelOutC);
    est.accelOutC = instead('accelOutC', why, accelInC.value + expectedK, 'inlet and power');
  } else if ((accelInC.quality === 'lost' || inStuck) && usable(accelOutC) && usable(accelW) && usable(accelFlowLpm)) {
    const why = inStuck ? 'stuck' : whyOf(accelInC);
    est.accelInC = instead('accelInC', why, accelOutC.value - expectedK, 'outlet and power');
  }
  const changedW = balance.chipW - balance.chipMovedW;
  const counteredK = Math.sign(changedW) * (balance.chipMovedOutC - est.accelOutC.value);
  const chipStuck =
    stands(points.accelChipC) && Math.abs(changedW) > CHIP_SHARE * accelMaxW && counteredK < CHIP_COUNTERED_K;
  if (chipStuck && usable(est.accelChipC)) {
    const reason = `accelChipC: stands still while its power changes; ${est.accelChipC.value} °C, not to be trusted`;
    est.accelChipC = { ...est.accelChipC, quality: 'degraded', reason };
  }
  if (accelFlowLpm.quality === 'lost' && usable(accelInC) && usable(accelOutC) && usable(accelW) && measuredK > 1) {
    const value = accelW.value / (COOLANT_W_PER_LPM_K * measuredK);
    est.accelFlowLpm = instead('accelFlowLpm', whyOf(accelFlowLpm), value, 'power and temperature rise');
  }
  if (est.supplyC.quality === 'lost' && current(est.condenserOutC) && usable(est.heatFlowLpm)) {
    const value =
      est.condenserOutC.value + balance.laggedW / (WATER_W_PER_LPM_K * Math.max(WATER_MIN_LPM, est.heatFlowLpm.value));
    est.supplyC = instead('supplyC', whyOf(est.supplyC), value, 'condenser outlet and accelerator power');
  }
  if (est.bufferTopC.quality === 'lost' && current(est.bufferBottomC) && usable(est.supplyC)) {
    const value = Math.max(est.bufferBottomC.value, est.supplyC.value);
    est.bufferTopC = instead('bufferTopC', whyOf(est.bufferTopC), value, 'buffer bottom and supply');
  }
}
