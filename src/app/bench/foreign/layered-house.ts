import type { ForeignHouse } from '../../../contract/foreign-house.ts';
import { type Random, seededRandom } from '../../../core/random.ts';
import { between, oneOf } from './chance.ts';
import { INNER_LAYERS, type LayeredFacts, LayeredRunning, type SensorFacts, WALL_LAYERS } from './layered-plant.ts';
import type { Plant } from './surroundings.ts';
import { wildAround } from './wild-around.ts';
import { type WildPump, wildPump } from './wild-pump.ts';

/** Half of a house's owners know its area and what the pump's plate says, the rest less. */
function toldHouse(random: Random, areaM2: number, floor: boolean, pump: WildPump): ForeignHouse {
  const plate = { heatW: Math.round(pump.ratedHeatW * between(random, 0.9, 1.15)), onOff: pump.onOff };
  if (random() < 0.2) return { pump: { onOff: pump.onOff } };
  if (random() < 0.3) return { emitter: floor ? 'floor' : 'radiator', pump: plate };
  return { areaM2, emitter: floor ? 'floor' : 'radiator', pump: plate };
}

function sensors(random: Random): SensorFacts {
  return {
    lagS: oneOf(random, [0, 300, 1200]),
    noiseK: oneOf(random, [0, 0.02, 0.08]),
    offsetK: oneOf(random, [0, 0, 0.3, -0.3]),
    deafH: oneOf(random, [0, 0, 1, 5]),
    heat: random() < 0.7,
    power: random() < 0.8,
    supply: random() < 0.8,
  };
}

function facts(random: Random, areaM2: number, lossWPerK: number, floor: boolean, pump: WildPump): LayeredFacts {
  const light = random() < 0.5;
  const wallShare = between(random, 0.3, 0.6);
  const wallTotal = lossWPerK * wallShare;
  const heavy = light ? between(random, 0.1, 0.3) : between(random, 0.5, 1.3);
  const oversized = oneOf(random, [1, 1, 1.7, 2.5]);
  const excessK = floor ? 7 : 24;
  const besideShare = oneOf(random, [0, 0.2, 0.4]);
  const storeL = oneOf(random, [20, 20, 100, 400]);
  return {
    airJPerK: areaM2 * between(random, 15_000, 45_000),
    wallJPerK: (areaM2 * 120_000 * heavy) / WALL_LAYERS,
    wallWPerK: wallTotal * (light ? 8 : 12),
    outerWPerK: wallTotal * (light ? 2.2 : 1.7),
    innerJPerK: (areaM2 * 130_000 * heavy) / INNER_LAYERS,
    innerWPerK: areaM2 * between(random, 3, 8),
    filmWPerK: areaM2 * between(random, 4, 7),
    windowWPerK: lossWPerK * (1 - wallShare) * (1 - besideShare),
    besideJPerK: areaM2 * 60_000 * Math.max(0.2, besideShare),
    doorWPerK: areaM2 * between(random, 0.3, 1.5),
    besideOutWPerK: lossWPerK * (1 - wallShare) * besideShare,
    besideShare,
    waterJPerK: 4186 * storeL + 1500 * areaM2,
    flowWPerK: pump.ratedHeatW / between(random, 3, 7),
    emitterJPerK: areaM2 * (floor ? 15_000 : between(random, 2_000, 5_000) * oversized),
    screedJPerK: floor ? areaM2 * between(random, 40_000, 100_000) : 0,
    emitterWPerK: ((lossWPerK * 32) / excessK) * oversized,
    exponent: floor ? 1.1 : 1.3,
    excessK,
    valveC: oneOf(random, [99, 99, 22.5, 24]),
    sunM2: areaM2 * between(random, 0.01, 0.045),
    startC: oneOf(random, [18, 20, 20.5, 21.5]),
    pump,
    sensor: sensors(random),
  };
}

/**
 * Houses by finite differences: layers of wall and screed, a second zone without a sensor, a water store between pump and
 * emitter, thermostatic valves. Light ones, oversized radiators and on/off pumps come more often than in real streets:
 * these are where a controller that lives from stored heat does worst. All simulated, all drawn by seed.
 */
export function layeredHouse(seed: number): Plant {
  const random = seededRandom(104_729 * seed + 17);
  const areaM2 = Math.round(between(random, 70, 220));
  const floor = random() < 0.35;
  const lossWPerK = areaM2 * between(random, 0.6, 2.2);
  const oversize = oneOf(random, [0.9, 1.2, 1.6, 2.2]);
  const drawn = wildPump(random, lossWPerK * 32 * oversize);
  const pump = random() < 0.25 ? { ...drawn, onOff: true, minModulation: 1 } : drawn;
  const built = facts(random, areaM2, lossWPerK, floor, pump);
  const plant: Plant = {
    name: `layered ${seed}: ${floor ? 'floor' : 'radiators'}, ${areaM2} m², ${oversize} x load${pump.onOff ? ', on/off' : ''}`,
    house: toldHouse(random, areaM2, floor, pump),
    dtS: oneOf(random, [60, 120, 300, 450, 900]),
    around: wildAround(random, seed + 50_000, areaM2),
    lossWPerK,
    start: (t, noise) => new LayeredRunning(plant, built, t, noise),
  };
  return plant;
}
