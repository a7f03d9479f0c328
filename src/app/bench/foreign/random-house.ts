import { type Random, seededRandom } from '../../../core/random.ts';
import { createMarket } from '../../../hal/sim/market.ts';
import { generatedWeather } from '../../../hal/sim/weather/generator.ts';
import { between, oneOf } from './chance.ts';
import { fourStores, type PlantFacts, type PumpFacts } from './plant.ts';
import { PERFECT, type Plant, type Surroundings } from './surroundings.ts';

/** Houses by seed: every property that the controller is not told is drawn. */

/** A pump as machines differ: Carnot share, part-load gain and loss, fan, standing losses, capacity that falls in frost. */
function randomPump(random: Random, ratedHeatW: number): PumpFacts {
  const carnot = between(random, 0.36, 0.5);
  const standing = between(random, 0.03, 0.25);
  const fallPerK = between(random, 0.015, 0.03);
  const onOff = random() < 0.3;
  const heatW = (u: number, outdoorC: number, supplyC: number) =>
    ratedHeatW * (0.05 + 0.95 * u) * (1 + fallPerK * (outdoorC - 2)) * (1 - 0.005 * (supplyC - 35));
  const fullCop = (outdoorC: number, supplyC: number) =>
    (carnot * (supplyC + 275)) / Math.max(12, supplyC - outdoorC + 8);
  return {
    heatW,
    powerW: (u, outdoorC, supplyC) => {
      const fullW = heatW(1, outdoorC, supplyC) / fullCop(outdoorC, supplyC);
      return fullW * (standing + (1 - standing) * u ** 1.15);
    },
    fanW: Math.round(between(random, 50, 510)),
    minModulation: onOff ? 1 : between(random, 0.2, 0.4),
    onOff,
    startLossS: oneOf(random, [0, 60, 120]),
  };
}

export function randomHouse(seed: number): Plant {
  const random = seededRandom(seed);
  const areaM2 = Math.round(between(random, 80, 260));
  const floor = random() < 0.5;
  const lossWPerK = areaM2 * between(random, 0.8, 2.2);
  const designLoadW = lossWPerK * 30;
  const heavy = between(random, 0.4, 1.6);
  const excessK = floor ? between(random, 6, 10) : between(random, 18, 30);
  const ratedHeatW = designLoadW * between(random, 0.6, 2);
  const pump = randomPump(random, ratedHeatW);
  const wallOut = lossWPerK * between(random, 0.3, 0.6);
  const airWall = 5 * areaM2;
  const told = random() < 0.7;
  const facts: PlantFacts = {
    name: `house ${seed}: ${floor ? 'floor' : 'radiators'}, ${areaM2} m², ${(ratedHeatW / designLoadW).toFixed(1)} x load${pump.onOff ? ', on/off' : ''}`,
    house: {
      areaM2,
      emitter: floor ? 'floor' : 'radiator',
      designLoadW: told ? Math.round(designLoadW * between(random, 0.8, 1.25)) : null,
      pump: { heatW: Math.round(ratedHeatW), onOff: pump.onOff },
    },
    airJPerK: areaM2 * 25_000 * between(random, 0.6, 1.5),
    emitterJPerK: areaM2 * (floor ? 60_000 : 4_000) * between(random, 0.6, 1.5),
    wallJPerK: areaM2 * 100_000 * heavy,
    innerJPerK: areaM2 * 120_000 * heavy,
    emitterAirWPerK: designLoadW / excessK,
    airWallWPerK: airWall,
    airInnerWPerK: 6 * areaM2,
    wallOutWPerK: (airWall * wallOut) / (airWall - wallOut),
    airOutWPerK: lossWPerK - wallOut,
    emitterGroundWPerK: floor ? 0.1 * areaM2 : 0,
    groundC: 10,
    sunAirM2: areaM2 * between(random, 0.01, 0.03),
    sunEmitterM2: floor ? areaM2 * between(random, 0.005, 0.02) : 0,
    sunWallM2: areaM2 * 0.01,
    waterKPerW: 1.5 / ratedHeatW,
    spreadKPerW: between(random, 2, 3.5) / ratedHeatW,
    pump,
    dtS: oneOf(random, [60, 300, 900]),
    roomNoiseK: oneOf(random, [0, 0.03, 0.08]),
    powerNoise: oneOf(random, [0, 0.02]),
  };
  return fourStores(facts, surroundings(seed, random, areaM2), lossWPerK);
}

function surroundings(seed: number, random: Random, areaM2: number): Surroundings {
  const startMs = Date.UTC(2025, 0, 10) + seed * 7 * 86_400_000 * (seed % 4);
  const market = createMarket(seed, {
    feesEurPerKwh: 0.12,
    vatPct: 19,
    exportEurPerKwh: 0.08,
    exportPaidBelowZero: false,
  });
  const tariff = oneOf(random, ['flat', 'two', 'spot']);
  const setback = oneOf(random, ['none', 'night', 'day']);
  const dayC = oneOf(random, [20, 20.5, 21, 22]);
  const azimuthH = between(random, -2.5, 2.5);
  const gainsW = areaM2 * between(random, 1, 4);
  const hours = new Map<number, ReturnType<typeof generatedWeather>>();
  const weatherAt = (t: number) => {
    const hour = Math.floor(t / 900);
    let found = hours.get(hour);
    if (!found) {
      found = generatedWeather(seed, startMs + hour * 900_000);
      hours.set(hour, found);
    }
    return found;
  };
  const priceAt = (t: number, hour: number) => {
    if (tariff === 'flat') return 0.3;
    if (tariff === 'two') return hour >= 6 && hour < 22 ? 0.34 : 0.22;
    return market.at(startMs + t * 1000).priceEurPerKwh;
  };
  const lowAt = (hour: number) => {
    if (setback === 'night') return hour >= 23 || hour < 6 ? dayC - 3 : dayC;
    if (setback === 'day') return hour >= 8 && hour < 16 ? dayC - 4 : dayC;
    return dayC;
  };
  return {
    at(t) {
      const { outdoorC, solarWm2 } = weatherAt(t);
      const hour = (((t / 3600) % 24) + 24) % 24;
      const home = hour > 17 || hour < 8;
      const lowC = lowAt(hour);
      return {
        outdoorC,
        solarWm2,
        gainsW: gainsW * (home ? 1.4 : 0.6),
        priceEurPerKwh: priceAt(t, hour),
        lowC,
        highC: dayC + 3,
      };
    },
    windowWm2(t) {
      const hour = (((t / 3600) % 24) + 24) % 24;
      return weatherAt(t).solarWm2 * Math.max(0.3, 1 + 0.8 * Math.cos(((hour - 12 - azimuthH) * Math.PI) / 8));
    },
    forecast: random() < 0.7 ? PERFECT : null,
    comfortNext: random() < 0.8,
    priceTold: true,
  };
}
