import type { House } from '../../contract/house.ts';
import type { Estimates } from '../estimate/points.ts';
import { plannedAccelW } from '../estimate.ts';
import { COOLANT_W_PER_LPM_K, clamp } from '../physics.ts';
import { HELD_PCT, PID_OFF, type PidState, pidControl, pidStep, simcGains } from '../pid.ts';
import { PUMP_MIN_PCT, pumpProcess, TUNED_STEP_S, type Tuning, tunedGains, UNTUNED } from './pump-gains.ts';

/** The accelerator loop: the pump holds the coolant outlet, the valve picks house or dry cooler, the fan holds the inlet. */
export interface CoolantState {
  pump: PidState;
  pumpPct: number;
  fan: PidState;
  fanPct: number;
  reject: boolean;
  /** Seconds since the valve moved. */
  valveS: number;
  /** Seconds for which the house side has not taken the heat. */
  refusedS: number;
  /** Coolant outlet of the last step, °C; null before the first. */
  outC: number | null;
  /** Litres per minute for each percent of pump, learnt from the flow meter. */
  lpmPerPct: number;
  /** Seconds since the accelerator last drew power worth cooling. */
  coolS: number;
  /** Found by commissioning, kept over restarts; and its gain when the pump was last moved. */
  tuning: Tuning;
  kcShare: number;
}

export const COOLANT_START: CoolantState = {
  pump: PID_OFF,
  pumpPct: 100,
  fan: PID_OFF,
  fanPct: 0,
  reject: true,
  valveS: 3600,
  refusedS: 0,
  outC: null,
  lpmPerPct: 0.2,
  coolS: 0,
  tuning: UNTUNED,
  kcShare: UNTUNED.kc,
};

const FAN_MIN_PCT = 10;
const VALVE_MIN_S = 120;
/** The outlet this far above its set-point for this long: the house side does not take the heat. */
const REFUSED_K = 5;
const REFUSED_S = 45;
/** Unless it falls this fast: after a charge of the tank the loop is hot of its water, and the house takes that first. */
const TAKEN_K_PER_S = 0.02;
/** The valve needs a few seconds from end to end. */
const TURNED_S = 10;
const RUN_ON_S = 180;
const COOLING_W = 150;
/** The dry cooler returns the coolant this much below the outlet's set-point. */
const RETURN_BELOW_K = 8;

/** Whether the house side has the accelerator's heat: asked before any is made for it. */
export const reachesHouse = ({ reject, valveS }: CoolantState): boolean => !reject && valveS >= TURNED_S;

export interface CoolantInput {
  est: Estimates;
  house: House;
  /** Somebody on the water side wants heat now. */
  taker: boolean;
  /** The house must not get this heat (cooling): the valve turns at once. */
  never: boolean;
  /** Outlet temperature to hold: at least the house's, more when hot water needs it. */
  outSetC: number;
  supplied: boolean;
  /** Percent of pump and fan that are really in force: the interlock may have raised them. */
  pumpNowPct: number;
  fanNowPct: number;
  dtS: number;
}

function learnFlow(state: CoolantState, input: CoolantInput): number {
  const { accelFlowLpm } = input.est;
  if (accelFlowLpm.quality !== 'good' || input.pumpNowPct < PUMP_MIN_PCT || accelFlowLpm.value < 1)
    return state.lpmPerPct;
  const seen = clamp(accelFlowLpm.value / input.pumpNowPct, 0.02, 2);
  return state.lpmPerPct + (seen - state.lpmPerPct) * (1 - Math.exp(-input.dtS / 20));
}

function pump(state: CoolantState, input: CoolantInput, lpmPerPct: number): { pid: PidState; pct: number } {
  const { est, outSetC, dtS } = input;
  const watts = est.accelW.value;
  const flowNeedLpm = watts / (COOLANT_W_PER_LPM_K * Math.max(4, outSetC - est.accelInC.value));
  const process = pumpProcess(watts, est.accelFlowLpm.value, lpmPerPct);
  const assumed = simcGains(process, dtS);
  const measured = est.accelOutC.value;
  const gains = dtS > TUNED_STEP_S ? assumed : tunedGains(assumed, state.tuning);
  // Bumpless: what another gain makes of the same error, the integral takes back.
  const changeK = (state.pump.set ?? measured) - measured;
  const bump = assumed.kc * (state.kcShare - state.tuning.kc) * changeK;
  const { integralMax } = process;
  const held = { ...state.pump, integral: clamp(state.pump.integral + bump, -integralMax, integralMax) };
  const { state: pid, output } = pidControl(held, gains, process, {
    set: outSetC,
    measured,
    feedForward: clamp(flowNeedLpm / lpmPerPct, 0, 100),
    held: Math.abs(input.pumpNowPct - state.pumpPct) > HELD_PCT,
    dtS,
  });
  return { pid, pct: output };
}

function fan(state: CoolantState, input: CoolantInput): { pid: PidState; pct: number } {
  const { est, outSetC, house, dtS } = input;
  const returnSetC = outSetC - RETURN_BELOW_K;
  const headroomK = Math.max(3, returnSetC - est.outdoorC.value);
  // Full fan is sized for full power at 20 K over the air; half the air moves rather more than half the heat.
  const process = {
    gain: -0.25,
    tauS: 60,
    delayS: 15,
    lambdaS: 30,
    derivativeS: 0,
    setTauS: 0,
    min: FAN_MIN_PCT,
    max: 100,
    integralMax: 60,
  };
  const { state: pid, output } = pidStep(state.fan, process, {
    set: returnSetC,
    measured: est.accelInC.value,
    feedForward: clamp((100 * (est.accelW.value / Math.max(500, house.accelMaxW)) * 20) / headroomK, 0, 100),
    held: Math.abs(input.fanNowPct - state.fanPct) > HELD_PCT,
    dtS,
  });
  return { pid, pct: output };
}

function valve(state: CoolantState, input: CoolantInput, refusedS: number): boolean {
  if (refusedS >= REFUSED_S || input.never) return true;
  if (input.taker === !state.reject) return state.reject;
  if (state.valveS < VALVE_MIN_S) return state.reject;
  return !input.taker;
}

/** Heat that is being made and finds nobody: a loop at rest and one that gives its heat up are hot for another reason. */
function refusal(state: CoolantState, { est, outSetC, dtS }: CoolantInput, drawing: boolean): number {
  const hot = est.accelOutC.value > outSetC + REFUSED_K;
  const falls = state.outC !== null && est.accelOutC.value < state.outC - TAKEN_K_PER_S * dtS;
  const refuses = hot && drawing && !falls && !state.reject;
  return refuses ? state.refusedS + dtS : Math.max(0, state.refusedS - dtS / 10);
}

export function coolantStep(previous: CoolantState, input: CoolantInput): CoolantState {
  const { est, dtS } = input;
  const lpmPerPct = learnFlow(previous, input);
  const drawing = input.supplied && (plannedAccelW(est) > COOLING_W || est.accelW.quality === 'lost');
  const refusedS = refusal(previous, input, drawing);
  const reject = valve(previous, input, refusedS);
  const moved = reject !== previous.reject;
  const coolS = drawing ? 0 : Math.min(1e6, previous.coolS + dtS);
  const warm = est.accelOutC.value - est.accelInC.value > 2;
  const state = {
    ...previous,
    lpmPerPct,
    refusedS,
    outC: est.accelOutC.value,
    reject,
    valveS: moved ? 0 : Math.min(1e6, previous.valveS + dtS),
    coolS,
  };
  if (!drawing && coolS > RUN_ON_S && !warm) {
    return { ...state, pump: PID_OFF, pumpPct: input.supplied ? PUMP_MIN_PCT : 0, fan: PID_OFF, fanPct: 0 };
  }
  const { pid, pct } = pump(state, input, lpmPerPct);
  const blown = reject && drawing ? fan(state, input) : { pid: PID_OFF, pct: 0 };
  return { ...state, pump: pid, pumpPct: pct, kcShare: state.tuning.kc, fan: blown.pid, fanPct: blown.pct };
}
