import type { House } from '../contract/house.ts';
import type { Reason, SafetyState } from '../contract/messages.ts';
import { SENSOR_NAMES } from '../contract/points.ts';
import { comfortStep, type Wish } from './comfort/comfort.ts';
import { lastHeater } from './comfort/last-heater.ts';
import { roomsOf } from './comfort/rooms.ts';
import { commissionView } from './commission/commission.ts';
import { coolAim } from './decide/cool.ts';
import { loopsStep } from './decide/decide.ts';
import { emergencyPlan, emergencyStep } from './decide/emergency.ts';
import { exerciseReasons } from './decide/exercise.ts';
import { drive } from './drive.ts';
import { energyStep, heatNow, heatWithBackup, heatWithStored } from './energy.ts';
import type { Estimates } from './estimate/points.ts';
import { estimate, isAbsent } from './estimate.ts';
import { gridHolds, gridWishes } from './grid/grid.ts';
import { interlock } from './interlock/interlock.ts';
import { capacityW, ownPumpStep, pumpSinkC } from './learn/own-pump.ts';
import { metersStep, metersView } from './meters.ts';
import { observedView, observeStep } from './observe.ts';
import { leaned, leanReasons, paysFromMs, paysReasons } from './price/lean.ts';
import { priceView } from './price/prices.ts';
import { actionOf, headline } from './say.ts';
import { sound } from './sound.ts';
import type { CoreState } from './state.ts';
import { isDue, supervise, type Wished } from './supervise.ts';
import type { StepInput, Verdict } from './types.ts';

export { initialState } from './state.ts';

const LOOP_S = 1;
const MAX_REASONS = 40;

interface LoopFacts {
  est: Estimates;
  input: Wished;
  wish: Wish;
  dewC: number | null;
}

function loops(state: CoreState, facts: LoopFacts, dtS: number): CoreState {
  const loopDueS = state.loopDueS + dtS;
  if (!isDue(loopDueS, LOOP_S) && state.atMs !== null) return { ...state, loopDueS };
  const { accel, heatPump } = state.interlock.stopped;
  const { est, input } = facts;
  const { swapped } = state.commission;
  const held = gridHolds(state.grid, state.plan.plan, state.decided.frost.heat, input.grid);
  const hold = {
    est,
    input,
    plan: held.plan,
    stopped: heatPump || swapped.water,
    hotWaterWanted: state.decided.hotWater.charging,
    tankStallsS: state.decided.hotWater.stalledS,
    dtS: loopDueS,
  };
  const emergency = emergencyStep(state.emergency, hold);
  const plan = held.locked ? held.plan : emergencyPlan(emergency, hold, state.decided.coolant.reject);
  const stopped = { accel: accel || swapped.coolant, heatPump: hold.stopped || held.heatPump };
  // After a restart the reversing valve is where it is, not where a fresh state has it.
  const reversing = { cooling: input.image.actuators.coolingOn > 0, stillS: 0 };
  const before = state.atMs === null ? { ...state.decided, reversing } : state.decided;
  const decided = loopsStep(before, { ...facts, plan, pump: state.pump.map, stopped, dtS: loopDueS });
  return { ...state, emergency, decided, loopDueS: 0 };
}

function decidedReasons({ est, input, dewC }: LoopFacts, { decided }: CoreState): Reason[] {
  const moves = exerciseReasons(decided.exercise);
  if (input.setPoints.mode !== 'cooling') return moves;
  const { text } = coolAim(est, dewC, input.setPoints.roomSetC, decided.compressor.on);
  return [...moves, { what: 'cooling', code: 'dew-point', text }];
}

const sensorReasons = (est: Estimates, image: StepInput['image']): Reason[] => {
  const reasons: Reason[] = [];
  for (const name of SENSOR_NAMES) {
    const { reason } = est[name];
    if (reason && !isAbsent(image, name))
      reasons.push({ what: name, code: `sensor-${est[name].quality}`, text: reason.slice(0, 400) });
  }
  return reasons;
};

/** Heat as people are told it. */
function heatTold(
  heat: Verdict['heat'],
  outputs: Verdict['outputs'],
  est: Estimates,
  house: House,
  { pump }: CoreState,
) {
  const mostW = capacityW(pump.map, house, pumpSinkC(est), est.outdoorC.value);
  return heatWithBackup(heatWithStored(heat, outputs, mostW), outputs, house);
}

/** All that is counted and learnt of a tick once its outputs are known. */
function counted(
  state: CoreState,
  est: Estimates,
  heat: Verdict['heat'],
  outputs: Verdict['outputs'],
  wouldBe: Verdict['wouldBe'],
  { house, market, ems, timeMs, dtS, setPoints: { operation } }: StepInput,
): Pick<CoreState, 'energy' | 'pumped' | 'owedKwh' | 'pump' | 'meters' | 'observe'> {
  const pump = ownPumpStep(state.pump, est, heat.condenserW, outputs, house, dtS);
  const meters = metersStep(state.meters, { est, heat, outputs, house, market, ems, map: pump.map, timeMs, dtS });
  const { condenserW } = heat;
  const { supplySetC } = state.plan.plan;
  const shared = { est, house, market, ems, map: pump.map, dtS };
  const observe = observeStep(state.observe, { ...shared, condenserW, wouldBe, operation, supplySetC });
  const { energy, pumped, owedKwh } = energyStep(state, est, heat, outputs.coolingOn > 0, dtS);
  return { energy, pumped, owedKwh, pump, meters, observe };
}

/** Watts that compute may turn into work, those for filler, and those that pay. */
function grantsOf({ decided, interlock: { stopped } }: CoreState, checking: boolean, capW: number) {
  const watts = stopped.accel ? 0 : checking ? capW : Math.min(decided.grantW, capW);
  return {
    grantW: watts,
    fillerW: checking ? watts : Math.min(watts, decided.fillerW),
    payW: Math.min(watts, Math.max(decided.fillerW, decided.paidW)),
  } satisfies Partial<Verdict>;
}

const stops = (safety: SafetyState): boolean => safety === 'S3' || safety === 'S4';

const inEffect = ({ setPoints: { mode, roomSetC }, hotWater }: Wish): Verdict['inEffect'] => ({
  mode,
  roomSetC,
  hotWaterSetC: hotWater.setC,
});

/** What is sensed and wished at this moment, before anything is decided. */
function perceived(previous: CoreState, given: StepInput, realS: number) {
  const { image, house, dtS, lapsed = [] } = given;
  const estimated = estimate(previous.estimate, image, house, dtS, realS);
  const { est, dewC, shown: zones, reasons } = roomsOf(estimated.est, given.zones ?? [], house.comfort);
  const { plan } = previous.plan;
  const managed = gridWishes(previous.grid, est, given, plan.mode);
  const asked = leaned(managed.input, given.setPoints, plan, est, previous.pump.map);
  const { state: comfort, wish: wished } = comfortStep(previous.comfort, asked, est, plan, previous.pump.map, dtS);
  const wish = lastHeater(wished, house, previous);
  const input: Wished = { ...asked, setPoints: wish.setPoints };
  const state: CoreState = { ...previous, estimate: estimated.state, comfort, grid: managed.state };
  return { state, facts: { est, input, wish, dewC }, zones, told: [...reasons, ...lapsed, ...leanReasons(asked)] };
}

/**
 * One control tick, pure: estimate every call, loops at 1 Hz, supervision at 60 s, interlock last. `input.dtS` is house time;
 * the ages of readings and the patience of the interlock count on the image's own monotonic time.
 */
export function step(previous: CoreState, told: StepInput): { state: CoreState; verdict: Verdict } {
  const given = sound(previous.atMs, told);
  const { image, house, dtS } = given;
  const realS = previous.atMs === null ? 0 : Math.max(0, (image.atMs - previous.atMs) / 1000);
  const { state: begun, facts, zones, told: inputReasons } = perceived(previous, given, realS);
  const { est, input, wish } = facts;
  let state = loops(supervise(begun, input, est, wish, dtS), facts, dtS);
  const driven = drive(state, est, { ...given, setPoints: wish.setPoints }, realS);
  state = driven.state;
  const locked = interlock(state.interlock, {
    image,
    est,
    balance: begun.estimate.balance,
    house,
    decided: driven.outputs,
    observing: driven.wouldBe !== undefined,
    dtS,
    realS,
    acknowledgedBy: given.acknowledge?.by,
  });
  const { outputs, safety, latched } = locked;
  const heat = heatNow(est, outputs, state.decided.compressor);
  const shownHeat = heatTold(heat, outputs, est, house, begun);
  const { energy, pumped, owedKwh, pump, meters, observe } = counted(state, est, heat, outputs, driven.wouldBe, given);
  // Field by field: a second spread in one object costs ten times the first.
  state = { ...state, interlock: locked.state, energy, pumped, owedKwh, pump, meters, observe, atMs: image.atMs };
  const action = actionOf(state, outputs, heat, latched.latched || stops(safety), wish.setPoints.mode);
  const computeFromMs = paysFromMs(state.plan.plan.why, given);
  const grants = grantsOf(state, driven.checking, outputs.accelCapW);
  return {
    state,
    verdict: {
      outputs,
      action,
      safety,
      latched: latched.latched,
      latches: latched.latches,
      acknowledged: latched.acknowledged,
      grantW: grants.grantW,
      fillerW: grants.fillerW,
      payW: grants.payW,
      heatNeedW: state.plan.plan.heatNeedW,
      heat: shownHeat,
      energy: state.energy,
      meters: metersView(state.meters),
      price: priceView(given.market, computeFromMs),
      zones,
      overrides: state.comfort.overrides,
      inEffect: inEffect(wish),
      reasons: [
        headline(action, state, est, input, outputs, shownHeat, locked.reasons),
        ...locked.reasons,
        ...driven.reasons,
        ...wish.reasons,
        ...decidedReasons(facts, state),
        ...inputReasons,
        ...paysReasons(computeFromMs, given),
        ...sensorReasons(est, image),
      ].slice(0, MAX_REASONS),
      dimming: driven.dimming,
      wouldBe: driven.wouldBe,
      observed: observedView(state.observe),
      commission: commissionView(state.commission),
    },
  };
}
