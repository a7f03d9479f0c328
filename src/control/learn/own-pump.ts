import type { House } from '../../contract/house.ts';
import type { Outputs } from '../../contract/points.ts';
import type { Estimates } from '../estimate/points.ts';
import { clamp, copOf } from '../physics.ts';
import { heatAt, learnPump, type PumpMap, powerAt, priorMap } from './pump-map.ts';

/**
 * The unit's own heat pump as it is, learnt from quarter hours of its heat meter: start-up loss, frost and defrosts are in
 * the figures. Fan and circulation pump have no meter of their own: their ratings are taken from the compressor's.
 */
export interface OwnPump {
  map: PumpMap;
  /** Seconds since the compressor started. */
  runS: number;
  /** Sums over the quarter hour that grows, each times seconds. */
  grown: { s: number; levelS: number; outdoorKs: number; sinkKs: number; heatJ: number; powerJ: number };
}

const SAMPLE_S = 900;
const NOTHING = { s: 0, levelS: 0, outdoorKs: 0, sinkKs: 0, heatJ: 0, powerJ: 0 };
/** Heat of the condenser per watt of electrical rating at +2 °C, and its fall with the outdoor temperature (per K). */
const CAPACITY_PER_W = 4;
const CAPACITY_PER_K = 0.025;
/** Outdoor fan at full speed per watt of compressor (certified units: 3 to 5 %); circulation pump at full speed, W. */
const FAN_SHARE = 0.0375;
export const CIRCULATION_W = 75;
/** A map that has seen little must not promise more or less than this share of what the papers say. */
const TRUST = [0.5, 1.25] as const;

export const ownPumpStart = (house: House): OwnPump => ({
  map: priorMap(house.compressorMaxW * CAPACITY_PER_W, house.compressorMaxW * FAN_SHARE),
  runS: 0,
  grown: NOTHING,
});

/** Electricity of outdoor fan and circulation pump, W: reckoned, not measured. */
export function auxiliaryW(
  house: House,
  outputs: Pick<Outputs, 'compressorOn' | 'compressorPct' | 'circulationPct'>,
): number {
  const speed = outputs.compressorOn > 0 ? 0.3 + (0.7 * outputs.compressorPct) / 100 : 0;
  return house.compressorMaxW * FAN_SHARE * speed ** 3 + CIRCULATION_W * (outputs.circulationPct / 100) ** 3;
}

/** Water that the condenser works against: what leaves it. */
export const pumpSinkC = (est: Estimates): number =>
  est.condenserOutC.quality === 'lost' ? est.supplyC.value : est.condenserOutC.value;

/** `heatW`: by the heat meter. Nothing is learnt while cooling, or without sensors. */
export function ownPumpStep(
  state: OwnPump,
  est: Estimates,
  heatW: number,
  outputs: Outputs,
  house: House,
  dtS: number,
): OwnPump {
  const runs = outputs.compressorOn > 0 && outputs.coolingOn === 0;
  const meters = [est.condenserOutC, est.returnC, est.heatFlowLpm, est.compressorW, est.outdoorC];
  if (!runs) return state.runS === 0 ? state : { ...state, runS: 0, grown: NOTHING };
  const runS = state.runS + dtS;
  if (meters.some((e) => e.quality === 'lost')) return { ...state, runS, grown: NOTHING };
  const g = state.grown;
  const grown = {
    s: g.s + dtS,
    levelS: g.levelS + (outputs.compressorPct / 100) * dtS,
    outdoorKs: g.outdoorKs + est.outdoorC.value * dtS,
    sinkKs: g.sinkKs + pumpSinkC(est) * dtS,
    heatJ: g.heatJ + heatW * dtS,
    powerJ: g.powerJ + (est.compressorW.value + auxiliaryW(house, outputs)) * dtS,
  };
  if (grown.s < SAMPLE_S) return { ...state, runS, grown };
  const sample = {
    level: grown.levelS / grown.s,
    outdoorC: grown.outdoorKs / grown.s,
    supplyC: grown.sinkKs / grown.s,
    heatW: grown.heatJ / grown.s,
    powerW: grown.powerJ / grown.s,
    dtS: grown.s,
    runS,
  };
  return { map: learnPump(state.map, sample), runS, grown: NOTHING };
}

/** Heat at full speed by the papers, W: the smaller of what the machine moves and what its motor can lift. */
function ratedW(house: House, sinkC: number, outdoorC: number): number {
  const moved = house.compressorMaxW * CAPACITY_PER_W * clamp(1 + CAPACITY_PER_K * (outdoorC - 2), 0.5, 1.4);
  return Math.min(moved, house.compressorMaxW * copOf(sinkC, outdoorC));
}

/** Heat that the pump gives at full speed, W, as learnt; never more than its motor's rating lifts. */
export function capacityW(map: PumpMap, house: House, sinkC: number, outdoorC: number): number {
  const full = { level: 1, outdoorC, supplyC: sinkC };
  const motorW = house.compressorMaxW * (1 + FAN_SHARE) + CIRCULATION_W;
  const heatW = heatAt(map, full) * Math.min(1, motorW / powerAt(map, full));
  const rated = ratedW(house, sinkC, outdoorC);
  return clamp(heatW, TRUST[0] * rated, TRUST[1] * rated);
}

/** COP as learnt at this speed, with fan and circulation pump. */
export function copAt(map: PumpMap, level: number, sinkC: number, outdoorC: number): number {
  const point = { level, outdoorC, supplyC: sinkC };
  const rated = copOf(sinkC, outdoorC);
  return clamp(heatAt(map, point) / powerAt(map, point), Math.max(1, TRUST[0] * rated), TRUST[1] * rated);
}
