import type { Estimates } from '../estimate/points.ts';
import { copAt, pumpSinkC } from '../learn/own-pump.ts';
import type { PumpMap } from '../learn/pump-map.ts';
import { clamp } from '../physics.ts';
import type { StepInput } from '../types.ts';
import { LEAST_LEVEL } from './compressor.ts';
import { loadW, supplyTargetC } from './curve.ts';
import { STORE_ABOVE_K } from './decide.ts';
import { leading, type Tier } from './dispatch.ts';
import { money, NOTHING_PAYS, type Pays, paysNow, steadyPays } from './money.ts';
import { resistive } from './resistive.ts';
import { learnTrim } from './trim.ts';

/** What supervision decides once a minute, and the loops then hold. */
export interface Plan {
  mode: StepInput['setPoints']['mode'];
  /** 0 = the house needs no heat. */
  supplySetC: number;
  loadW: number;
  heatNeedW: number;
  backupWanted: boolean;
  /** The accelerator has had its time to give that heat, or cannot. */
  heaterWanted: boolean;
  /** Heat of COP 1 that house and buffer lack beside the heat pump, W; 0 while none is wanted. */
  resistiveW: number;
  /** Unpaid filler and sold answers that pay, by source; `fillerW` and `paidW` with the sun at the time of planning. */
  filler: Pays;
  paid: Pays;
  fillerW: number;
  paidW: number;
  surplusW: number;
  /** Own sun that would be fed in carries the heat pump at a good part of its power. */
  sunny: boolean;
  /** Leading tier of the dispatch: what people are told. */
  why: { source: Tier['source']; priceEurPerKwh: number; alternativeEurPerKwh: number; marginEurPerKwh: number } | null;
  marketLive: boolean;
}

export interface PlanState {
  plan: Plan;
  /** Slow correction of the weather curve, K: what the room has taught. Kept over restarts. */
  trimK: number;
  /** Seconds for which it has, as far as they count. Kept as well. */
  taughtS: number;
  /** Seconds since filler was switched on or off. */
  fillerS: number;
  /** Seconds for which the compressor alone has not been enough. */
  shortS: number;
  /** Seconds for which resistive heat has been wanted. */
  wantedS: number;
}

export const PLAN_START: PlanState = {
  plan: {
    mode: 'off',
    supplySetC: 0,
    loadW: 0,
    heatNeedW: 0,
    backupWanted: false,
    heaterWanted: false,
    resistiveW: 0,
    filler: NOTHING_PAYS,
    paid: NOTHING_PAYS,
    fillerW: 0,
    paidW: 0,
    surplusW: 0,
    sunny: false,
    why: null,
    marketLive: false,
  },
  trimK: 0,
  taughtS: 0,
  fillerS: 3600,
  shortS: 0,
  wantedS: 0,
};

/** Watts per kelvin that the buffer is short: 500 L made up within an hour; in a hurry they would be made at full speed. */
const MADE_UP_W_PER_K = 500;
/** Watts per kelvin that it holds above its set-point, or may: given off within half an hour. */
const STORED_W_PER_K = 1_150;
export const ROOM_W_PER_K = 1_500;
export const TANK_W = 4000;
/** Share of the pump's rating that own sun must cover to be worth waiting for. */
const SUNNY_SHARE = 0.5;

export interface PlanFacts {
  est: Estimates;
  input: StepInput;
  /** Accelerator watts that are safe now. */
  limitW: number;
  /** Surplus sun that has stood for a while, W. */
  surplusW: number;
  hotWaterWanted: boolean;
  accelReachesHouse: boolean;
  /** The heat pump defrosts: what the buffer lacks meanwhile is no lack of power. */
  defrosting: boolean;
  /** What the room shows now follows from its set-point: it may teach the curve. */
  steady: boolean;
  /** The room's set-point less what it has been raised by of late. */
  stoodSetC: number;
  /** In place of the weather curve. */
  fixedSupplyC?: number | undefined;
  pump: PumpMap;
  /** Speed 0..1 that the compressor has been given. */
  level: number;
  /** Most that it may be given: quiet hours. */
  mostLevel: number;
  compressorFull: boolean;
  /** The heat pump may not run: tripped, latched or locked. */
  compressorBlocked: boolean;
}

function heatNeed(facts: PlanFacts, houseW: number, supplySetC: number): number {
  const { est, input, hotWaterWanted } = facts;
  const tankW = hotWaterWanted ? TANK_W : 0;
  if (input.setPoints.mode !== 'heating' || supplySetC === 0) return tankW;
  const roomW = est.roomC.quality === 'lost' ? 0 : ROOM_W_PER_K * (input.setPoints.roomSetC - est.roomC.value);
  const missingK = supplySetC - est.bufferTopC.value;
  const bufferW = missingK * (missingK > 0 ? MADE_UP_W_PER_K : STORED_W_PER_K);
  return clamp(houseW + roomW + bufferW, 0, 1.5 * input.house.designLoadW) + tankW;
}

/** Heat that would be taken if it came: the need, and what the store holds above its set-point. */
function heatTake(facts: PlanFacts, heatNeedW: number, supplySetC: number): number {
  const { setPoints, image } = facts.input;
  const { heatFlowLpm } = facts.est;
  // Without flow no heat gets there, whatever the house needs; nor while the valve turns it outdoors, as for a tank too hot.
  const dry = heatFlowLpm.quality !== 'lost' && heatFlowLpm.value < 1 && image.actuators.circulationPct >= 15;
  if (dry || !facts.accelReachesHouse) return 0;
  if (setPoints.mode !== 'heating' || supplySetC === 0) return heatNeedW;
  const fullC = Math.min(facts.input.house.bufferMaxC - 3, supplySetC + STORE_ABOVE_K);
  return heatNeedW + STORED_W_PER_K * Math.max(0, fullC - Math.max(supplySetC, facts.est.bufferTopC.value));
}

/** One supervision: targets, heat need, and the watts that pay. */
export function planStep(state: PlanState, facts: PlanFacts, dtS: number): PlanState {
  const { est, input } = facts;
  const { house, setPoints, market } = input;
  const { trimK, taughtS } = learnTrim(state, facts, dtS);
  // Windows and draughts act at once and the floor follows hours later: a mean of the past would come too late.
  const outdoorC = est.outdoorC.value;
  const roomC = est.roomC.quality === 'lost' ? setPoints.roomSetC : est.roomC.value;
  const supplySetC =
    setPoints.mode === 'heating'
      ? (facts.fixedSupplyC ?? supplyTargetC(house, setPoints.roomSetC, outdoorC, roomC, trimK))
      : 0;
  const houseW = supplySetC > 0 ? loadW(house, setPoints.roomSetC, outdoorC) : 0;
  const heatNeedW = heatNeed(facts, houseW, supplySetC);
  const { stoodSetC } = facts;
  const stoodSupplyC =
    supplySetC > 0 ? (facts.fixedSupplyC ?? supplyTargetC(house, stoodSetC, outdoorC, roomC, trimK)) : 0;
  const needs = { supplySetC: stoodSupplyC, roomSetC: stoodSetC, houseW, heatNeedW };
  const { shortS, wantedS, backupWanted, heaterWanted, resistiveW } = resistive(state, facts, needs, dtS);
  const { surplusW, limitW } = facts;
  const pumpDrawsW = est.compressorW.quality === 'lost' ? 0 : est.compressorW.value;
  const heatW = heatTake(facts, heatNeedW, supplySetC);
  // A pump at rest is judged at its least speed.
  const cop = copAt(facts.pump, Math.max(LEAST_LEVEL, facts.level), pumpSinkC(est), est.outdoorC.value);
  const found = money({ input, limitW, heatW, surplusW, resistiveW, cop });
  const before = { fillerW: state.plan.fillerW, gridW: state.plan.filler.gridW, fillerS: state.fillerS };
  const filler = steadyPays(before, found);
  const paid = found?.paid ?? NOTHING_PAYS;
  const exportLimitW = input.grid?.exportLimitW ?? Number.POSITIVE_INFINITY;
  const fillerW = paysNow(filler, surplusW, exportLimitW);
  const turned = fillerW > 0 !== state.plan.fillerW > 0;
  const first = found && leading(found.dispatched);
  const why = first
    ? {
        source: first.source,
        priceEurPerKwh: first.priceEurPerKwh,
        alternativeEurPerKwh: first.alternativeEurPerKwh,
        marginEurPerKwh: first.marginEurPerKwh,
      }
    : null;
  return {
    plan: {
      mode: setPoints.mode,
      supplySetC,
      loadW: houseW,
      heatNeedW,
      backupWanted,
      heaterWanted,
      resistiveW,
      filler,
      paid,
      fillerW,
      paidW: paysNow(paid, surplusW, exportLimitW),
      surplusW,
      sunny: surplusW > 0 && surplusW + pumpDrawsW > SUNNY_SHARE * house.compressorMaxW,
      why,
      marketLive: market !== undefined,
    },
    trimK,
    taughtS,
    shortS,
    wantedS,
    fillerS: turned ? 0 : Math.min(1e6, state.fillerS + dtS),
  };
}
