import { plannedAccelW } from '../estimate.ts';
import { pumpSinkC } from '../learn/own-pump.ts';
import { clamp } from '../physics.ts';
import type { DecidedState } from '../state.ts';
import type { CompressorInput } from './compressor.ts';
import type { CoolAim } from './cool.ts';
import type { DecideFacts } from './decide.ts';
import { COIL_K } from './hotwater.ts';

const FROST_SET_C = 25;
/** The heat pump slows down over these kelvins below its hottest water. */
const HOTTEST_THROTTLE_K = 4;
const COMPRESSOR_MIN_PCT = 30;
/** Short of the 110 °C at which the interlock stops it: the last kelvins of a hot tank are for other heat. */
const HOT_GAS_C = 104;
const HOT_GAS_THROTTLE_K = 6;

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
      wanted: est.dischargeC.value < HOT_GAS_C,
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
  return { wanted: plan.supplySetC > 0, setC: plan.supplySetC, storeC: est.bufferTopC.value, needW, sinkC };
}

/** Most speed: quiet hours, the dew point, and the hottest water this machine may make. */
export function speedLimitPct(f: DecideFacts, cool: CoolAim | undefined): number {
  if (cool) return Math.min(f.wish.compressorMaxPct, cool.maxPct);
  const { condenserOutC, supplyC } = f.est;
  const hotC = condenserOutC.quality === 'lost' ? supplyC.value : condenserOutC.value;
  const waterShare = (f.input.house.heatPumpMaxC - hotC) / HOTTEST_THROTTLE_K;
  const gasShare = (HOT_GAS_C - f.est.dischargeC.value) / HOT_GAS_THROTTLE_K;
  const share = clamp(Math.min(waterShare, gasShare), 0, 1);
  return Math.min(f.wish.compressorMaxPct, COMPRESSOR_MIN_PCT + (100 - COMPRESSOR_MIN_PCT) * share);
}
