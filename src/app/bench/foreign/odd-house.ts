import type { ForeignHouse } from '../../../contract/foreign-house.ts';
import { type Random, seededRandom } from '../../../core/random.ts';
import { between, oneOf } from './chance.ts';
import { oddAround } from './odd-around.ts';
import type { Plant, Running } from './surroundings.ts';
import { PUMP_START, pumpStep, type WildPump, wildPump } from './wild-pump.ts';

/**
 * Houses at the edges of what exists: huts to passive houses and halls, pumps of half to twice the load and of any source,
 * heat straight into the air, steps from a second to a quarter of an hour and changing, fields that are never sent, coarse
 * and noisy sensors, prices of zero and below. All simulated, all drawn by seed.
 */
interface OddFacts {
  airJPerK: number;
  massJPerK: number;
  airMassWPerK: number;
  outWPerK: number;
  /** 0: the pump blows warm air. */
  emitterJPerK: number;
  emitterWPerK: number;
  delayS: number;
  sunM2: number;
  sunMassShare: number;
  startC: number;
  /** °C of the source; null: outdoor air. */
  sourceC: number | null;
  pump: WildPump;
  sends: Sends;
}

interface Sends {
  noiseK: number;
  roundK: number;
  heat: boolean;
  power: boolean;
  supply: boolean;
}

const SUBSTEP_S = 30;

class OddRunning implements Running {
  private readonly facts: OddFacts;
  private readonly plant: Plant;
  private readonly noise: () => number;
  private underway: number[];
  private readonly dt: number;
  private at = 0;
  private airC: number;
  private massC: number;
  private emitterC: number;
  private pump = PUMP_START;
  private mean = { compressorW: 0, auxW: 0, heatW: 0 };

  constructor(plant: Plant, facts: OddFacts, noise: () => number) {
    this.facts = facts;
    this.plant = plant;
    this.noise = noise;
    this.dt = Math.min(SUBSTEP_S, plant.dtS);
    this.underway = new Array(1 + Math.round(facts.delayS / this.dt)).fill(0);
    this.airC = facts.startC;
    this.massC = facts.startC;
    this.emitterC = facts.startC + 1;
  }

  copy(): Running {
    const copied = new OddRunning(this.plant, this.facts, this.noise);
    return Object.assign(copied, this, { underway: [...this.underway] });
  }

  step(level: number, t: number): void {
    const n = Math.max(1, Math.round(this.plant.dtS / this.dt));
    const mean = { compressorW: 0, auxW: 0, heatW: 0 };
    for (let i = 0; i < n; i++) {
      const { outdoorC, gainsW } = this.plant.around.at(t);
      const { facts: f } = this;
      const waterC = f.emitterJPerK > 0 ? this.supplyC() : this.airC + 15;
      this.pump = pumpStep(f.pump, this.pump, level, f.sourceC ?? outdoorC, waterC, this.dt);
      this.building(outdoorC, gainsW, f.sunM2 * this.plant.around.windowWm2(t));
      for (const name of ['compressorW', 'auxW', 'heatW'] as const) mean[name] += this.pump[name] / n;
    }
    this.mean = mean;
  }

  private building(outdoorC: number, gainsW: number, sunW: number): void {
    const { facts: f, dt } = this;
    this.underway[this.at] = this.pump.heatW;
    this.at = (this.at + 1) % this.underway.length;
    const arrivesW = this.underway[this.at]!;
    const toAirW = f.emitterJPerK > 0 ? f.emitterWPerK * (this.emitterC - this.airC) : arrivesW;
    const massW = f.airMassWPerK * (this.airC - this.massC);
    const airW = toAirW - massW - f.outWPerK * (this.airC - outdoorC) + gainsW + (1 - f.sunMassShare) * sunW;
    if (f.emitterJPerK > 0) this.emitterC += ((arrivesW - toAirW) * dt) / f.emitterJPerK;
    this.airC += (airW * dt) / f.airJPerK;
    this.massC += ((massW + f.sunMassShare * sunW) * dt) / f.massJPerK;
  }

  private supplyC(): number {
    return this.emitterC + (5 * this.pump.heatW) / this.facts.pump.ratedHeatW;
  }

  seen() {
    const { facts: f } = this;
    const storedJ = f.airJPerK * this.airC + f.massJPerK * this.massC + f.emitterJPerK * this.emitterC;
    return { airC: this.airC, powerW: this.mean.compressorW + this.mean.auxW, starts: this.pump.starts, storedJ };
  }

  line() {
    const { sends, emitterJPerK } = this.facts;
    const round = (c: number) => (sends.roundK > 0 ? Math.round(c / sends.roundK) * sends.roundK : c);
    const water = sends.supply && emitterJPerK > 0;
    return {
      roomC: round(this.airC + sends.noiseK * this.noise()),
      supplyC: water ? round(this.supplyC()) : null,
      returnC: water ? round(this.emitterC) : null,
      compressorW: sends.power ? this.mean.compressorW : null,
      auxW: sends.power ? this.mean.auxW : null,
      heatW: sends.heat ? this.mean.heatW * (1 + 0.03 * this.noise()) : null,
    };
  }
}

function factsOf(random: Random, areaM2: number, lossWPerK: number, emitter: string, pump: WildPump): OddFacts {
  const weight = oneOf(random, [0.1, 0.4, 1, 2.5]);
  const emitterJ = { floor: between(random, 40_000, 140_000), radiator: between(random, 2000, 9000), air: 0 }[emitter]!;
  return {
    airJPerK: areaM2 * between(random, 8_000, 50_000),
    massJPerK: areaM2 * 200_000 * weight,
    airMassWPerK: areaM2 * between(random, 3, 12),
    outWPerK: lossWPerK,
    emitterJPerK: areaM2 * emitterJ,
    emitterWPerK: Math.max(pump.ratedHeatW, lossWPerK * 32) / between(random, ...excessOf(emitter)),
    delayS: oneOf(random, [0, 0, 120, 600, 1800]),
    sunM2: areaM2 * oneOf(random, [0.01, 0.03, 0.08]),
    sunMassShare: between(random, 0.2, 0.8),
    startC: oneOf(random, [12, 19, 21, 23]),
    sourceC: random() < 0.25 ? between(random, -1, 10) : null,
    pump,
    sends: {
      noiseK: oneOf(random, [0, 0.05, 0.2]),
      roundK: oneOf(random, [0, 0.1, 0.5]),
      heat: random() < 0.65,
      power: random() < 0.7,
      supply: random() < 0.7,
    },
  };
}

const excessOf = (emitter: string): [number, number] => (emitter === 'floor' ? [5, 10] : [15, 30]);

function toldHouse(random: Random, areaM2: number, emitter: string, pump: WildPump, lossWPerK: number): ForeignHouse {
  const told = random();
  if (told < 0.2) return {};
  const machine = { heatW: Math.round(pump.ratedHeatW), onOff: pump.onOff };
  if (told < 0.35) return { pump: machine };
  const kind = ({ floor: 'floor', radiator: 'radiator', air: 'fancoil' } as const)[emitter];
  const house: ForeignHouse = { areaM2, emitter: kind, pump: machine };
  if (told < 0.6) return house;
  return { ...house, designLoadW: Math.round(lossWPerK * 30), pump: { ...machine, minModulation: pump.minModulation } };
}

/** Steps in units of the shortest: a plant that changes its step sends a line after each of these, in turn. */
const STEPS: readonly { dtS: number; every: readonly number[] }[] = [
  { dtS: 10, every: [1] },
  { dtS: 60, every: [1] },
  { dtS: 300, every: [1] },
  { dtS: 300, every: [1] },
  { dtS: 600, every: [1] },
  { dtS: 900, every: [1] },
  { dtS: 60, every: [1, 1, 5, 15, 10, 2] },
];

export function oddHouse(seed: number): Plant {
  const random = seededRandom(15_485_863 * (seed + 1));
  const areaM2 = Math.round(oneOf(random, [20, 60, 100, 150, 250, 600]) * between(random, 0.8, 1.2));
  const emitter = oneOf(random, ['floor', 'radiator', 'radiator', 'air']);
  const lossWPerK = areaM2 * oneOf(random, [0.35, 0.8, 1.5, 3]);
  const oversize = oneOf(random, [0.5, 0.8, 1, 1.3, 2]);
  const drawn = wildPump(random, Math.max(600, lossWPerK * 30 * oversize));
  const low = { ...drawn, minModulation: drawn.onOff ? 1 : oneOf(random, [0.25, drawn.minModulation]) };
  const facts = factsOf(random, areaM2, lossWPerK, emitter, low);
  const around = oddAround(random, areaM2);
  const { dtS, every } = oneOf(random, STEPS);
  const missing = (['heat', 'power', 'supply'] as const).filter((name) => !facts.sends[name]);
  const weight = facts.massJPerK / areaM2 / 1000;
  const plant: Plant = {
    name: `odd ${seed}: ${emitter}, ${areaM2} m², ${(lossWPerK / areaM2).toFixed(2)} W/m²K, ${weight.toFixed(0)} kJ/m²K, ${oversize} x load${drawn.onOff ? ', on/off' : ''}${missing.length ? `, no ${missing.join(' ')}` : ''}, ${around.about}`,
    house: toldHouse(random, areaM2, emitter, low, lossWPerK),
    dtS,
    every,
    around,
    lossWPerK,
    start: (_t, noise) => new OddRunning(plant, facts, noise),
  };
  return plant;
}
