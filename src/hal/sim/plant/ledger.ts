import { BUFFER_LAYERS, COOLANT_J_PER_LK, WATER_J_PER_LK } from './params.ts';
import type { Ledger, PlantState } from './state.ts';

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Heat in every store, counted from 0 °C. */
export function storedJ(s: PlantState): number {
  const p = s.params;
  const pipeCellJPerK = (p.pipeL / p.pipeCells) * COOLANT_J_PER_LK;
  const layerJPerK = (p.bufferL / BUFFER_LAYERS) * WATER_J_PER_LK;
  return (
    p.chipJPerK * s.chipC +
    p.plateJPerK * s.plateC +
    pipeCellJPerK * (sum(s.coolantOutC) + sum(s.coolantBackC)) +
    p.returnJPerK * s.returnC +
    p.condenserJPerK * s.condenserC +
    p.supplyJPerK * s.supplyC +
    layerJPerK * sum(s.bufferC) +
    p.tankL * WATER_J_PER_LK * s.tankC +
    p.emitterJPerK * s.emitterC +
    p.rooms.airJPerK * s.airC +
    p.rooms.extJPerK * s.extC +
    p.rooms.intJPerK * s.intC
  );
}

type Flow = Exclude<keyof Ledger, 'inJ' | 'outJ' | 'startStoredJ'>;

/** Heat that enters the stores; negative heat (a house warmed from outside) counts on the other side. */
export function gain(ledger: Ledger, flow: Flow, joules: number): void {
  ledger[flow] += joules;
  if (joules >= 0) ledger.inJ += joules;
  else ledger.outJ -= joules;
}

export function lose(ledger: Ledger, flow: Flow, joules: number): void {
  ledger[flow] += joules;
  if (joules >= 0) ledger.outJ += joules;
  else ledger.inJ -= joules;
}

/** What the ledger cannot account for, as a share of all that went in and out. */
export function ledgerErrorPct(s: PlantState): number {
  const gap = s.ledger.inJ - s.ledger.outJ - (storedJ(s) - s.ledger.startStoredJ);
  return (100 * Math.abs(gap)) / Math.max(1000, s.ledger.inJ + s.ledger.outJ);
}
