import type { ForeignHouse } from '../../../contract/foreign-house.ts';
import { type Random, seededRandom } from '../../../core/random.ts';
import { between, oneOf } from './chance.ts';
import type { Moment, Plant, Running } from './surroundings.ts';
import { wildAround } from './wild-around.ts';
import { PUMP_START, pumpStep, type WildPump, wildPump } from './wild-pump.ts';

/**
 * Houses of another structure than control's model and than the other random ones: one or two building nodes, an emitter
 * that gives heat off by a power law, water that arrives late, a pump with its own mind, sensors that err, round and fall
 * silent, and an owner who knows little. All simulated, all drawn by seed.
 */
interface WildFacts {
  airJPerK: number;
  /** 0: the air node is the whole building. */
  wallJPerK: number;
  airWallWPerK: number;
  wallOutWPerK: number;
  airOutWPerK: number;
  emitterJPerK: number;
  /** Heat off the emitter at `excessK`, W, and how it grows with the excess. */
  emitterW: number;
  excessK: number;
  exponent: number;
  /** Water on its way to the emitter. */
  delayS: number;
  spreadK: number;
  sunM2: number;
  sunEmitterShare: number;
  startC: number;
  pump: WildPump;
  sensor: { noiseK: number; roundK: number; silentShare: number; heat: boolean; power: boolean; supply: boolean };
}

const SUBSTEP_S = 60;

class WildRunning implements Running {
  private readonly facts: WildFacts;
  private readonly plant: Plant;
  private readonly noise: () => number;
  private readonly underway: number[];
  private readonly dt: number;
  private at = 0;
  private airC: number;
  private wallC: number;
  private emitterC: number;
  private supplyC: number;
  private pump = PUMP_START;
  private mean = { compressorW: 0, auxW: 0, heatW: 0 };

  constructor(plant: Plant, facts: WildFacts, t: number, noise: () => number) {
    this.facts = facts;
    this.plant = plant;
    this.noise = noise;
    this.dt = Math.min(SUBSTEP_S, plant.dtS);
    this.underway = new Array(1 + Math.round(facts.delayS / this.dt)).fill(0);
    this.airC = facts.startC;
    this.wallC = facts.startC - 0.25 * (facts.startC - plant.around.at(t).outdoorC);
    this.emitterC = facts.startC + 2;
    this.supplyC = this.emitterC;
  }

  copy(): Running {
    const copied = new WildRunning(this.plant, this.facts, 0, this.noise);
    return Object.assign(copied, this, { underway: [...this.underway] });
  }

  step(level: number, t: number): void {
    const n = Math.max(1, Math.round(this.plant.dtS / this.dt));
    const now = this.plant.around.at(t);
    const sunWm2 = this.plant.around.windowWm2(t);
    this.mean = { compressorW: 0, auxW: 0, heatW: 0 };
    for (let i = 0; i < n; i++) {
      this.pump = pumpStep(this.facts.pump, this.pump, level, now.outdoorC, this.supplyC, this.dt);
      this.building(now, sunWm2);
      this.mean.compressorW += this.pump.compressorW / n;
      this.mean.auxW += this.pump.auxW / n;
      this.mean.heatW += this.pump.heatW / n;
    }
  }

  private building(now: Moment, sunWm2: number): void {
    const { facts: f, dt } = this;
    this.underway[this.at] = this.pump.heatW;
    this.at = (this.at + 1) % this.underway.length;
    const arrivesW = this.underway[this.at]!;
    const over = Math.max(0, this.emitterC - this.airC) / f.excessK;
    const toAirW = f.emitterW * over ** f.exponent;
    const wallW = f.wallJPerK > 0 ? f.airWallWPerK * (this.airC - this.wallC) : 0;
    const sunW = f.sunM2 * sunWm2;
    const airW = toAirW - wallW - f.airOutWPerK * (this.airC - now.outdoorC) + now.gainsW;
    this.airC += ((airW + (1 - f.sunEmitterShare) * sunW) * dt) / f.airJPerK;
    this.emitterC += ((arrivesW - toAirW + f.sunEmitterShare * sunW) * dt) / f.emitterJPerK;
    if (f.wallJPerK > 0) this.wallC += ((wallW - f.wallOutWPerK * (this.wallC - now.outdoorC)) * dt) / f.wallJPerK;
    const running = this.pump.heatW / f.pump.ratedHeatW;
    this.supplyC = this.emitterC + 1.5 * f.spreadK * running;
  }

  seen() {
    const { facts: f } = this;
    const storedJ = f.airJPerK * this.airC + f.wallJPerK * this.wallC + f.emitterJPerK * this.emitterC;
    return { airC: this.airC, powerW: this.mean.compressorW + this.mean.auxW, starts: this.pump.starts, storedJ };
  }

  line() {
    const { sensor, spreadK, pump } = this.facts;
    const round = (c: number) => (sensor.roundK > 0 ? Math.round(c / sensor.roundK) * sensor.roundK : c);
    const roomC = round(this.airC + sensor.noiseK * this.noise());
    const silent = Math.abs(this.noise()) < 1.2533 * sensor.silentShare;
    const running = this.pump.heatW / pump.ratedHeatW;
    return {
      roomC: silent ? null : roomC,
      supplyC: sensor.supply ? round(this.supplyC) : null,
      returnC: sensor.supply ? round(this.supplyC - 2 * spreadK * running) : null,
      compressorW: sensor.power ? Math.max(0, this.mean.compressorW * (1 + 0.01 * this.noise())) : null,
      auxW: sensor.power ? this.mean.auxW : null,
      heatW: sensor.heat ? this.mean.heatW * (1 + 0.02 * this.noise()) : null,
    };
  }
}

/** What the owner tells: often part of it, and not always right. */
function toldHouse(random: Random, areaM2: number, designLoadW: number, floor: boolean, pump: WildPump): ForeignHouse {
  const told = random();
  if (told < 0.15) return {};
  const house: ForeignHouse = {
    areaM2: Math.round(areaM2 * between(random, 0.9, 1.1)),
    emitter: floor ? 'floor' : 'radiator',
    pump: { heatW: Math.round(pump.ratedHeatW * between(random, 0.85, 1.15)), onOff: pump.onOff },
  };
  if (told < 0.4) return house;
  house.designLoadW = Math.round(designLoadW * between(random, 0.7, 1.4));
  if (!pump.onOff) house.pump!.minModulation = Math.round(100 * pump.minModulation) / 100;
  return house;
}

function building(random: Random, areaM2: number, lossWPerK: number, floor: boolean, pump: WildPump): WildFacts {
  const one = random() < 0.25;
  const heavy = between(random, 0.3, 2);
  const wallOut = lossWPerK * between(random, 0.25, 0.6);
  const airWall = (one ? 1 : between(random, 4, 9)) * areaM2;
  const excessK = floor ? between(random, 5, 10) : between(random, 15, 32);
  return {
    airJPerK: areaM2 * (one ? between(random, 60_000, 250_000) : between(random, 15_000, 60_000)),
    wallJPerK: one ? 0 : areaM2 * 170_000 * heavy,
    airWallWPerK: airWall,
    wallOutWPerK: (airWall * wallOut) / Math.max(0.1 * airWall, airWall - wallOut),
    airOutWPerK: one ? lossWPerK : lossWPerK - wallOut,
    emitterJPerK: areaM2 * (floor ? between(random, 30_000, 110_000) : between(random, 2_000, 8_000)),
    emitterW: Math.max(lossWPerK * 30, pump.ratedHeatW * 0.9),
    excessK,
    exponent: floor ? 1.1 : 1.3,
    delayS: oneOf(random, [0, 60, 300, 900]),
    spreadK: between(random, 1.5, 4),
    sunM2: areaM2 * between(random, 0.01, 0.05),
    sunEmitterShare: floor ? between(random, 0, 0.5) : 0,
    startC: oneOf(random, [20, 20, 21, 22, 15]),
    pump,
    sensor: {
      noiseK: oneOf(random, [0, 0.03, 0.1]),
      roundK: oneOf(random, [0, 0.1, 0.1, 0.5]),
      silentShare: oneOf(random, [0, 0, 0.03]),
      heat: random() < 0.75,
      power: random() < 0.8,
      supply: random() < 0.85,
    },
  };
}

export function wildHouse(seed: number): Plant {
  const random = seededRandom(7919 * seed);
  const areaM2 = Math.round(between(random, 60, 280));
  const floor = random() < 0.45;
  const lossWPerK = areaM2 * between(random, 0.7, 2.4);
  const oversize = oneOf(random, [0.75, 1, 1.2, 1.6, 2.4]);
  const pump = wildPump(random, lossWPerK * 30 * oversize);
  const facts = building(random, areaM2, lossWPerK, floor, pump);
  const around = wildAround(random, seed, areaM2);
  const plant: Plant = {
    name: `wild ${seed}: ${floor ? 'floor' : 'radiators'}${facts.wallJPerK ? '' : ', one node'}, ${areaM2} m², ${oversize} x load${pump.onOff ? ', on/off' : ''}`,
    house: toldHouse(random, areaM2, lossWPerK * 30, floor, pump),
    dtS: oneOf(random, [60, 300, 600, 900]),
    around,
    lossWPerK,
    start: (t, noise) => new WildRunning(plant, facts, t, noise),
  };
  return plant;
}
