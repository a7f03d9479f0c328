import type { House } from '../contract/house.ts';
import { type Image, SENSOR_NAMES, type SensorName } from '../contract/points.ts';
import { addRedundancy, BALANCE_START, type BalanceState, balanceStep } from './estimate/balance.ts';
import { type Estimate, type Estimates, freshPoint, judge, type PointState, pointStep } from './estimate/points.ts';
import { replaceStill, STILL_START, type StillState, stillStep } from './estimate/still.ts';

export interface EstimateState {
  points: Record<SensorName, PointState>;
  balance: BalanceState;
  still: StillState;
}

export const estimateStart = (): EstimateState => ({
  points: Object.fromEntries(SENSOR_NAMES.map((n) => [n, freshPoint()])) as EstimateState['points'],
  balance: BALANCE_START,
  still: STILL_START,
});

/** All names at once: an object that grows name by name is moved each few of them, in every tick. */
const UNKNOWN = Object.fromEntries(
  SENSOR_NAMES.map((n): [SensorName, Estimate] => [n, { value: 0, quality: 'lost', ageMs: 0 }]),
) as Estimates;

const off = (value: number): Estimate => ({ value, quality: 'good', ageMs: 0 });

/**
 * An accelerator without supply answers nobody: that is no fault, it draws nothing. With supply and silent it counts as
 * full power for whoever cools it; `planning` treats quality `lost` as zero (F24).
 */
function accelerator(est: Estimates, image: Image, house: House): void {
  if (image.actuators.accelSupplyOn === 0) {
    if (est.accelW.quality !== 'good') est.accelW = off(0);
    if (est.accelChipC.quality !== 'good') est.accelChipC = off(est.accelInC.value);
    return;
  }
  if (est.accelW.quality === 'lost') {
    const reason = `${est.accelW.reason ?? 'accelW: lost'}; cooled as if at full power`;
    est.accelW = { ...est.accelW, value: house.accelMaxW, reason };
  }
}

/** Image -> estimates. Pure; `dtS` is house time, `realS` monotonic time since the last call. */
export function estimate(
  state: EstimateState,
  image: Image,
  house: House,
  dtS: number,
  realS: number,
): { state: EstimateState; est: Estimates } {
  const points = { ...state.points };
  const est = { ...UNKNOWN };
  for (const name of SENSOR_NAMES) {
    const next = pointStep(state.points[name], name, image.sensors[name], image.atMs, dtS, realS);
    points[name] = next.state;
    est[name] = judge(name, next.state, image.atMs, next.fault);
  }
  accelerator(est, image, house);
  const balance = balanceStep(state.balance, est, points, house.accelMaxW, dtS);
  const outputs = image.actuators;
  const still = stillStep(state.still, points, est, balance, { outputs, tankL: house.hotWaterTankL, dtS });
  replaceStill(est, points, still, balance, outputs);
  addRedundancy(est, points, balance, house.accelMaxW);
  return { state: { points, balance, still }, est };
}

/** Watts of the accelerator that planning may count on: none from one that does not answer. */
export const plannedAccelW = (est: Estimates): number => (est.accelW.quality === 'lost' ? 0 : est.accelW.value);

/** The board has no such point: nobody misses it. */
export const isAbsent = (image: Image, name: SensorName): boolean => image.sensors[name].quality === 'absent';
