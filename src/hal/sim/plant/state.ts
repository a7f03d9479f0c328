import { type Outputs, SAFE_OUTPUTS } from '../../../contract/points.ts';
import { seededRandom } from '../../../core/random.ts';
import type { PlantFaults } from './faults.ts';
import { storedJ } from './ledger.ts';
import { BUFFER_LAYERS, type PlantParams } from './params.ts';

export interface WeatherSample {
  outdoorC: number;
  /** Global horizontal irradiance. */
  solarWm2: number;
  humidityPct: number;
}

export interface PlantInput {
  outputs: Outputs;
  /** Work that waits for the accelerator, as watts it could burn now. */
  accelWorkW: number;
  weather: WeatherSample;
  householdW: number;
  /** Flow at the taps, and the temperature to which they mix it; left out: as hot as the tank. */
  hotWaterLpm: number;
  hotWaterUseC?: number;
  faults?: PlantFaults;
}

/** Joules since the start. `inJ - outJ` must equal what the stores gained. */
export interface Ledger {
  inJ: number;
  outJ: number;
  startStoredJ: number;
  compressorJ: number;
  accelJ: number;
  backupJ: number;
  auxJ: number;
  ambientJ: number;
  solarJ: number;
  internalJ: number;
  houseLossJ: number;
  standingLossJ: number;
  dryCoolerJ: number;
  hotWaterJ: number;
  outdoorJ: number;
}

/** All of the plant: plain JSON. Temperatures in °C, positions and shares 0..1, powers are means of the last sub-step. */
export interface PlantState {
  readonly params: PlantParams;
  timeS: number;
  accelFlowLpm: number;
  heatFlowLpm: number;
  rejectPosition: number;
  hotWaterPosition: number;
  chipC: number;
  plateC: number;
  coolantOutC: number[];
  coolantBackC: number[];
  returnC: number;
  condenserC: number;
  supplyC: number;
  bufferC: number[];
  tankC: number;
  /** Heat that people missed at the tap because the tank was too cold, J since the start. */
  hotWaterShortJ: number;
  emitterC: number;
  airC: number;
  /** Mass of the exterior walls, and of interior walls and floors. */
  extC: number;
  intC: number;
  compressorShare: number;
  /** How far the refrigerant cycle has built up since the start of the compressor, 0..1. */
  cycleWarm: number;
  dischargeC: number;
  /** Saturation temperatures of the high and low side of the refrigerant. */
  condensingC: number;
  evaporatingC: number;
  frostKg: number;
  defrosting: boolean;
  pressureHighOk: boolean;
  pressureLowOk: boolean;
  gasOk: boolean;
  cooling: boolean;
  sinceStopS: number;
  compressorStarts: number;
  defrosts: number;
  /** Times a pressure switch has opened. */
  pressureTrips: number;
  /** Times the reversing valve was moved while the pressures differed. */
  reversalViolations: number;
  compressorW: number;
  /** Watts of a rotor that does not turn. */
  lockedW: number;
  condenserW: number;
  accelW: number;
  /** Watts of `accelWorkW` that were burnt, without the idle share. */
  accelBurntW: number;
  accelHeatW: number;
  rejectedW: number;
  houseHeatW: number;
  backupW: number;
  auxW: number;
  householdW: number;
  pvW: number;
  /** Sun that the feed-in limit cuts off; not part of `pvW`. */
  curtailedW: number;
  gridW: number;
  outdoorC: number;
  solarWm2: number;
  ledger: Ledger;
}

/** Houses differ from their papers: the seed shifts losses, pump curves and exchangers by a few percent. */
function vary(params: PlantParams, seed: number): PlantParams {
  const random = seededRandom(seed);
  const by = (share: number) => 1 + share * (2 * random() - 1);
  const loss = by(0.08);
  const mass = by(0.15);
  const { rooms } = params;
  return {
    ...params,
    rooms: {
      ...rooms,
      airLossWPerK: rooms.airLossWPerK * loss,
      outerWPerK: rooms.outerWPerK * loss,
      extJPerK: rooms.extJPerK * mass,
      intJPerK: rooms.intJPerK * mass,
    },
    accelPumpMaxLpm: params.accelPumpMaxLpm * by(0.05),
    circulationMaxLpm: params.circulationMaxLpm * by(0.05),
    exchangerWPerK: params.exchangerWPerK * by(0.08),
    dryCoolerWPerK: params.dryCoolerWPerK * by(0.08),
    capacityPerW: params.capacityPerW * by(0.04),
  };
}

const emptyLedger = (): Ledger => ({
  inJ: 0,
  outJ: 0,
  startStoredJ: 0,
  compressorJ: 0,
  accelJ: 0,
  backupJ: 0,
  auxJ: 0,
  ambientJ: 0,
  solarJ: 0,
  internalJ: 0,
  houseLossJ: 0,
  standingLossJ: 0,
  dryCoolerJ: 0,
  hotWaterJ: 0,
  outdoorJ: 0,
});

/** A lukewarm house that has just been switched on: everything off, coolant and water at rest. */
export function createPlant(params: PlantParams, seed: number): PlantState {
  const fill = (n: number, c: number) => Array.from({ length: n }, () => c);
  const state: PlantState = {
    params: vary(params, seed),
    timeS: 0,
    accelFlowLpm: 0,
    heatFlowLpm: 0,
    rejectPosition: SAFE_OUTPUTS.rejectOn,
    hotWaterPosition: 0,
    chipC: 28,
    plateC: 28,
    coolantOutC: fill(params.pipeCells, 28),
    coolantBackC: fill(params.pipeCells, 28),
    returnC: 28,
    condenserC: 28,
    supplyC: 28,
    bufferC: Array.from({ length: BUFFER_LAYERS }, (_, i) => 32 - i),
    tankC: 46,
    hotWaterShortJ: 0,
    emitterC: 25,
    airC: 20.5,
    extC: 19,
    intC: 20.5,
    compressorShare: 0,
    cycleWarm: 0,
    dischargeC: 28,
    condensingC: 5,
    evaporatingC: 5,
    frostKg: 0,
    defrosting: false,
    pressureHighOk: true,
    pressureLowOk: true,
    gasOk: true,
    cooling: false,
    sinceStopS: 3600,
    compressorStarts: 0,
    defrosts: 0,
    pressureTrips: 0,
    reversalViolations: 0,
    compressorW: 0,
    lockedW: 0,
    condenserW: 0,
    accelW: 0,
    accelBurntW: 0,
    accelHeatW: 0,
    rejectedW: 0,
    houseHeatW: 0,
    backupW: 0,
    auxW: 0,
    householdW: 0,
    pvW: 0,
    curtailedW: 0,
    gridW: 0,
    outdoorC: 5,
    solarWm2: 0,
    ledger: emptyLedger(),
  };
  state.ledger.startStoredJ = storedJ(state);
  return state;
}

/** Deep enough that stepping the copy leaves the original as it was. */
export const copyPlant = (s: PlantState): PlantState => ({
  ...s,
  coolantOutC: s.coolantOutC.slice(),
  coolantBackC: s.coolantBackC.slice(),
  bufferC: s.bufferC.slice(),
  ledger: { ...s.ledger },
});
