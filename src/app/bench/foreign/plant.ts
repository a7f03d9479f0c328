import type { ForeignHouse } from '../../../contract/foreign-house.ts';
import type { Moment, Plant, Running, Surroundings } from './surroundings.ts';

/**
 * A house that control has never seen: four heat stores (air, emitter, outer walls, inner mass) and an air-water pump, of
 * another structure than control's own model. Everything here is simulated.
 */
export interface PlantFacts {
  name: string;
  house: ForeignHouse;
  /** Heat stores J/K and conductances W/K. */
  airJPerK: number;
  emitterJPerK: number;
  wallJPerK: number;
  innerJPerK: number;
  emitterAirWPerK: number;
  airWallWPerK: number;
  airInnerWPerK: number;
  wallOutWPerK: number;
  airOutWPerK: number;
  /** Ground under a heated floor. */
  emitterGroundWPerK: number;
  groundC: number;
  /** m² of the sun's irradiance that reach air and emitter; the rest of the aperture warms the walls. */
  sunAirM2: number;
  sunEmitterM2: number;
  sunWallM2: number;
  /** Mean water temperature above the emitter per watt of heat, and half the spread between supply and return. */
  waterKPerW: number;
  spreadKPerW: number;
  pump: PumpFacts;
  dtS: number;
  roomNoiseK: number;
  powerNoise: number;
}

export interface PumpFacts {
  /** Heat and compressor power at speed u in 0..1, W. */
  heatW(u: number, outdoorC: number, supplyC: number): number;
  powerW(u: number, outdoorC: number, supplyC: number): number;
  fanW: number;
  minModulation: number;
  onOff: boolean;
  /** Heat of the first seconds that is lost at each start. */
  startLossS: number;
}

interface PlantState {
  airC: number;
  emitterC: number;
  wallC: number;
  innerC: number;
  runS: number;
  supplyC: number;
  returnC: number;
  compressorW: number;
  auxW: number;
  heatW: number;
}

const SUBSTEP_S = 60;
/** A pump's high-pressure limit. */
const SUPPLY_MAX_C = 62;

function plantStart(outdoorC: number): PlantState {
  const roomC = 20;
  return {
    airC: roomC,
    emitterC: roomC + 2,
    wallC: roomC - 0.25 * (roomC - outdoorC),
    innerC: roomC,
    runS: 0,
    supplyC: roomC + 2,
    returnC: roomC + 2,
    compressorW: 0,
    auxW: 0,
    heatW: 0,
  };
}

function speedOf(pump: PumpFacts, level: number): number {
  if (level <= 0) return 0;
  return pump.onOff ? 1 : Math.min(1, Math.max(pump.minModulation, level));
}

function substep(facts: PlantFacts, s: PlantState, u: number, around: Moment, sunWm2: number) {
  const { pump } = facts;
  const dt = Math.min(SUBSTEP_S, facts.dtS);
  const waterC = s.emitterC + s.heatW * facts.waterKPerW;
  const tooHot = u > 0 && s.supplyC > SUPPLY_MAX_C;
  const speed = tooHot ? Math.min(u, pump.minModulation || 0.3) : u;
  const runS = u > 0 ? s.runS + dt : 0;
  const supplyC = waterC + s.heatW * facts.spreadKPerW;
  const fullW = u > 0 ? Math.max(0, pump.heatW(speed, around.outdoorC, supplyC)) : 0;
  const heatW = runS > 0 && runS <= pump.startLossS ? 0 : fullW;
  const toAirW = facts.emitterAirWPerK * (s.emitterC - s.airC);
  const toWallW = facts.airWallWPerK * (s.airC - s.wallC);
  const toInnerW = facts.airInnerWPerK * (s.airC - s.innerC);
  const lostW = facts.airOutWPerK * (s.airC - around.outdoorC);
  const groundW = facts.emitterGroundWPerK * (s.emitterC - facts.groundC);
  const outW = facts.wallOutWPerK * (s.wallC - around.outdoorC);
  const airW = toAirW - toWallW - toInnerW - lostW + 0.6 * around.gainsW + facts.sunAirM2 * sunWm2;
  return {
    airC: s.airC + (airW * dt) / facts.airJPerK,
    emitterC: s.emitterC + ((heatW - toAirW - groundW + facts.sunEmitterM2 * sunWm2) * dt) / facts.emitterJPerK,
    wallC: s.wallC + ((toWallW - outW + facts.sunWallM2 * sunWm2 + 0.2 * around.gainsW) * dt) / facts.wallJPerK,
    innerC: s.innerC + ((toInnerW + 0.2 * around.gainsW) * dt) / facts.innerJPerK,
    runS,
    supplyC,
    returnC: waterC - heatW * facts.spreadKPerW,
    compressorW: u > 0 ? pump.powerW(speed, around.outdoorC, supplyC) : 0,
    auxW: u > 0 ? pump.fanW : 0,
    heatW,
  };
}

/** One step of the plant under a commanded level; powers in the state are means over the step. */
function plantStep(facts: PlantFacts, around: Surroundings, state: PlantState, level: number, t: number): PlantState {
  const u = speedOf(facts.pump, level);
  const n = Math.max(1, Math.round(facts.dtS / SUBSTEP_S));
  let s = state;
  const sum = { compressorW: 0, auxW: 0, heatW: 0 };
  const now = around.at(t);
  const sunWm2 = around.windowWm2(t);
  for (let i = 0; i < n; i++) {
    s = substep(facts, s, u, now, sunWm2);
    sum.compressorW += s.compressorW / n;
    sum.auxW += s.auxW / n;
    sum.heatW += s.heatW / n;
  }
  return { ...s, ...sum };
}

class FourStoresRunning implements Running {
  private readonly facts: PlantFacts;
  private readonly around: Surroundings;
  private readonly noise: () => number;
  private s: PlantState;
  private on = false;
  private starts = 0;

  constructor(facts: PlantFacts, around: Surroundings, s: PlantState, noise: () => number) {
    this.facts = facts;
    this.around = around;
    this.s = s;
    this.noise = noise;
  }

  copy(): Running {
    // A state is never changed, only replaced.
    return Object.assign(new FourStoresRunning(this.facts, this.around, this.s, this.noise), this);
  }

  step(level: number, t: number): void {
    this.s = plantStep(this.facts, this.around, this.s, level, t);
    this.starts += level > 0 && !this.on ? 1 : 0;
    this.on = level > 0;
  }

  seen() {
    const { facts: f, s } = this;
    const innerJ = f.innerJPerK * s.innerC + f.wallJPerK * s.wallC;
    const storedJ = f.airJPerK * s.airC + f.emitterJPerK * s.emitterC + innerJ;
    return { airC: s.airC, powerW: s.compressorW + s.auxW, starts: this.starts, storedJ };
  }

  line() {
    const { facts, s, noise } = this;
    return {
      roomC: s.airC + facts.roomNoiseK * noise(),
      supplyC: s.supplyC,
      returnC: s.returnC,
      compressorW: s.compressorW * (1 + facts.powerNoise * noise()),
      auxW: s.auxW,
      heatW: s.heatW * (1 + facts.powerNoise * noise()),
    };
  }
}

/** The house as something to run; sensors err by the facts' noise. */
export function fourStores(facts: PlantFacts, around: Surroundings, lossWPerK: number): Plant {
  const start = (t: number, noise: () => number) =>
    new FourStoresRunning(facts, around, plantStart(around.at(t).outdoorC), noise);
  return { name: facts.name, house: facts.house, dtS: facts.dtS, around, lossWPerK, start };
}
