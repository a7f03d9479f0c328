import type { Estimates } from '../estimate/points.ts';
import { clamp, lagShare } from '../physics.ts';
import type { StepInput } from '../types.ts';
import { loadW, supplyTargetC } from './curve.ts';
import { STORE_ABOVE_K } from './decide.ts';
import type { Tier } from './dispatch.ts';
import { money, NOTHING_PAYS, type Pays, paysNow, steadyPays } from './money.ts';

/** What supervision decides once a minute, and the loops then hold. */
export interface Plan {
  mode: StepInput['setPoints']['mode'];
  /** 0 = the house needs no heat. */
  supplySetC: number;
  loadW: number;
  heatNeedW: number;
  backupWanted: boolean;
  /** Unpaid filler and sold answers that pay, by source; `fillerW` and `paidW` with the sun at the time of planning. */
  filler: Pays;
  paid: Pays;
  fillerW: number;
  paidW: number;
  surplusW: number;
  /** First tier of the dispatch: what people are told. */
  why: { source: Tier['source']; priceEurPerKwh: number; alternativeEurPerKwh: number; marginEurPerKwh: number } | null;
  marketLive: boolean;
}

export interface PlanState {
  plan: Plan;
  /** Slow correction of the weather curve, K: what the room has taught. Kept over restarts. */
  trimK: number;
  /** Seconds since filler was switched on or off. */
  fillerS: number;
  /** Seconds for which the compressor alone has not been enough. */
  shortS: number;
  /** Outdoor temperature as a heavy house feels it. */
  outdoorMeanC: number | null;
}

export const PLAN_START: PlanState = {
  plan: {
    mode: 'off',
    supplySetC: 0,
    loadW: 0,
    heatNeedW: 0,
    backupWanted: false,
    filler: NOTHING_PAYS,
    paid: NOTHING_PAYS,
    fillerW: 0,
    paidW: 0,
    surplusW: 0,
    why: null,
    marketLive: false,
  },
  trimK: 0,
  fillerS: 3600,
  shortS: 0,
  outdoorMeanC: null,
};

const TRIM_TAU_S = 12 * 3600;
const TRIM_LIMIT_K = 5;
const HOUSE_TAU_S = 6 * 3600;
/** Watts per kelvin that the buffer is short: 500 L made up within half an hour. */
const BUFFER_W_PER_K = 1_150;
const ROOM_W_PER_K = 1_500;
const SHORT_BEFORE_BACKUP_S = 1800;
const SHORT_K = 4;

export interface PlanFacts {
  est: Estimates;
  input: StepInput;
  /** Accelerator watts that are safe now. */
  limitW: number;
  /** Surplus sun that has stood for a while, W. */
  surplusW: number;
  hotWaterWanted: boolean;
  /** The heat pump defrosts: what the buffer lacks meanwhile is no lack of power. */
  defrosting: boolean;
  /** What the room shows now follows from its set-point: it may teach the curve. */
  steady: boolean;
  compressorFull: boolean;
  /** The heat pump may not run: tripped, latched or locked. */
  compressorBlocked: boolean;
}

function heatNeed(facts: PlanFacts, houseW: number, supplySetC: number): number {
  const { est, input, hotWaterWanted } = facts;
  const tankW = hotWaterWanted ? 4000 : 0;
  if (input.setPoints.mode !== 'heating' || supplySetC === 0) return tankW;
  const roomW = est.roomC.quality === 'lost' ? 0 : ROOM_W_PER_K * (input.setPoints.roomSetC - est.roomC.value);
  const bufferW = BUFFER_W_PER_K * (supplySetC - est.bufferTopC.value);
  return clamp(houseW + roomW + bufferW, 0, 1.5 * input.house.designLoadW) + tankW;
}

/** Heat that would be taken if it came: the need, and what the store holds above its set-point. */
function heatTake(facts: PlanFacts, heatNeedW: number, supplySetC: number): number {
  if (facts.input.setPoints.mode !== 'heating' || supplySetC === 0) return heatNeedW;
  const fullC = Math.min(facts.input.house.bufferMaxC - 3, supplySetC + STORE_ABOVE_K);
  const roomK = fullC - Math.max(supplySetC, facts.est.bufferTopC.value);
  return heatNeedW + BUFFER_W_PER_K * Math.max(0, roomK);
}

/** Wider than any climate, narrower than what the store refuses. */
const OUTDOOR_LIMIT_C = 50;

function learn(state: PlanState, facts: PlanFacts, dtS: number): Pick<PlanState, 'trimK' | 'outdoorMeanC'> {
  const { est, input } = facts;
  const outdoorC = est.outdoorC.value;
  const meanC = state.outdoorMeanC ?? outdoorC;
  const outdoorMeanC = clamp(
    meanC + (outdoorC - meanC) * lagShare(dtS, HOUSE_TAU_S),
    -OUTDOOR_LIMIT_C,
    OUTDOOR_LIMIT_C,
  );
  const { mode, roomSetC } = input.setPoints;
  const teaches = facts.steady && mode === 'heating' && est.roomC.quality !== 'lost' && state.plan.supplySetC > 0;
  const stepK = teaches ? 4 * (roomSetC - est.roomC.value) * lagShare(dtS, TRIM_TAU_S) : 0;
  return { outdoorMeanC, trimK: clamp(state.trimK + stepK, -TRIM_LIMIT_K, TRIM_LIMIT_K) };
}

/** One supervision: targets, heat need, and the watts that pay. */
export function planStep(state: PlanState, facts: PlanFacts, dtS: number): PlanState {
  const { est, input } = facts;
  const { house, setPoints, market } = input;
  const { trimK, outdoorMeanC } = learn(state, facts, dtS);
  const heating = setPoints.mode === 'heating';
  const feltC = 0.5 * (outdoorMeanC! + est.outdoorC.value);
  const roomC = est.roomC.quality === 'lost' ? setPoints.roomSetC : est.roomC.value;
  const supplySetC = heating ? supplyTargetC(house, setPoints.roomSetC, feltC, roomC, trimK) : 0;
  const houseW = supplySetC > 0 ? loadW(house, setPoints.roomSetC, feltC) : 0;
  const heatNeedW = heatNeed(facts, houseW, supplySetC);
  const short =
    supplySetC > 0 && est.bufferTopC.value < supplySetC - SHORT_K && (facts.compressorFull || facts.compressorBlocked);
  // While the tank is charged nothing is learnt of the buffer: the count stands still.
  const stands = facts.hotWaterWanted || facts.defrosting;
  const shortS = short && !facts.defrosting ? state.shortS + dtS : stands ? state.shortS : 0;
  // Once wanted, resistive heat stays wanted until the buffer has caught up.
  const behind = supplySetC > 0 && est.bufferTopC.value < supplySetC - 1;
  const backupWanted =
    input.house.backupHeaterW > 0 && (shortS >= SHORT_BEFORE_BACKUP_S || (state.plan.backupWanted && behind));
  const { surplusW, limitW } = facts;
  const heatW = heatTake(facts, heatNeedW, supplySetC);
  const found = money({ est, input, limitW, heatW, surplusW, resistiveRuns: backupWanted });
  const filler = steadyPays({ fillerW: state.plan.fillerW, fillerS: state.fillerS }, found);
  const paid = found?.paid ?? NOTHING_PAYS;
  const exportLimitW = input.grid?.exportLimitW ?? Number.POSITIVE_INFINITY;
  const fillerW = paysNow(filler, surplusW, exportLimitW);
  const turned = fillerW > 0 !== state.plan.fillerW > 0;
  const first = found?.dispatched.tiers[0];
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
      filler,
      paid,
      fillerW,
      paidW: paysNow(paid, surplusW, exportLimitW),
      surplusW,
      why,
      marketLive: market !== undefined,
    },
    trimK,
    outdoorMeanC,
    shortS,
    fillerS: turned ? 0 : Math.min(1e6, state.fillerS + dtS),
  };
}
