import type { House } from '../../../contract/house.ts';
import { type RoomParams, roomParams } from './rooms.ts';

/** Volumetric heat of water and of 25 % glycol coolant, J/(L K). */
export const WATER_J_PER_LK = 4180;
export const COOLANT_J_PER_LK = 3800;
/** Layers of the buffer, top first. */
export const BUFFER_LAYERS = 4;

/** Everything the modelled house is made of. Capacities in J/K, conductances in W/K. */
export interface PlantParams {
  compressorMaxW: number;
  /** Speed at 100 %, as the drive reports it. */
  compressorMaxHz: number;
  /** Below this share of full speed the compressor does not modulate. */
  compressorMinShare: number;
  /** Its drive takes this long from standstill to full speed, and down again. */
  compressorRampS: number;
  /** Heat at full speed, 2 °C outside, for each watt of rated compressor power. */
  capacityPerW: number;
  /** Outdoor fan at full speed. */
  fanW: number;
  /** Heat pump electronics and oil heater while the compressor stands. */
  standbyW: number;
  controllerW: number;
  circulationMaxLpm: number;
  condenserJPerK: number;
  supplyJPerK: number;
  returnJPerK: number;
  accelMaxW: number;
  accelIdleW: number;
  accelPumpMaxLpm: number;
  chipJPerK: number;
  chipWPerK: number;
  plateJPerK: number;
  /** One coolant pipe, litres; 1.33 L are 4 s at 20 L/min. */
  pipeL: number;
  /** Its cells: the more, the sharper is what comes out at its end. */
  pipeCells: number;
  exchangerWPerK: number;
  dryCoolerWPerK: number;
  dryCoolerFanW: number;
  caseLossWPerK: number;
  bufferL: number;
  bufferLossWPerK: number;
  tankL: number;
  tankCoilWPerK: number;
  tankLossWPerK: number;
  backupHeaterW: number;
  /** In the supply, behind the accelerator's exchanger; else in the buffer. */
  backupInSupply: boolean;
  /** Of its heat: 0 for a boiler. */
  backupDrawsShare: number;
  emitterJPerK: number;
  /** Heat given to the room is emitterW1 * (emitter - room)^1.1. */
  emitterW1: number;
  emitterMaxLpm: number;
  rooms: RoomParams;
  /** m² of horizontal sun that reach the rooms. */
  solarApertureM2: number;
  pvKwp: number;
  /** Most that the inverter lets out to the grid, W; left out: no limit. */
  exportLimitW?: number;
  cellarC: number;
}

const EMITTER_EXPONENT = 1.1;
const ROOM_C = 21;

/** The plant that a house's config describes; sizes that nobody configures follow from its rated powers. */
export function plantParams(
  house: House,
  sim: { pvKwp: number; accelIdleW: number; exportLimitW?: number | undefined },
): PlantParams {
  const lossWPerK = house.designLoadW / (ROOM_C - house.designOutdoorC);
  const accelShare = Math.max(house.accelMaxW, 500) / 5000;
  // Water runs through the emitter 2 K cooler than the supply on average, at the design point.
  const emitterW1 = house.designLoadW / (house.supplyDesignC - 2 - ROOM_C) ** EMITTER_EXPONENT;
  return {
    compressorMaxW: house.compressorMaxW,
    compressorMaxHz: 100,
    // Certified R290 units: median lowest heat at 12 °C outside is 0.43 of nominal, standby 15 to 17 W.
    compressorMinShare: 0.3,
    compressorRampS: 30,
    capacityPerW: 4,
    fanW: (150 * house.compressorMaxW) / 4000,
    standbyW: 15,
    controllerW: 15,
    circulationMaxLpm: (40 * house.compressorMaxW) / 4000,
    condenserJPerK: 30_000,
    supplyJPerK: 10_000,
    returnJPerK: 12_000,
    accelMaxW: house.accelMaxW,
    accelIdleW: sim.accelIdleW,
    accelPumpMaxLpm: 24 * accelShare,
    chipJPerK: 4_000 * accelShare,
    chipWPerK: 280 * accelShare,
    plateJPerK: 0.4 * COOLANT_J_PER_LK * accelShare + 1_500,
    pipeL: 1.33 * accelShare,
    pipeCells: 4,
    exchangerWPerK: 1_000 * accelShare,
    dryCoolerWPerK: 450 * accelShare,
    dryCoolerFanW: 90 * accelShare,
    caseLossWPerK: 3 * accelShare,
    bufferL: 500,
    bufferLossWPerK: 2.2,
    tankL: 250,
    tankCoilWPerK: 1_500,
    tankLossWPerK: 1.6,
    backupHeaterW: house.backupHeaterW,
    backupInSupply: house.backupHeaterAt === 'supply',
    backupDrawsShare: house.backupHeaterIs === 'boiler' ? 0 : 1,
    emitterJPerK: 8e6,
    emitterW1,
    emitterMaxLpm: house.designLoadW / 5 / (WATER_J_PER_LK / 60),
    rooms: roomParams(house.designLoadW, lossWPerK),
    solarApertureM2: 5,
    pvKwp: sim.pvKwp,
    ...(sim.exportLimitW !== undefined && { exportLimitW: sim.exportLimitW }),
    cellarC: 15,
  };
}
