import type { SensorName } from '../../../contract/points.ts';
import type { PlantTruth } from '../../../contract/truth.ts';
import { stepAccelerator } from './coolant.ts';
import type { PlantFaults } from './faults.ts';
import { stepHeatPump } from './heatpump.ts';
import { stepHouse } from './house.ts';
import { ledgerErrorPct } from './ledger.ts';
import { BUFFER_LAYERS } from './params.ts';
import { saturationBar } from './refrigerant.ts';
import { copyPlant, type PlantInput, type PlantState } from './state.ts';
import { stepLoops } from './water.ts';

/**
 * The simulated house: pure, no clock, no chance. Energy flows from outdoor air and electricity through condenser and
 * accelerator exchanger (in series) into buffer, hot water and rooms; every joule is in the ledger.
 */
export { PLANT_FAULTS, type PlantFaults } from './faults.ts';
export { type PlantParams, plantParams } from './params.ts';
export { createPlant, type PlantInput, type PlantState, type WeatherSample } from './state.ts';

/** Longest sub-step; the explicit parts (buffer layers, rooms) are stable far above it. */
const SUBSTEP_S = 5;
const PUMP_TAU_S = 1;
/** A seized pump or a hose that comes off: 98 % of the flow is gone in 0.2 s. */
const LOSS_TAU_S = 0.05;
const REJECT_VALVE_S = 4;
const HOT_WATER_VALVE_S = 15;
const PUMP_STALL_PCT = 3;
const SOUND: PlantFaults = {};
const COOLANT_PUMP_W = 60;
const WATER_PUMP_W = 75;
/** Yield of the array against its rating in horizontal sun: tilt gains, inverter and heat losses together. */
const PV_YIELD = 0.9;

/** Flow follows speed; below a few percent a pump does not turn. */
const pumpLpm = (pct: number, maxLpm: number) => (pct < PUMP_STALL_PCT ? 0 : (maxLpm * Math.min(100, pct)) / 100);

function slew(from: number, to: number, dtS: number, travelS: number): number {
  const step = dtS / travelS;
  return from + Math.min(step, Math.max(-step, to - from));
}

function pumped(fromLpm: number, orderedLpm: number, share: number | undefined, dtS: number): number {
  const toLpm = orderedLpm * (share ?? 1);
  const tauS = share !== undefined && toLpm < fromLpm ? LOSS_TAU_S : PUMP_TAU_S;
  return toLpm + (fromLpm - toLpm) * Math.exp(-dtS / tauS);
}

const valve = (position: number, on: number, reversed: boolean | undefined, dtS: number, travelS: number) =>
  slew(position, on >= 0.5 !== (reversed ?? false) ? 1 : 0, dtS, travelS);

/** Pumps and valves follow their commands as far as they are sound. */
function stepActuators(s: PlantState, { outputs: o, faults: f = SOUND }: PlantInput, dtS: number): void {
  const p = s.params;
  s.accelFlowLpm = pumped(s.accelFlowLpm, pumpLpm(o.accelPumpPct, p.accelPumpMaxLpm), f.coolantFlowShare, dtS);
  s.heatFlowLpm = pumped(s.heatFlowLpm, pumpLpm(o.circulationPct, p.circulationMaxLpm), f.heatFlowShare, dtS);
  if (!f.rejectValveStuck) {
    const travelS = f.rejectValveTravelS ?? REJECT_VALVE_S;
    s.rejectPosition = valve(s.rejectPosition, o.rejectOn, f.rejectValveReversed, dtS, travelS);
  }
  if (!f.hotWaterValveStuck) {
    const travelS = f.hotWaterValveTravelS ?? HOT_WATER_VALVE_S;
    s.hotWaterPosition = valve(s.hotWaterPosition, o.hotWaterOn, f.hotWaterValveReversed, dtS, travelS);
  }
}

/** The fan slows down with the compressor and stands while defrosting. */
function outdoorUnitW(s: PlantState, input: PlantInput): number {
  if (s.compressorShare === 0) return s.params.standbyW;
  if (s.defrosting || input.faults?.outdoorUnitDead) return 0;
  return s.params.fanW * (0.3 + 0.7 * s.compressorShare) ** 3;
}

/** Electricity besides the heat sources, and the meter at the grid. Its waste heat stays outside the ledger. */
function stepElectric(s: PlantState, input: PlantInput, dtS: number): void {
  const p = s.params;
  const o = input.outputs;
  s.householdW = input.householdW;
  s.pvW = p.pvKwp * s.solarWm2 * PV_YIELD;
  s.auxW =
    p.controllerW +
    outdoorUnitW(s, input) +
    COOLANT_PUMP_W * (o.accelPumpPct / 100) ** 3 +
    WATER_PUMP_W * (o.circulationPct / 100) ** 3 +
    p.dryCoolerFanW * (o.dryCoolerPct / 100) ** 3;
  const usedW = s.householdW + s.compressorW + s.auxW + s.accelW + p.backupDrawsShare * s.backupW;
  s.curtailedW = p.exportLimitW === undefined ? 0 : Math.max(0, s.pvW - usedW - p.exportLimitW);
  s.pvW -= s.curtailedW;
  s.gridW = usedW - s.pvW;
  s.ledger.auxJ += s.auxW * dtS;
}

/** The plant `dtS` seconds later, 0 < dtS <= 3600; inputs hold over the step. The state passed in is left as it was. */
export function plantStep(state: PlantState, input: PlantInput, dtS: number): PlantState {
  const s = copyPlant(state);
  s.outdoorC = input.weather.outdoorC;
  s.solarWm2 = input.weather.solarWm2;
  const count = Math.max(1, Math.ceil(dtS / SUBSTEP_S));
  const subS = dtS / count;
  for (let i = 0; i < count; i++) {
    stepActuators(s, input, subS);
    stepHeatPump(s, input, subS);
    stepAccelerator(s, input);
    stepLoops(s, input, subS);
    stepHouse(s, input, subS);
    stepElectric(s, input, subS);
  }
  s.timeS += dtS;
  return s;
}

/** What ideal sensors at every point of the contract would read. */
export function sensorsOf(s: PlantState): Record<SensorName, number> {
  return {
    accelInC: s.coolantBackC[s.params.pipeCells - 1]!,
    accelOutC: s.coolantOutC[0]!,
    accelChipC: s.chipC,
    accelW: s.accelW,
    accelFlowLpm: s.accelFlowLpm,
    condenserOutC: s.condenserC,
    supplyC: s.supplyC,
    returnC: s.returnC,
    heatFlowLpm: s.heatFlowLpm,
    bufferTopC: s.bufferC[0]!,
    bufferBottomC: s.bufferC[BUFFER_LAYERS - 1]!,
    hotWaterC: s.tankC,
    outdoorC: s.outdoorC,
    roomC: s.airC,
    dischargeC: s.dischargeC,
    compressorW: s.compressorW,
    compressorHz: s.compressorShare * s.params.compressorMaxHz,
    gridW: s.gridW,
    pvW: s.pvW,
    batteryW: 0,
    gridLimitOn: 0,
    sgReadyAOn: 0,
    sgReadyBOn: 0,
    pressureHighOk: s.pressureHighOk ? 1 : 0,
    pressureLowOk: s.pressureLowOk ? 1 : 0,
    gasOk: s.gasOk ? 1 : 0,
  };
}

/** The fields of plant/truth that are the plant's own; its process adds time, speed, weather source and dead-man. */
export function truthOf(s: PlantState): Omit<PlantTruth, 'timeMs' | 'speed' | 'modelled' | 'weather' | 'deadMan'> {
  const heating = s.compressorW > 0 && s.condenserW > 0;
  return {
    roomC: s.airC,
    bufferC: s.bufferC.reduce((a, b) => a + b, 0) / BUFFER_LAYERS,
    hotWaterC: s.tankC,
    householdW: s.householdW,
    pvW: s.pvW,
    gridW: s.gridW,
    compressorW: s.compressorW,
    defrosting: s.defrosting && s.compressorShare > 0,
    condensingBar: saturationBar(s.condensingC),
    evaporatingBar: saturationBar(s.evaporatingC),
    condenserW: s.condenserW,
    accelW: s.accelW,
    accelHeatW: s.accelHeatW,
    rejectedW: s.rejectedW,
    houseHeatW: s.houseHeatW,
    cop: heating ? s.condenserW / s.compressorW : null,
    ledgerErrorPct: ledgerErrorPct(s),
  };
}
