import { backupDrawsW, type House } from '../contract/house.ts';
import type { ControlState } from '../contract/messages.ts';
import type { Outputs } from '../contract/points.ts';
import type { Estimates } from './estimate/points.ts';
import { plannedAccelW } from './estimate.ts';
import { COOLANT_W_PER_LPM_K, J_PER_KWH, WATER_W_PER_LPM_K } from './physics.ts';
import type { CoreState } from './state.ts';

/** Of flow meters and pairs of sensors that agree. */
const BROUGHT_SLACK = 1.2;
/** Below this flow a difference of two temperatures says nothing about heat. */
const MIN_FLOW_LPM = 1;
/** A compressor that draws this runs, whoever drives it. */
export const RUNS_W = 100;

/** A condenser gives off what it holds for so long after the compressor has stopped; later differences are the sensors'. */
const RUN_ON_S = 180;

/** The most that the coolant can be giving the water, W: what it loses on its way, or what the card draws, measured with some error. */
function broughtW(est: Estimates): number {
  const { accelFlowLpm, accelOutC, accelInC, accelW } = est;
  if ([accelFlowLpm, accelOutC, accelInC, accelW].some(({ quality }) => quality === 'lost'))
    return Number.POSITIVE_INFINITY;
  const lostW = COOLANT_W_PER_LPM_K * accelFlowLpm.value * (accelOutC.value - accelInC.value);
  return BROUGHT_SLACK * Math.max(0, lostW, accelW.value);
}

/** Heat by source, W, from flow and temperatures: in series, so the middle sensor parts the two. */
export function heatNow(
  est: Estimates,
  outputs: Outputs,
  compressor: { on: boolean; sinceS: number },
): ControlState['heat'] {
  const flows = est.heatFlowLpm.quality !== 'lost' && est.heatFlowLpm.value >= MIN_FLOW_LPM;
  const measured = est.supplyC.quality !== 'lost' && est.returnC.quality !== 'lost';
  const wPerK = flows && measured ? WATER_W_PER_LPM_K * est.heatFlowLpm.value : 0;
  const rejecting = outputs.rejectOn > 0 && est.accelFlowLpm.value >= MIN_FLOW_LPM;
  // Without the sensor between the two the accelerator is taken to give the water what it draws.
  const betweenC =
    est.condenserOutC.quality !== 'lost' || wPerK === 0
      ? est.condenserOutC.value
      : est.supplyC.value - (rejecting ? 0 : plannedAccelW(est) / wPerK);
  const draws = est.compressorW.quality !== 'lost' && est.compressorW.value > RUNS_W;
  const still = outputs.compressorOn === 0 && !compressor.on && !draws;
  const dry = est.accelFlowLpm.quality !== 'lost' && est.accelFlowLpm.value < MIN_FLOW_LPM;
  // Coolant that is colder than the water warms nothing: what the sensors differ by then is their lag.
  const cold = est.accelOutC.quality !== 'lost' && est.accelOutC.value <= betweenC;
  const beforeSupplyW = rejecting || dry || cold ? 0 : Math.max(0, wPerK * (est.supplyC.value - betweenC));
  const accelW = Math.min(beforeSupplyW, outputs.backupHeaterOn > 0 ? Number.POSITIVE_INFINITY : broughtW(est));
  // What nobody there can have given came through the condenser a moment ago: its sensor has cooled before the other.
  const condenserW = wPerK * (betweenC - est.returnC.value) + beforeSupplyW - accelW;
  // One that stands gives off what it holds, and takes none.
  const restW = compressor.sinceS > RUN_ON_S ? 0 : Math.max(0, condenserW);
  const rejectedK = est.accelOutC.value - est.accelInC.value;
  return {
    condenserW: still ? restW : condenserW,
    accelW,
    rejectedW: rejecting ? Math.max(0, COOLANT_W_PER_LPM_K * est.accelFlowLpm.value * rejectedK) : 0,
  };
}

/** As it is told: beside what is measured the backup heater, which may stand before the supply sensor and be measured with it. */
export function heatWithBackup(heat: ControlState['heat'], outputs: Outputs, house: House): ControlState['heat'] {
  const backupW = outputs.backupHeaterOn > 0 ? house.backupHeaterW : 0;
  const within = house.backupHeaterAt === 'supply' ? backupW : 0;
  const drawn = house.backupHeaterIs === 'boiler' && backupW > 0 ? { backupDrawsW: backupDrawsW(house) } : {};
  return { ...heat, accelW: Math.max(0, heat.accelW - within), backupW, ...drawn };
}

/** Of the map of a heat pump that is still being learnt. */
const MADE_SLACK = 1.15;

/** With the part of the condenser's heat that a machine of this capacity (W) cannot be making: it was stored there. */
export function heatWithStored(heat: ControlState['heat'], outputs: Outputs, capacityW: number): ControlState['heat'] {
  const storedW = heat.condenserW - MADE_SLACK * capacityW;
  return outputs.compressorOn > 0 && storedW > 0 ? { ...heat, storedW } : heat;
}

/**
 * Counters since the first start, which never fall: what a defrost takes out is made up before heat counts on. Heat taken out by
 * cooling is none; the COP is the heat pump's own while heating.
 */
export function energyStep(
  previous: Pick<CoreState, 'energy' | 'pumped' | 'owedKwh'>,
  est: Estimates,
  heat: ControlState['heat'],
  cooling: boolean,
  dtS: number,
): Pick<CoreState, 'energy' | 'pumped' | 'owedKwh'> {
  const share = dtS / J_PER_KWH;
  const { energy } = previous;
  const pumpKwh = cooling ? 0 : heat.condenserW * share;
  const drawnKwh = (est.compressorW.quality === 'lost' ? 0 : Math.max(0, est.compressorW.value)) * share;
  const pumped = {
    heatKwh: previous.pumped.heatKwh + pumpKwh,
    compressorKwh: previous.pumped.compressorKwh + (cooling ? 0 : drawnKwh),
  };
  const gainedKwh = pumpKwh + heat.accelW * share;
  return {
    pumped,
    owedKwh: Math.max(0, previous.owedKwh - gainedKwh),
    energy: {
      heatKwh: energy.heatKwh + Math.max(0, gainedKwh - previous.owedKwh),
      accelHeatKwh: energy.accelHeatKwh + heat.accelW * share,
      compressorKwh: energy.compressorKwh + drawnKwh,
      accelKwh: energy.accelKwh + plannedAccelW(est) * share,
      cop: pumped.compressorKwh > 0.1 ? pumped.heatKwh / pumped.compressorKwh : null,
    },
  };
}
