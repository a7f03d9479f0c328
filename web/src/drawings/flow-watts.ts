import type { Snapshot } from '../snapshot.ts';

/** Links of the energy flow in watts: negative where the energy runs against the name, null where a meter is silent. */
export interface FlowWatts {
  sun: number | null;
  grid: number | null;
  household: number | null;
  compute: number | null;
  compressor: number | null;
  /** Drawn from outside air by the heat pump; negative when it gives heat away (cooling, defrost). */
  air: number | null;
  computeHeat: number;
  pumpHeat: number | null;
  rooms: number;
  hotWater: number;
  rejected: number;
}

/**
 * What flows now, from the points that control measured. The household is what is left of sun and grid where no meter of
 * its own tells (a real board); the plant's truth has it on the simulated one. Outside air is the rest of the first law.
 */
export function flowWatts(snapshot: Snapshot | null): FlowWatts | null {
  const control = snapshot?.control;
  if (!control) return null;
  const value = (name: 'pvW' | 'gridW' | 'accelW' | 'compressorW') => control.sensors[name]?.value ?? null;
  const [sun, grid, compute, compressor] = [value('pvW'), value('gridW'), value('accelW'), value('compressorW')];
  const { condenserW, accelW, rejectedW } = control.heat;
  const toHouse = condenserW + accelW;
  const hotWater = control.outputs.hotWaterOn === 1;
  const known = grid !== null && compute !== null && compressor !== null;
  const rest = known ? Math.max(0, (sun ?? 0) + grid - compute - compressor) : null;
  return {
    sun: sun && Math.max(0, sun),
    grid,
    household: snapshot.plant?.householdW ?? rest,
    compute,
    compressor,
    air: compressor === null ? null : condenserW - compressor,
    computeHeat: accelW,
    pumpHeat: compressor,
    rooms: hotWater ? 0 : toHouse,
    hotWater: hotWater ? toHouse : 0,
    rejected: rejectedW,
  };
}
