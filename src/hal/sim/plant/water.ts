import { coolantRing, exchangerLine, stepCoolant, waterFlowWPerK } from './coolant.ts';
import { gain, lose } from './ledger.ts';
import { BUFFER_LAYERS, WATER_J_PER_LK } from './params.ts';
import type { PlantInput, PlantState } from './state.ts';

/** The backup heater's own limiter opens here (safety temperature limiter in hardware). */
const BACKUP_LIMIT_C = 85;
const MAINS_C = 10;
const LAYER_MIX_WPERK = 8;

/**
 * Heating water once round: return pipe -> condenser -> accelerator exchanger -> supply -> tank coil or buffer, and the
 * coolant ring that feeds the exchanger. Solved together and implicitly over the supply temperature.
 */
export function stepLoops(s: PlantState, input: PlantInput, dtS: number): void {
  const p = s.params;
  const flow = waterFlowWPerK(s);
  const a = flow * dtS;
  const toTank = s.hotWaterPosition;
  const coil = flow * toTank < 1e-6 ? 0 : 1 - Math.exp(-p.tankCoilWPerK / (flow * toTank));
  const bottomC = s.bufferC[BUFFER_LAYERS - 1]!;
  const ring = coolantRing(s, input, flow, dtS);
  const heat = exchangerLine(s, ring);
  s.backupW = backupW(s, input);
  gain(s.ledger, 'backupJ', s.backupW * dtS);
  const laterW = heat.fixedW + (p.backupInSupply ? s.backupW : 0);
  // return = r0 + r1 * supply; condenser = c0 + c1 * supply
  const r0 = (p.returnJPerK * s.returnC + a * (toTank * coil * s.tankC + (1 - toTank) * bottomC)) / (p.returnJPerK + a);
  const r1 = (a * toTank * (1 - coil)) / (p.returnJPerK + a);
  const c0 = (p.condenserJPerK * s.condenserC + dtS * s.condenserW + a * r0) / (p.condenserJPerK + a);
  const c1 = (a * r1) / (p.condenserJPerK + a);
  const gainPerK = a + dtS * heat.perK;
  s.supplyC = (p.supplyJPerK * s.supplyC + gainPerK * c0 + dtS * laterW) / (p.supplyJPerK + a - gainPerK * c1);
  s.returnC = r0 + r1 * s.supplyC;
  s.condenserC = c0 + c1 * s.supplyC;
  stepCoolant(s, ring, s.condenserC);
  stepTank(s, input, a * toTank * coil * (s.supplyC - s.tankC), dtS);
  stepBuffer(s, input, a * (1 - toTank), dtS);
}

/** The backup heater behind the accelerator's exchanger, or in the buffer. */
function backupW(s: PlantState, { outputs, faults }: PlantInput): number {
  const aroundC = s.params.backupInSupply ? s.supplyC : s.bufferC[1]!;
  const on = outputs.backupHeaterOn >= 0.5 && !faults?.backupHeaterDead && aroundC < BACKUP_LIMIT_C;
  return on ? s.params.backupHeaterW : 0;
}

function stepTank(s: PlantState, input: PlantInput, coilJ: number, dtS: number): void {
  const p = s.params;
  const jPerK = p.tankL * WATER_J_PER_LK;
  const before = s.tankC;
  const wantedC = input.hotWaterUseC ?? before;
  const tapJPerK = ((input.hotWaterLpm * dtS) / 60) * WATER_J_PER_LK;
  const drawJ = tapJPerK * (Math.min(before, wantedC) - MAINS_C);
  if (wantedC > before) s.hotWaterShortJ += tapJPerK * (wantedC - before);
  const lossJ = p.tankLossWPerK * (before - p.cellarC) * dtS;
  s.tankC += (coilJ - drawJ - lossJ) / jPerK;
  lose(s.ledger, 'hotWaterJ', drawJ);
  lose(s.ledger, 'standingLossJ', lossJ);
}

/** Share of the difference between water and emitter that the emitter takes. */
const EMITTER_EFFECT = 0.75;

/** 0..1: the mixing valves of the rooms, fully open below 21 °C and shut above 24 °C; the other way round for cold water. */
export function emitterValve(airC: number, waterC: number, emitterC: number): number {
  const open = waterC >= emitterC ? (24 - airC) / 3 : (airC - 22) / 2;
  return Math.min(1, Math.max(0, open));
}

/** Buffer layers by upwind flow, emitter draw included; `inletJPerK` is what the supply brings to the top in this sub-step. */
function stepBuffer(s: PlantState, input: PlantInput, inletJPerK: number, dtS: number): void {
  const p = s.params;
  const layerJPerK = (p.bufferL / BUFFER_LAYERS) * WATER_J_PER_LK;
  const last = BUFFER_LAYERS - 1;
  const old = s.bufferC.slice();
  const top = old[0]!;
  const valve = input.faults?.emittersShut ? 0 : emitterValve(s.airC, top, s.emitterC);
  const emitterLpm = p.emitterMaxLpm * valve;
  const emitterJPerK = (emitterLpm / 60) * WATER_J_PER_LK * dtS;
  const emitterJ = emitterJPerK * EMITTER_EFFECT * (top - s.emitterC);
  const emitterBackC = top - EMITTER_EFFECT * (top - s.emitterC);
  s.emitterC += emitterJ / p.emitterJPerK;
  const down = inletJPerK - emitterJPerK;
  const next = s.bufferC;
  next[0]! += (inletJPerK * s.supplyC - emitterJPerK * top) / layerJPerK;
  next[last]! += (emitterJPerK * emitterBackC - inletJPerK * old[last]!) / layerJPerK;
  for (let i = 0; i < last; i++) {
    const carried = down > 0 ? down * old[i]! : down * old[i + 1]!;
    const mixed = carried + LAYER_MIX_WPERK * dtS * (old[i]! - old[i + 1]!);
    next[i]! -= mixed / layerJPerK;
    next[i + 1]! += mixed / layerJPerK;
  }
  if (!p.backupInSupply) next[1]! += (s.backupW * dtS) / layerJPerK;
  for (let i = 0; i <= last; i++) {
    const lossJ = (p.bufferLossWPerK / BUFFER_LAYERS) * (old[i]! - p.cellarC) * dtS;
    next[i]! -= lossJ / layerJPerK;
    lose(s.ledger, 'standingLossJ', lossJ);
  }
  rise(next);
}

/** Warm water below cold water rises: layers that stand the wrong way round mix. */
function rise(layers: number[]): void {
  for (let i = 1; i < layers.length; i++) {
    if (layers[i]! <= layers[i - 1]!) continue;
    let sum = layers[i]!;
    let first = i;
    while (first > 0 && layers[first - 1]! < sum / (i - first + 1)) sum += layers[--first]!;
    layers.fill(sum / (i - first + 1), first, i + 1);
  }
}
