import { gain, lose } from './ledger.ts';
import { COOLANT_J_PER_LK, WATER_J_PER_LK } from './params.ts';
import type { PlantInput, PlantState } from './state.ts';

/** Chips throttle themselves from here and are off 10 K later, whatever the cap says. */
const THROTTLE_C = 95;
const THROTTLE_BAND_K = 10;
/** Share of the dry cooler's conductance that natural convection gives. */
const STILL_AIR = 0.05;

/** Electrical power of the accelerator in this sub-step; sets `accelW` and `accelBurntW`. */
export function stepAccelerator(s: PlantState, input: PlantInput): void {
  const o = input.outputs;
  const p = s.params;
  if (o.accelSupplyOn < 0.5 || p.accelMaxW === 0) {
    s.accelW = 0;
    s.accelBurntW = 0;
    return;
  }
  const own = Math.min(1, Math.max(0, (THROTTLE_C + THROTTLE_BAND_K - s.chipC) / THROTTLE_BAND_K));
  const idleW = Math.min(p.accelIdleW, p.accelMaxW);
  const capW = input.faults?.accelHang ? p.accelMaxW : Math.min(o.accelCapW, p.accelMaxW);
  const workW = input.faults?.accelHang ? p.accelMaxW : Math.max(0, input.accelWorkW);
  s.accelBurntW = own * Math.min(workW, Math.max(0, capW - idleW));
  s.accelW = idleW + s.accelBurntW;
}

/** Share of the hotter stream's greatest possible heat that a counterflow exchanger moves (Kays & London). */
export function counterflow(wPerK: number, hotWPerK: number, coldWPerK: number): number {
  const least = Math.min(hotWPerK, coldWPerK);
  if (least < 1e-6) return 0;
  const ratio = least / Math.max(hotWPerK, coldWPerK);
  const ntu = wPerK / least;
  const effectiveness =
    ratio > 0.999 ? ntu / (1 + ntu) : (1 - Math.exp(-ntu * (1 - ratio))) / (1 - ratio * Math.exp(-ntu * (1 - ratio)));
  return (effectiveness * least) / hotWPerK;
}

/** The coolant ring as one linear system: implicit Euler, so that any step is stable and no joule is lost. */
export interface Ring {
  dtS: number;
  flowWPerK: number;
  cellJPerK: number;
  chipToPlateWPerK: number;
  /** Shares of (coolant - water) and (coolant - outdoor air) given up on the way round. */
  toWater: number;
  toAir: number;
}

export function coolantRing(s: PlantState, input: PlantInput, waterWPerK: number, dtS: number): Ring {
  const p = s.params;
  const flowWPerK = (s.accelFlowLpm / 60) * COOLANT_J_PER_LK;
  const rejected = s.rejectPosition;
  const exchangerFlow = flowWPerK * (1 - rejected);
  const coolerFlow = flowWPerK * rejected;
  const fan = input.faults?.dryCoolerDead ? STILL_AIR : Math.max(STILL_AIR, (input.outputs.dryCoolerPct / 100) ** 0.7);
  return {
    dtS,
    flowWPerK,
    cellJPerK: (p.pipeL / p.pipeCells) * COOLANT_J_PER_LK,
    chipToPlateWPerK: p.chipWPerK * Math.max(0.02, s.accelFlowLpm / p.accelPumpMaxLpm) ** 0.2,
    toWater: (1 - rejected) * counterflow(p.exchangerWPerK, exchangerFlow, waterWPerK),
    toAir: coolerFlow < 1e-6 ? 0 : rejected * (1 - Math.exp((-p.dryCoolerWPerK * fan) / coolerFlow)),
  };
}

/** The chip's new temperature as `fixed + perK * plate`. */
function chipLine(s: PlantState, ring: Ring) {
  const down = s.params.chipJPerK + ring.dtS * ring.chipToPlateWPerK;
  return {
    fixed: (s.params.chipJPerK * s.chipC + ring.dtS * s.accelW) / down,
    perK: (ring.dtS * ring.chipToPlateWPerK) / down,
  };
}

/** New plate temperature for a given temperature of the coolant that comes back into it. */
function plateLine(s: PlantState, ring: Ring) {
  const p = s.params;
  const chip = chipLine(s, ring);
  const loss = p.caseLossWPerK;
  const down = p.plateJPerK + ring.dtS * (ring.chipToPlateWPerK * (1 - chip.perK) + ring.flowWPerK + loss);
  return {
    fixed: (p.plateJPerK * s.plateC + ring.dtS * (ring.chipToPlateWPerK * chip.fixed + loss * p.cellarC)) / down,
    perK: (ring.dtS * ring.flowWPerK) / down,
  };
}

/** Temperature at the end of the outgoing pipe after this sub-step, when the water enters the exchanger at `waterC`. */
function hotEndC(s: PlantState, ring: Ring, waterC: number): { hotC: number; backC: number } {
  const a = ring.dtS * ring.flowWPerK;
  const keep = ring.cellJPerK / (ring.cellJPerK + a);
  const pass = a / (ring.cellJPerK + a);
  const plate = plateLine(s, ring);
  let fixed = plate.fixed;
  let slope = plate.perK;
  for (let i = 0; i < s.params.pipeCells; i++) {
    fixed = keep * s.coolantOutC[i]! + pass * fixed;
    slope *= pass;
  }
  const hotFixed = fixed;
  const hotSlope = slope;
  const left = 1 - ring.toWater - ring.toAir;
  fixed = left * fixed + ring.toWater * waterC + ring.toAir * s.outdoorC;
  slope *= left;
  for (let i = 0; i < s.params.pipeCells; i++) {
    fixed = keep * s.coolantBackC[i]! + pass * fixed;
    slope *= pass;
  }
  const backC = fixed / (1 - slope);
  return { hotC: hotFixed + hotSlope * backC, backC };
}

/** Watts into the water as a line over the water's temperature: `fixedW + perK * waterC`. */
export function exchangerLine(s: PlantState, ring: Ring): { fixedW: number; perK: number } {
  const conductance = ring.toWater * ring.flowWPerK;
  if (conductance === 0) return { fixedW: 0, perK: 0 };
  const fixedW = conductance * hotEndC(s, ring, 0).hotC;
  const perK = (conductance * (hotEndC(s, ring, 50).hotC - 50) - fixedW) / 50;
  return { fixedW, perK };
}

/** Moves the ring on. Sets chip, plate and pipe temperatures, `accelHeatW` and `rejectedW`. */
export function stepCoolant(s: PlantState, ring: Ring, waterC: number): void {
  const p = s.params;
  const { hotC, backC } = hotEndC(s, ring, waterC);
  const a = ring.dtS * ring.flowWPerK;
  const keep = ring.cellJPerK / (ring.cellJPerK + a);
  const pass = a / (ring.cellJPerK + a);
  const chip = chipLine(s, ring);
  const plate = plateLine(s, ring);
  s.plateC = plate.fixed + plate.perK * backC;
  s.chipC = chip.fixed + chip.perK * s.plateC;
  let before = s.plateC;
  for (let i = 0; i < s.params.pipeCells; i++) before = s.coolantOutC[i] = keep * s.coolantOutC[i]! + pass * before;
  before = (1 - ring.toWater - ring.toAir) * hotC + ring.toWater * waterC + ring.toAir * s.outdoorC;
  for (let i = 0; i < s.params.pipeCells; i++) before = s.coolantBackC[i] = keep * s.coolantBackC[i]! + pass * before;
  s.accelHeatW = ring.toWater * ring.flowWPerK * (hotC - waterC);
  s.rejectedW = ring.toAir * ring.flowWPerK * (hotC - s.outdoorC);
  gain(s.ledger, 'accelJ', s.accelW * ring.dtS);
  lose(s.ledger, 'dryCoolerJ', s.rejectedW * ring.dtS);
  lose(s.ledger, 'standingLossJ', p.caseLossWPerK * (s.plateC - p.cellarC) * ring.dtS);
}

/** Heat capacity flow of the heating water, W/K. */
export const waterFlowWPerK = (s: PlantState) => (s.heatFlowLpm / 60) * WATER_J_PER_LK;
