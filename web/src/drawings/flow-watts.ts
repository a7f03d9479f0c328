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
  /** What the heat pump held and gives off: no heat of the air of now. Null where no meter tells whether it runs. */
  fromRest: number | null;
  rooms: number;
  hotWater: number;
  /** By the dry cooler, and by the heat pump's outdoor coil while it cools or defrosts. */
  rejected: number;
  toAir: number | null;
}

/** A compressor that draws less stands still. */
const RUNS_W = 100;

const positive = (watts: number) => Math.max(0, watts);
const into = (watts: number | null) => watts && positive(watts);
const outOf = (watts: number | null) => watts && positive(-watts);

/**
 * What flows now, from the points that control measured. The household is what is left of sun, grid and battery where no
 * meter of its own tells (a real board); the plant's truth has it on the simulated one. Outside air is the rest of the
 * first law while the compressor runs.
 */
export function flowWatts(snapshot: Snapshot | null): FlowWatts | null {
  const control = snapshot?.control;
  if (!control) return null;
  const value = (name: 'pvW' | 'gridW' | 'batteryW' | 'accelW' | 'compressorW') => control.sensors[name]?.value ?? null;
  const [sun, grid, battery] = [value('pvW'), value('gridW'), value('batteryW')];
  const [compute, compressor] = [value('accelW'), value('compressorW')];
  const { condenserW, accelW, rejectedW, backupW = 0, storedW = 0 } = control.heat;
  const toHouse = condenserW + accelW + backupW;
  const drawn = control.heat.backupDrawsW ?? backupW;
  const hotWater = control.outputs.hotWaterOn === 1;
  const known = grid !== null && compute !== null && compressor !== null;
  const rest = known ? positive(positive(sun ?? 0) + grid - (battery ?? 0) - compute - compressor - drawn) : null;
  const pump = pumpWatts(condenserW, compressor, storedW);
  return {
    sun: into(sun),
    gridIn: into(grid),
    gridOut: outOf(grid),
    batteryOut: outOf(battery),
    batteryIn: into(battery),
    household: snapshot.plant?.householdW ?? rest,
    compute: into(compute),
    compressor: into(compressor),
    backup: backupW > 0 ? drawn : null,
    backupHeat: backupW > 0 ? backupW : null,
    computeHeat: positive(accelW),
    ...pump,
    fromHouse: positive(-toHouse),
    rooms: hotWater ? 0 : positive(toHouse),
    hotWater: hotWater ? positive(toHouse) : 0,
    rejected: positive(rejectedW),
  };
}

/** What the heat pump gives the water, by where it comes from; while it starts, part of what it draws warms itself first. */
function pumpWatts(condenserW: number, compressorW: number | null, storedW: number) {
  if (compressorW === null) return { pumpHeat: null, fromAir: null, fromRest: null, toAir: null };
  const given = positive(condenserW);
  if (compressorW < RUNS_W) return { pumpHeat: 0, fromAir: 0, fromRest: given, toAir: positive(-condenserW) };
  if (condenserW < 0) return { pumpHeat: compressorW, fromAir: 0, fromRest: 0, toAir: compressorW - condenserW };
  const made = given - storedW;
  return { pumpHeat: Math.min(compressorW, made), fromAir: positive(made - compressorW), fromRest: storedW, toAir: 0 };
}
