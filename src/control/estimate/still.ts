import type { Outputs, SensorName } from '../../contract/points.ts';
import { WATER_W_PER_LPM_K } from '../physics.ts';
import { type BalanceState, current, instead, stands, usable } from './balance.ts';
import type { Estimates, PointState } from './points.ts';

/**
 * Water sensors that stand still while the water cannot (F2). Each is held against what another says that it must read:
 * since it last moved, that has moved by `AWAY_K`. The tank has no other; it is held against the heat that went into it and
 * against the loss that no tank is without.
 */
export interface StillState {
  /** What the other of each read when it last moved, and what it should have read itself; null where nothing flowed then. */
  when: Record<Judged, { otherC: number; expectedC: number } | null>;
  /** Heat that has gone into the tank since its sensor last moved, as kelvins of the whole tank. */
  tankRiseK: number;
  /** For how long water has flowed, and where tank and coolant valve have been ordered to for how long, s. */
  flowedS: number;
  tankOn: number;
  tankS: number;
  rejectOn: number;
  rejectS: number;
  /** How far each driven point's machine was driven, %, when it last moved. */
  drivenPct: Record<Driven, number>;
  /** For how long it has been driven otherwise than then, s. */
  drivenS: Record<Driven, number>;
}

type Driven = 'heatFlowLpm' | 'accelFlowLpm' | 'compressorW' | 'dischargeC';
const DRIVEN: readonly Driven[] = ['heatFlowLpm', 'accelFlowLpm', 'compressorW', 'dischargeC'];
type Judged = 'supplyC' | 'condenserOutC' | 'returnC';
const JUDGED: readonly Judged[] = ['supplyC', 'condenserOutC', 'returnC'];

export const STILL_START: StillState = {
  when: { supplyC: null, condenserOutC: null, returnC: null },
  tankRiseK: 0,
  flowedS: 0,
  tankOn: 0,
  tankS: 0,
  rejectOn: 0,
  rejectS: 0,
  drivenPct: { heatFlowLpm: 0, accelFlowLpm: 0, compressorW: 0, dischargeC: 0 },
  drivenS: { heatFlowLpm: 0, accelFlowLpm: 0, compressorW: 0, dischargeC: 0 },
};

const AWAY_K = 4;
const APART_K = 6;
/** Pipes and exchangers follow within this time. */
const FOLLOWS_S = 60;
const MIN_LPM = 3;
/** A tank loses 1 to 2 kWh a day (EU 812/2013, classes A to C): a tenth of a kelvin within the hour. */
const TANK_STANDS_S = 6 * 3600;
/** One as cold as its cellar loses nothing and may stand still. */
const TANK_WARM_C = 30;
const TANK_RISE_K = 6;
/** What a machine drives has moved within this time when its order has changed by this much, hot gas a little later. */
const DRIVEN_S = 60;
const GAS_FOLLOWS_S = 300;
const DRIVEN_PCT = 30;
const WH_PER_LK = 1.163;

/** Kelvins that the accelerator's heat adds to the water between condenser and supply, as the loop has felt its power. */
const addedK = (est: Estimates, balance: BalanceState, rejecting: boolean): number =>
  rejecting ? 0 : balance.laggedW / (WATER_W_PER_LPM_K * Math.max(MIN_LPM, est.heatFlowLpm.value));

/** Which other sensor tells what this one must read: water comes back from the tank while that is charged. */
const otherOf = (name: Judged, outputs: Outputs): SensorName =>
  name === 'supplyC'
    ? 'condenserOutC'
    : name === 'condenserOutC'
      ? 'supplyC'
      : outputs.hotWaterOn > 0
        ? 'hotWaterC'
        : 'bufferBottomC';

function expected(name: Judged, est: Estimates, addK: number, outputs: Outputs) {
  const otherC = est[otherOf(name, outputs)].value;
  const signedK = { supplyC: addK, condenserOutC: -addK, returnC: 0 }[name];
  return { otherC, expectedC: otherC + signedK };
}

const drivenPct = (name: Driven, o: Outputs): number => {
  if (name === 'heatFlowLpm') return o.circulationPct;
  if (name === 'accelFlowLpm') return o.accelPumpPct;
  // Speed alone moves little; whether it runs moves both.
  return o.compressorOn > 0 && o.compressorPct > 0 ? 100 : 0;
};

const flows = (est: Estimates, outputs: Outputs) =>
  usable(est.heatFlowLpm) && est.heatFlowLpm.value > MIN_LPM && outputs.backupHeaterOn === 0;

export function stillStep(
  state: StillState,
  points: Record<SensorName, PointState>,
  est: Estimates,
  balance: BalanceState,
  { outputs, tankL, dtS }: { outputs: Outputs; tankL: number; dtS: number },
): StillState {
  const addK = addedK(est, balance, outputs.rejectOn > 0);
  const flowing = flows(est, outputs);
  const when = { ...state.when };
  for (const name of JUDGED) {
    const judged = flowing && current(est[otherOf(name, outputs)]);
    if (points[name].sameS === 0) when[name] = judged ? expected(name, est, addK, outputs) : null;
    // It has stood since before there was anything to hold it against: then its own reading is what it should have read.
    else if (judged) when[name] ??= { otherC: est[name].value, expectedC: est[name].value };
  }
  const heatW = WATER_W_PER_LPM_K * est.heatFlowLpm.value * (est.supplyC.value - est.returnC.value);
  const known = usable(est.heatFlowLpm) && usable(est.supplyC) && usable(est.returnC);
  const riseK = outputs.hotWaterOn > 0 && known ? (heatW * dtS) / (3600 * WH_PER_LK * tankL) : 0;
  const lasting = (is: boolean, forS: number) => (is ? Math.min(FOLLOWS_S, forS + dtS) : 0);
  return {
    when,
    flowedS: lasting(flowing, state.flowedS),
    tankOn: outputs.hotWaterOn,
    tankS: lasting(state.tankOn === outputs.hotWaterOn, state.tankS),
    rejectOn: outputs.rejectOn,
    rejectS: lasting(state.rejectOn === outputs.rejectOn, state.rejectS),
    ...drivenStep(state, points, outputs, dtS),
    tankRiseK: points.hotWaterC.sameS === 0 ? 0 : Math.max(0, state.tankRiseK + riseK),
  };
}

/** What stood still while its machine stood, for hours, has its time to follow once that is driven. */
function drivenStep(
  before: StillState,
  points: Record<SensorName, PointState>,
  outputs: Outputs,
  dtS: number,
): Pick<StillState, 'drivenPct' | 'drivenS'> {
  const [atPct, forS] = [{ ...before.drivenPct }, { ...before.drivenS }];
  for (const name of DRIVEN) {
    const nowPct = drivenPct(name, outputs);
    if (points[name].sameS === 0) atPct[name] = nowPct;
    forS[name] = Math.abs(nowPct - atPct[name]) < DRIVEN_PCT ? 0 : Math.min(GAS_FOLLOWS_S, forS[name] + dtS);
  }
  return { drivenPct: atPct, drivenS: forS };
}

/** A flow, power or hot gas that has not moved although what drives it has: not to be trusted. */
function doubtDriven(est: Estimates, points: Record<SensorName, PointState>, state: StillState): void {
  for (const name of DRIVEN) {
    const followsS = name === 'dischargeC' ? GAS_FOLLOWS_S : DRIVEN_S;
    if (state.drivenS[name] < followsS || !stands(points[name]) || !usable(est[name])) continue;
    const reason = `${name}: stands still at ${est[name].value.toFixed(1)} although its machine has been driven otherwise for long; not to be trusted`;
    est[name] = { ...est[name], quality: 'degraded', reason };
  }
}

/** Replaces those that stand still. Changes `est` in place, as `addRedundancy` does. */
export function replaceStill(
  est: Estimates,
  points: Record<SensorName, PointState>,
  state: StillState,
  balance: BalanceState,
  outputs: Outputs,
): void {
  const addK = addedK(est, balance, outputs.rejectOn > 0);
  const before = { ...est };
  for (const name of state.flowedS < FOLLOWS_S ? [] : JUDGED) {
    // A stuck condenser sensor can make the tank valve go to and fro: only the return has to wait for that one.
    if ((name === 'returnC' ? state.tankS : state.rejectS) < FOLLOWS_S) continue;
    const was = state.when[name];
    const other = otherOf(name, outputs);
    if (was === null || !stands(points[name]) || !usable(before[name]) || !current(before[other])) continue;
    const now = expected(name, before, addK, outputs);
    // Both: power alone proves nothing, for its heat may go elsewhere.
    const movedK = Math.min(Math.abs(now.otherC - was.otherC), Math.abs(now.expectedC - was.expectedC));
    // Supply and condenser share their water: far apart, it stood still while they were already unlike.
    const apartK = name === 'returnC' ? 0 : Math.abs(now.expectedC - before[name].value);
    if (movedK > AWAY_K || apartK > APART_K) est[name] = instead(name, 'stands still', now.expectedC, other);
  }
  doubtDriven(est, points, state);
  const tank = points.hotWaterC;
  const idle = stands(tank) && tank.sameS > TANK_STANDS_S && est.hotWaterC.value > TANK_WARM_C;
  if (usable(est.hotWaterC) && stands(tank) && (idle || state.tankRiseK > TANK_RISE_K)) {
    const value = est.hotWaterC.value + state.tankRiseK;
    est.hotWaterC = instead('hotWaterC', 'stands still', value, 'the heat that went into the tank');
  }
}
