import type { Moment, Plant, Running } from './surroundings.ts';
import { PUMP_START, type PumpState, pumpStep, type WildPump } from './wild-pump.ts';

/** A house by finite differences; layered-house.ts draws them. */
export interface LayeredFacts {
  airJPerK: number;
  /** Outer wall and inner mass, from the room outwards: each layer's store and the way between two of them. */
  wallJPerK: number;
  wallWPerK: number;
  outerWPerK: number;
  innerJPerK: number;
  innerWPerK: number;
  filmWPerK: number;
  windowWPerK: number;
  /** Rooms beside, warmed through the door and by their share of the emitters. */
  besideJPerK: number;
  doorWPerK: number;
  besideOutWPerK: number;
  besideShare: number;
  waterJPerK: number;
  flowWPerK: number;
  emitterJPerK: number;
  screedJPerK: number;
  emitterWPerK: number;
  exponent: number;
  excessK: number;
  /** Room temperature from which valves at the emitters close, over 2 K; never where there are none. */
  valveC: number;
  sunM2: number;
  startC: number;
  pump: WildPump;
  sensor: SensorFacts;
}

export interface SensorFacts {
  lagS: number;
  noiseK: number;
  offsetK: number;
  /** Hours of the week without any measured value. */
  deafH: number;
  heat: boolean;
  power: boolean;
  supply: boolean;
}

const SUBSTEP_S = 60;
export const WALL_LAYERS = 5;
export const INNER_LAYERS = 2;

interface State {
  airC: number;
  besideC: number;
  waterC: number;
  emitterC: number;
  screedC: number;
  sensedC: number;
  wallC: Float64Array;
  innerC: Float64Array;
  pump: PumpState;
  compressorW: number;
  auxW: number;
  heatW: number;
}

/** A row of layers: `inW` enters at the room, `lastWPerK` leads out to `outC`. */
function conduct(
  row: Float64Array,
  jPerK: number,
  wPerK: number,
  inW: number,
  lastWPerK: number,
  outC: number,
  dt: number,
) {
  let flowW = inW;
  for (let i = 0; i < row.length; i++) {
    const here = row[i]!;
    const nextW = i + 1 < row.length ? wPerK * (here - row[i + 1]!) : lastWPerK * (here - outC);
    row[i] = here + ((flowW - nextW) * dt) / jPerK;
    flowW = nextW;
  }
}

export class LayeredRunning implements Running {
  private readonly facts: LayeredFacts;
  private readonly plant: Plant;
  private readonly noise: () => number;
  private readonly dt: number;
  private s: State;
  private t: number;

  constructor(plant: Plant, facts: LayeredFacts, t: number, noise: () => number, s?: State) {
    this.facts = facts;
    this.plant = plant;
    this.noise = noise;
    this.dt = Math.min(SUBSTEP_S, plant.dtS);
    this.t = t;
    this.s = s ?? startOf(facts, plant.around.at(t).outdoorC);
  }

  copy(): Running {
    const { s } = this;
    const copied = { ...s, wallC: s.wallC.slice(), innerC: s.innerC.slice() };
    return new LayeredRunning(this.plant, this.facts, this.t, this.noise, copied);
  }

  step(level: number, t: number): void {
    const { s, dt, plant, facts } = this;
    const n = Math.max(1, Math.round(plant.dtS / dt));
    const now = plant.around.at(t);
    const sunWm2 = plant.around.windowWm2(t);
    const mean = { compressorW: 0, auxW: 0, heatW: 0 };
    for (let i = 0; i < n; i++) {
      s.pump = pumpStep(facts.pump, s.pump, level, now.outdoorC, s.waterC + 2, dt);
      this.rooms(now, sunWm2, this.water());
      s.sensedC += (s.airC - s.sensedC) * Math.min(1, dt / Math.max(dt, facts.sensor.lagS));
      mean.compressorW += s.pump.compressorW / n;
      mean.auxW += s.pump.auxW / n;
      mean.heatW += s.pump.heatW / n;
    }
    Object.assign(s, mean);
    this.t = t + plant.dtS;
  }

  /** Store, emitters and screed; returns the heat that the rooms get, W. */
  private water(): number {
    const { facts: f, s, dt } = this;
    const open = Math.min(1, Math.max(0.05, 1 - (s.airC - f.valveC) / 2));
    const circulates = s.pump.on || s.waterC > s.emitterC + 1 ? 1 : 0.1;
    const intoW = f.flowWPerK * open * circulates * (s.waterC - s.emitterC);
    s.waterC += ((s.pump.heatW - intoW) * dt) / f.waterJPerK;
    const surfaceC = f.screedJPerK > 0 ? s.screedC : s.emitterC;
    const excess = surfaceC - s.airC;
    const toRoomW =
      excess > 0 ? f.emitterWPerK * f.excessK * (excess / f.excessK) ** f.exponent : f.emitterWPerK * excess;
    if (f.screedJPerK > 0) {
      const throughW = 2 * f.emitterWPerK * (s.emitterC - s.screedC);
      s.emitterC += ((intoW - throughW) * dt) / f.emitterJPerK;
      s.screedC += ((throughW - toRoomW) * dt) / f.screedJPerK;
    } else s.emitterC += ((intoW - toRoomW) * dt) / f.emitterJPerK;
    return toRoomW;
  }

  private rooms(now: Moment, sunWm2: number, heatW: number): void {
    const { facts: f, s, dt } = this;
    const wallW = f.filmWPerK * (s.airC - s.wallC[0]!);
    const innerW = f.filmWPerK * (s.airC - s.innerC[0]!);
    const doorW = f.doorWPerK * (s.airC - s.besideC);
    const sunW = f.sunM2 * sunWm2;
    const lostW = f.windowWPerK * (s.airC - now.outdoorC);
    const airW = (1 - f.besideShare) * heatW - wallW - innerW - doorW - lostW + 0.7 * now.gainsW + 0.3 * sunW;
    const besideW = f.besideShare * heatW + doorW - f.besideOutWPerK * (s.besideC - now.outdoorC);
    conduct(s.wallC, f.wallJPerK, f.wallWPerK, wallW + 0.15 * now.gainsW, f.outerWPerK, now.outdoorC, dt);
    conduct(s.innerC, f.innerJPerK, f.innerWPerK, innerW + 0.15 * now.gainsW + 0.7 * sunW, 0, 0, dt);
    s.airC += (airW * dt) / f.airJPerK;
    s.besideC += (besideW * dt) / f.besideJPerK;
  }

  seen() {
    const { facts: f, s } = this;
    const layers = (row: Float64Array) => row.reduce((sum, c) => sum + c, 0);
    const waterJ = f.waterJPerK * s.waterC + f.emitterJPerK * s.emitterC + f.screedJPerK * s.screedC;
    const roomsJ = f.airJPerK * s.airC + f.besideJPerK * s.besideC;
    const storedJ = waterJ + roomsJ + f.wallJPerK * layers(s.wallC) + f.innerJPerK * layers(s.innerC);
    return { airC: s.airC, powerW: s.compressorW + s.auxW, starts: s.pump.starts, storedJ };
  }

  line() {
    const { facts, s, noise } = this;
    const { sensor, pump } = facts;
    const hour = (((this.t / 3600) % 168) + 168) % 168;
    const deaf = hour >= 60 && hour < 60 + sensor.deafH;
    const roomC = Math.round(10 * (s.sensedC + sensor.offsetK + sensor.noiseK * noise())) / 10;
    const upK = (5 * s.heatW) / pump.ratedHeatW;
    const heard = (is: boolean, value: number) => (is && !deaf ? value : null);
    return {
      roomC: heard(true, roomC),
      supplyC: heard(sensor.supply, s.waterC + upK),
      returnC: heard(sensor.supply, s.waterC),
      compressorW: heard(sensor.power, s.compressorW),
      auxW: heard(sensor.power, s.auxW),
      heatW: heard(sensor.heat, s.heatW * (1 + 0.03 * noise())),
    };
  }
}

function startOf(f: LayeredFacts, outdoorC: number): State {
  const roomC = f.startC;
  const wallC = Float64Array.from({ length: WALL_LAYERS }, (_, i) => roomC - ((roomC - outdoorC) * (i + 1)) / 8);
  const waterC = roomC + 3;
  const same = { airC: roomC, besideC: roomC - 1, sensedC: roomC, waterC, emitterC: waterC, screedC: roomC + 2 };
  const innerC = new Float64Array(INNER_LAYERS).fill(roomC);
  return { ...same, wallC, innerC, pump: PUMP_START, compressorW: 0, auxW: 0, heatW: 0 };
}
