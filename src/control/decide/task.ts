import { plannedAccelW } from '../estimate.ts';
import { capacityW, copAt, pumpSinkC } from '../learn/own-pump.ts';
import { clamp } from '../physics.ts';
import type { DecidedState } from '../state.ts';
import { type CompressorInput, LEAST_LEVEL, MIN_PCT } from './compressor.ts';
import type { CoolAim } from './cool.ts';
import type { DecideFacts } from './decide.ts';
import { COIL_K } from './hotwater.ts';

/** Wished rise of the heating water over all its sources. */
export const WATER_RISE_K = 6;
const FROST_SET_C = 25;
/** While heat of COP 1 is made as well the pump aims higher: it is not the one to slow down. */
const BESIDE_COP_1_K = 1;
/** The heat pump slows down over these kelvins below its hottest water. */
const HOTTEST_THROTTLE_K = 4;
/** Short of the 110 °C at which the interlock stops it: the last kelvins of a hot tank are for other heat. */
const HOT_GAS_C = 104;
const HOT_GAS_THROTTLE_K = 6;
/** At its least speed it goes on to here: one that stops in the last kelvins does not start again for them. */
const HOT_GAS_STOP_C = 107;

/** Heat of the accelerator into the water, W. */
export const accelHeatW = (f: DecideFacts, rejecting: boolean): number => (rejecting ? 0 : plannedAccelW(f.est));

/** What the compressor should serve: hot water first, then frost, then the mode. */
export function compressorTask(
  f: DecideFacts,
  state: DecidedState,
  charging: boolean,
  frostHeat: boolean,
  cool: CoolAim,
): Pick<CompressorInput, 'wanted' | 'setC' | 'storeC' | 'needW'> & { sinkC: number } {
  const { est, plan, input, wish } = f;
  const sinkC = pumpSinkC(est);
  if (charging) {
    const storeC = est.hotWaterC.value + COIL_K;
    return {
      wanted: est.dischargeC.value < HOT_GAS_STOP_C && (state.compressor.on || !chargesAlone(f, state)),
      setC: wish.hotWater.setC + COIL_K,
      storeC,
      needW: 1e5,
      sinkC: storeC,
    };
  }
  if (frostHeat) return { wanted: true, setC: FROST_SET_C, storeC: est.returnC.value, needW: 3000, sinkC };
  if (input.setPoints.mode === 'cooling') {
    const storeC = -est.bufferTopC.value;
    return { wanted: cool.wanted, setC: -cool.bufferSetC, storeC, needW: 2000, sinkC: est.outdoorC.value + 10 };
  }
  const needW = Math.max(0, plan.heatNeedW - accelHeatW(f, state.coolant.reject));
  const setC = plan.supplySetC + (plan.backupWanted ? BESIDE_COP_1_K : 0);
  return { wanted: plan.supplySetC > 0, setC, storeC: est.bufferTopC.value, needW, sinkC };
}

/** A tank may take its time while the house can wait for it: speeds in question, and the least heat for it, W. */
const CHARGE_LEVELS = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;
const CHARGE_LEAST_W = 5000;
/** A tank this cold is needed at once. */
const COLD_TANK_K = 7;
/** Above this share of what the pump can give, the house cannot wait. */
const BUSY_SHARE = 0.6;

/** Whether the house would miss the pump while it charges the tank. */
const busy = ({ plan }: DecideFacts, fullW: number): boolean => plan.supplySetC > 0 && plan.loadW > BUSY_SHARE * fullW;

/**
 * The pump's dearest heat is that of a tank: an accelerator that computes anyway gets it hot by itself, in a little more time. A
 * tank colder than this, or one from which so much is drawn that it does not get hotter, gets both.
 */
export const ALONE_W = 2500;
const ALONE_COLD_K = 10;
const ALONE_STALL_S = 600;

function chargesAlone(f: DecideFacts, { hotWater }: DecidedState): boolean {
  const { est, wish, pump, input } = f;
  if (wish.hotWater.killing || est.hotWaterC.value < wish.hotWater.setC - ALONE_COLD_K) return false;
  const fullW = capacityW(pump, input.house, pumpSinkC(est), est.outdoorC.value);
  return plannedAccelW(est) > ALONE_W && hotWater.stalledS < ALONE_STALL_S && !busy(f, fullW);
}

/** Speed at which the tank is charged, percent: the best COP of the learnt map, fan and pump included. */
function chargePct(f: DecideFacts): number {
  const { est, input, pump, wish } = f;
  const [sinkC, outdoorC] = [est.hotWaterC.value + COIL_K, est.outdoorC.value];
  const fullW = capacityW(pump, input.house, sinkC, outdoorC);
  const cold = est.hotWaterC.value < wish.hotWater.setC - COLD_TANK_K;
  if (wish.hotWater.killing || cold || busy(f, fullW)) return 100;
  const enough = CHARGE_LEVELS.filter((level) => level * fullW >= CHARGE_LEAST_W);
  const cop = (level: number) => copAt(pump, level, sinkC, outdoorC);
  return 100 * enough.reduce((best, level) => (cop(level) > cop(best) ? level : best), 1);
}

/** Speeds at which the pump may heat in cycles instead of running through slower, and the COP that their starts must gain. */
const CYCLE_LEVELS = [0.4, 0.5, 0.6] as const;
const CYCLE_GAIN = 1.04;
/** Seconds of part load before the map is asked: the papers alone praise full speed. */
const KNOWN_S = 20 * 3600;

/**
 * Least speed while the house is heated, percent: a machine whose fan and pump weigh much at its least speed runs faster
 * and rests, by the COP of the learnt map, its hotter water at that speed included.
 */
export function heatingLeastPct({ est, input, pump }: DecideFacts): number {
  if (pump.partS < KNOWN_S) return MIN_PCT;
  const { compressorOn, compressorPct } = input.image.actuators;
  const nowLevel = compressorOn > 0 ? compressorPct / 100 : LEAST_LEVEL;
  const cop = (level: number) =>
    copAt(pump, level, pumpSinkC(est) + WATER_RISE_K * (level - nowLevel), est.outdoorC.value);
  const best = CYCLE_LEVELS.reduce<number>((a, level) => (cop(level) > cop(a) ? level : a), LEAST_LEVEL);
  return cop(best) > CYCLE_GAIN * cop(LEAST_LEVEL) ? 100 * best : MIN_PCT;
}

/** Most speed: quiet hours, the dew point, and the hottest water this machine may make. */
export function speedLimitPct(f: DecideFacts, cool: CoolAim | undefined, charging: boolean): number {
  if (cool) return Math.min(f.wish.compressorMaxPct, cool.maxPct);
  const { condenserOutC, supplyC } = f.est;
  const hotC = condenserOutC.quality === 'lost' ? supplyC.value : condenserOutC.value;
  const waterShare = (f.input.house.heatPumpMaxC - hotC) / HOTTEST_THROTTLE_K;
  const gasShare = (HOT_GAS_C - f.est.dischargeC.value) / HOT_GAS_THROTTLE_K;
  const share = clamp(Math.min(waterShare, gasShare), 0, 1);
  const mostPct = Math.min(f.wish.compressorMaxPct, charging ? chargePct(f) : 100);
  return Math.min(mostPct, MIN_PCT + (100 - MIN_PCT) * share);
}
