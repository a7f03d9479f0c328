import type { Snapshot } from '../snapshot.ts';

/** Links of the energy flow; watts, negative where the energy runs against the name. */
export interface FlowWatts {
  sun: number;
  grid: number;
  household: number;
  compute: number;
  compressor: number;
  /** Drawn from outside air by the heat pump; negative when it gives heat away (cooling, defrost). */
  air: number;
  computeHeat: number;
  pumpHeat: number;
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
  const value = (name: 'pvW' | 'gridW' | 'accelW' | 'compressorW') => control.sensors[name]?.value ?? 0;
  const sun = Math.max(0, value('pvW'));
  const grid = value('gridW');
  const compute = value('accelW');
  const compressor = value('compressorW');
  const { condenserW, accelW, rejectedW } = control.heat;
  const toHouse = condenserW + accelW;
  const hotWater = control.outputs.hotWaterOn === 1;
  return {
    sun,
    grid,
    household: snapshot.plant?.householdW ?? Math.max(0, sun + grid - compute - compressor),
    compute,
    compressor,
    air: condenserW - compressor,
    computeHeat: accelW,
    pumpHeat: compressor,
    rooms: hotWater ? 0 : toHouse,
    hotWater: hotWater ? toHouse : 0,
    rejected: rejectedW,
  };
}
