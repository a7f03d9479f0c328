import type { HouseModel } from './model.ts';

export type Emitter = 'floor' | 'radiator' | 'fancoil';

export interface HouseFacts {
  floorAreaM2: number;
  /** Heat load at the design outdoor temperature, W, with the rooms at 20 °C (EN 12831). */
  designLoadW: number;
  designOutdoorC: number;
  emitter: Emitter;
}

const DESIGN_ROOM_C = 20;
/** Share of the loss that goes straight from the air: windows, air change. The rest passes walls and roof. */
const AIR_LOSS_SHARE = 0.5;

/** Water and material of the emitter, J/K per m² of floor; its mean excess over the room at the design load, K. */
const EMITTERS: Record<Emitter, { jPerM2K: number; excessK: number }> = {
  // 65 mm of screed under half of the floor area, EN 1264; water at 35 / 28 °C.
  floor: { jPerM2K: 65_000, excessK: 8 },
  // Steel panels with their water, about 12 kJ/K for each m² heated; 50 / 40 °C.
  radiator: { jPerM2K: 3_000, excessK: 25 },
  fancoil: { jPerM2K: 1_500, excessK: 20 },
};

/**
 * What can be said of a house before it has been measured: a middling building of its size and load. Capacities after
 * EN ISO 52016-1 (medium class, 165 kJ/(m² K)); air and furniture 30 kJ/(m² K), as fits to occupied houses give;
 * window aperture 5 % of the floor; people and appliances 3 W/m² (DIN V 18599-10 between 2 and 4).
 */
export function priorModel({ floorAreaM2, designLoadW, designOutdoorC, emitter }: HouseFacts): HouseModel {
  const loss = designLoadW / (DESIGN_ROOM_C - designOutdoorC);
  const throughMass = (1 - AIR_LOSS_SHARE) * loss;
  const massWPerK = 9 * floorAreaM2;
  return {
    airJPerK: 30_000 * floorAreaM2,
    emitterJPerK: EMITTERS[emitter].jPerM2K * floorAreaM2,
    massJPerK: 165_000 * floorAreaM2,
    emitterWPerK: designLoadW / EMITTERS[emitter].excessK,
    massWPerK,
    airLossWPerK: AIR_LOSS_SHARE * loss,
    // In series with massWPerK it must let through its share of the loss.
    massLossWPerK: (massWPerK * throughMass) / Math.max(massWPerK - throughMass, 0.1 * massWPerK),
    solarM2: 0.05 * floorAreaM2,
    solarAirShare: 0.4,
    solarCos: 0,
    solarSin: 0,
    gainsW: 3 * floorAreaM2,
    gainsRhythmW: [0, 0, 0, 0],
  };
}
