import type { ControlState } from '../contract/messages.ts';
import type { Outputs } from '../contract/points.ts';
import type { Estimates } from './estimate/points.ts';
import { plannedAccelW } from './estimate.ts';
import { COOLANT_W_PER_LPM_K, WATER_W_PER_LPM_K } from './physics.ts';

/** Below this flow a difference of two temperatures says nothing about heat. */
const MIN_FLOW_LPM = 1;
const J_PER_KWH = 3.6e6;

/** Heat by source, W, from flow and temperatures: in series, so the middle sensor parts the two. */
export function heatNow(est: Estimates, outputs: Outputs): ControlState['heat'] {
  const flows = est.heatFlowLpm.quality !== 'lost' && est.heatFlowLpm.value >= MIN_FLOW_LPM;
  const measured =
    est.condenserOutC.quality !== 'lost' && est.supplyC.quality !== 'lost' && est.returnC.quality !== 'lost';
  const wPerK = flows && measured ? WATER_W_PER_LPM_K * est.heatFlowLpm.value : 0;
  const rejecting = outputs.rejectOn > 0 && est.accelFlowLpm.value >= MIN_FLOW_LPM;
  const rejectedK = est.accelOutC.value - est.accelInC.value;
  return {
    condenserW: wPerK * (est.condenserOutC.value - est.returnC.value),
    accelW: rejecting ? 0 : wPerK * (est.supplyC.value - est.condenserOutC.value),
    rejectedW: rejecting ? Math.max(0, COOLANT_W_PER_LPM_K * est.accelFlowLpm.value * rejectedK) : 0,
  };
}

/** Counters since the first start; `cop` is the heat pump's own, over all of that time. */
export function energyStep(
  energy: ControlState['energy'],
  est: Estimates,
  heat: ControlState['heat'],
  dtS: number,
): ControlState['energy'] {
  const share = dtS / J_PER_KWH;
  const compressorW = est.compressorW.quality === 'lost' ? 0 : Math.max(0, est.compressorW.value);
  const heatKwh = energy.heatKwh + (heat.condenserW + heat.accelW) * share;
  const accelHeatKwh = energy.accelHeatKwh + heat.accelW * share;
  const compressorKwh = energy.compressorKwh + compressorW * share;
  const accelKwh = energy.accelKwh + plannedAccelW(est) * share;
  return {
    heatKwh,
    accelHeatKwh,
    compressorKwh,
    accelKwh,
    cop: compressorKwh > 0.1 ? (heatKwh - accelHeatKwh) / compressorKwh : null,
  };
}
