import { linearStep, STATES as N, product } from './linear.ts';
import { type HouseModel, type HouseState, lossWPerK, restingState } from './model.ts';

/** How far a room sensor of a living house is from the mean of the air, K: draughts, its own wall, 0.1 K resolution. */
const ROOM_SD_K = 0.1;
/** Unknown heat wanders by this share of the heat that the house loses at 20 K, within `UNKNOWN_FADES_S`. */
const UNKNOWN_SHARE = 0.05;
/** What the three stores do that the model does not know, K per root hour. */
const WANDER_K = [0.02, 0.1, 0.03] as const;

const transposed = (a: readonly number[]) => a.map((_, k) => a[(k % N) * N + Math.floor(k / N)]!);

function spread(model: HouseModel, covariance: readonly number[], dtS: number): number[] {
  const f = linearStep(model, dtS).phi;
  const next = product(product(f, covariance), transposed(f));
  const unknownSdW = UNKNOWN_SHARE * lossWPerK(model) * 20;
  for (let i = 0; i < 3; i++) next[i * N + i]! += (WANDER_K[i]! ** 2 * dtS) / 3600;
  next[15]! += unknownSdW ** 2 * (1 - f[15]! ** 2);
  return next;
}

function correction(p: readonly number[]): { gain: number[]; covariance: number[] } {
  const variance = p[0]! + ROOM_SD_K ** 2;
  const gain = [p[0]!, p[4]!, p[8]!, p[12]!].map((x) => x / variance);
  return { gain, covariance: p.map((x, k) => x - gain[Math.floor(k / N)]! * p[k % N]!) };
}

/**
 * Corrects a state by what was measured at its time: a Kalman filter over the stores and the unknown heat. Call it after
 * `houseStep` over the same `dtS`; without a sound `roomC` only the uncertainty grows.
 */
export function observe(
  model: HouseModel,
  state: HouseState,
  measured: { roomC?: number | undefined },
  dtS: number,
): HouseState {
  const p = spread(model, state.covariance, dtS);
  const { roomC } = measured;
  if (roomC === undefined || !Number.isFinite(roomC)) return { ...state, covariance: p };
  const { gain, covariance } = correction(p);
  const error = roomC - state.airC;
  return {
    airC: state.airC + gain[0]! * error,
    emitterC: state.emitterC + gain[1]! * error,
    massC: state.massC + gain[2]! * error,
    unknownW: state.unknownW + gain[3]! * error,
    covariance,
  };
}

const SETTLED = 1e-5;
const MAX_GAINS = 2_000;

/** The observer's gains step by step from a resting house, until they no longer change: the last one holds from there. */
export function gainsOf(model: HouseModel, dtS: number): number[][] {
  let p: readonly number[] = restingState(model, 20, 0).covariance;
  const gains: number[][] = [];
  while (gains.length < MAX_GAINS) {
    const { gain, covariance } = correction(spread(model, p, dtS));
    const before = gains.at(-1);
    gains.push(gain);
    p = covariance;
    if (before?.every((g, i) => Math.abs(g - gain[i]!) <= SETTLED * Math.abs(gain[i]!) + 1e-9)) break;
  }
  return gains;
}
