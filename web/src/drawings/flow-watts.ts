import type { Snapshot } from '../snapshot.ts';

/** Watts of each line of the energy flow, never below zero; null where a meter is silent. */
export interface FlowWatts {
  sun: number | null;
  gridIn: number | null;
  gridOut: number | null;
  /** Both null in a house without a battery. */
  batteryOut: number | null;
  batteryIn: number | null;
  household: number | null;
  compute: number | null;
  compressor: number | null;
  /** What the backup heater takes, and gives as heat; null while it is off. */
  backup: number | null;
  backupHeat: number | null;
  computeHeat: number;
  pumpHeat: number | null;
  /** What the heat pump lifts: heat of the outside air, or of the house while it cools or defrosts. */
  fromAir: number | null;
  fromHouse: number;
  rooms: number;
  hotWater: number;
  /** By the dry cooler, and by the heat pump's outdoor coil while it cools or defrosts. */
  rejected: number;
  toAir: number | null;
}

const positive = (watts: number) => Math.max(0, watts);
const into = (watts: number | null) => watts && positive(watts);
const outOf = (watts: number | null) => watts && positive(-watts);

/**
 * What flows now, from the points that control measured. The household is what is left of sun, grid and battery where no
 * meter of its own tells (a real board); the plant's truth has it on the simulated one. Outside air is the rest of the
 * first law.
 */
export function flowWatts(snapshot: Snapshot | null): FlowWatts | null {
  const control = snapshot?.control;
  if (!control) return null;
  const value = (name: 'pvW' | 'gridW' | 'batteryW' | 'accelW' | 'compressorW') => control.sensors[name]?.value ?? null;
  const [sun, grid, battery] = [value('pvW'), value('gridW'), value('batteryW')];
  const [compute, compressor] = [value('accelW'), value('compressorW')];
  const { condenserW, accelW, rejectedW, backupW = 0 } = control.heat;
  const toHouse = condenserW + accelW + backupW;
  const backup = backupW > 0 ? backupW : null;
  const hotWater = control.outputs.hotWaterOn === 1;
  const known = grid !== null && compute !== null && compressor !== null;
  const rest = known ? positive(positive(sun ?? 0) + grid - (battery ?? 0) - compute - compressor - backupW) : null;
  const air = compressor === null ? null : condenserW - compressor;
  return {
    sun: into(sun),
    gridIn: into(grid),
    gridOut: outOf(grid),
    batteryOut: outOf(battery),
    batteryIn: into(battery),
    household: snapshot.plant?.householdW ?? rest,
    compute: into(compute),
    compressor: into(compressor),
    backup,
    backupHeat: backup,
    computeHeat: positive(accelW),
    pumpHeat: into(compressor),
    fromAir: into(air),
    fromHouse: positive(-toHouse),
    rooms: hotWater ? 0 : positive(toHouse),
    hotWater: hotWater ? positive(toHouse) : 0,
    rejected: positive(rejectedW),
    toAir: outOf(air),
  };
}
