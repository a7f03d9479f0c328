import { DEFAULT_SETPOINTS, type Mode, type SafetyState, type SetPoints } from '../../contract/messages.ts';
import { STOOD_S } from '../../control/decide/exercise.ts';
import type { CoreState } from '../../control/state.ts';
import { type Random, seededRandom } from '../../core/random.ts';
import type { PlantState } from '../../hal/sim/plant/plant.ts';
import type { Broken } from './faults.ts';
import { between, randomConfig } from './random-config.ts';
import { createWorld, type Moment, type World } from './world.ts';

export const PHASES = [
  'idle',
  'start',
  'run',
  'defrost',
  'hot water',
  'computing',
  'reversing',
  'checks',
  'dimmed',
  'S1',
  'S2',
  'S3',
  'S4',
] as const;
export type Phase = (typeof PHASES)[number];

export interface Cell {
  mode: Mode;
  phase: Phase;
}

const MODES: readonly Mode[] = ['heating', 'auto', 'cooling', 'off'];
/** Cells that cannot be, by `mode/phase`, and why. */
export const IMPOSSIBLE: Readonly<Record<string, string>> = {
  'off/hot water': 'a tank is charged in every mode but off',
};
export const cellName = ({ mode, phase }: Cell): string => `${mode}/${phase}`;
export const CELLS: readonly Cell[] = MODES.flatMap((mode) => PHASES.map((phase) => ({ mode, phase }))).filter(
  (cell) => !(cellName(cell) in IMPOSSIBLE),
);

/** A house, a day, and how to get to the phase. */
export interface Scene {
  cell: Cell;
  world: World;
  plant(fresh: PlantState): PlantState;
  core(fresh: CoreState): CoreState;
  reached(m: Moment): boolean;
  /** What is broken once that is reached, to get into the safety state that is the phase. */
  preface: Preface | undefined;
}

export interface Preface {
  kind: string;
  broken: Broken;
  state: SafetyState;
}

interface Aim {
  summer: boolean;
  outdoorC: number;
  humid: boolean;
  /** Water in pipes and buffer, the tank, the rooms. */
  waterC: number;
  tankC: number;
  airC: number;
  demands: boolean;
  /** Of the frost that makes the machine defrost. */
  frostShare: number;
}

/** What brings this phase about soon: cold water for a start, a short tank, a frosted coil, questions that wait. */
function aimOf({ mode, phase }: Cell, random: Random): Aim {
  const defrosts = phase === 'defrost';
  const summer = mode === 'cooling' || ((mode === 'auto' || mode === 'off') && random() < 0.4);
  const runs = phase === 'start' || phase === 'run' || defrosts || phase === 'S3' || phase === 'S4';
  // Only frost protection runs the compressor while the mode is off.
  const frost = mode === 'off' && (phase === 'start' || phase === 'run' || defrosts);
  const cold = defrosts ? between(random, -4, 1) : between(random, -15, 10);
  // A machine that is set to cooling on a cold day heats its tank, and its coil may be full of frost.
  const cooled = summer && !frost && !defrosts;
  return {
    summer: cooled,
    outdoorC: cooled ? between(random, 22, 36) : cold,
    humid: defrosts,
    waterC: frost ? between(random, 3.5, 4.8) : cooled ? between(random, 22, 30) : between(random, 23, runs ? 30 : 36),
    tankC: phase === 'hot water' || (defrosts && mode === 'cooling') ? between(random, 20, 38) : 50,
    airC: phase === 'idle' ? (cooled ? 20 : 24) : cooled ? 26 : between(random, 19, 20.8),
    demands: phase === 'computing' || phase === 'S1' || phase === 'S2' || (phase !== 'idle' && random() < 0.3),
    frostShare: defrosts ? (frost ? 0.97 : 0.8) : 0,
  };
}

function plantOf(aim: Aim) {
  const { waterC, airC } = aim;
  return (s: PlantState): PlantState => ({
    ...s,
    bufferC: s.bufferC.map((_, i) => waterC - 0.1 * i),
    supplyC: waterC,
    returnC: waterC - 0.3,
    condenserC: waterC,
    tankC: aim.tankC,
    airC,
    extC: airC - 1,
    intC: airC,
    emitterC: Math.max(airC, Math.min(waterC, 30)),
    condensingC: aim.outdoorC,
    evaporatingC: aim.outdoorC,
    outdoorC: aim.outdoorC,
    // What makes the machine defrost is 2e-4 kg for each watt of nominal heat.
    frostKg: aim.frostShare * 2e-4 * s.params.compressorMaxW * s.params.capacityPerW,
  });
}

/** A compressor that may start soon, a season that mode auto has already seen, and what has stood nearly a week and moves soon. */
const coreOf =
  (aim: Aim, movesInS: number) =>
  (s: CoreState): CoreState => ({
    ...s,
    decided: {
      ...s.decided,
      compressor: { ...s.decided.compressor, sinceS: 240 },
      exercise: { ...s.decided.exercise, stillS: mapped(s.decided.exercise.stillS, STOOD_S - movesInS) },
    },
    interlock: { ...s.interlock, timers: { ...s.interlock.timers, compressorOffS: 240 } },
    comfort: { ...s.comfort, season: { cooling: aim.summer, dayMeanC: aim.outdoorC } },
  });

const mapped = <K extends string>(all: Record<K, number>, value: number) =>
  Object.fromEntries(Object.keys(all).map((key) => [key, value])) as Record<K, number>;

const NONE = { value: 0, share: 0 } as const;
/** A fault that brings its safety state. */
const PREFACES: readonly Preface[] = [
  {
    kind: 'accelInC open',
    broken: { point: 'accelInC', fault: 'open', ...NONE, value: Number.NaN, with: 'accelInC' },
    state: 'S1',
  },
  { kind: 'accelW stale', broken: { point: 'accelW', fault: 'stale', ...NONE, with: 'accelW' }, state: 'S2' },
  { kind: 'pressureHighOpen', broken: { plant: 'pressureHighOpen', value: true }, state: 'S3' },
  { kind: 'gasAlarm', broken: { plant: 'gasAlarm', value: true }, state: 'S4' },
];

/** What a safety state is entered from. */
function basePhase({ mode, phase }: Cell): Phase {
  if (phase === 'S1' || phase === 'S2') return 'computing';
  if (phase === 'S3' || phase === 'S4') return mode === 'off' ? 'idle' : 'run';
  return phase;
}

/** Modes of the setting and of the machine now: `auto` heats or cools by its season. */
const coolsNow = (m: Moment) => m.core.plan.plan.mode === 'cooling';
const turns = (m: Moment) => m.effective.compressorOn > 0 && m.plant.compressorShare > 0;

function reachedOf(phase: Phase, world: World, delayS: number): (m: Moment) => boolean {
  let seenS: number | undefined;
  const is: Partial<Record<Phase, (m: Moment) => boolean>> = {
    idle: (m) => m.houseS > 400 && !turns(m),
    start: turns,
    run: (m) => turns(m) && m.core.decided.compressor.sinceS > 240,
    defrost: (m) => m.plant.defrosting && turns(m),
    'hot water': (m) => m.commanded.hotWaterOn > 0 && (turns(m) || m.plant.accelW > 500),
    computing: (m) => m.plant.accelW > 0.5 * world.accelMaxW,
    reversing: (m) => m.core.decided.reversing.cooling !== (coolsNow(m) && !m.core.decided.hotWater.charging),
    checks: (m) => m.core.commission.at !== null,
    dimmed: (m) => m.core.grid.limit.dimming !== null,
  };
  return (m) => {
    // Replayed from an earlier moment: what was seen later has not been seen.
    if (seenS !== undefined && m.houseS < seenS) seenS = undefined;
    if (seenS === undefined && is[phase]?.(m)) seenS = m.houseS;
    return seenS !== undefined && m.houseS >= seenS + delayS;
  };
}

/** The mode over time: a change of it makes the valve turn. */
function modesOf(cell: Cell, aim: Aim, random: Random): (houseS: number) => Mode {
  const { mode, phase } = cell;
  if (phase !== 'reversing' || mode === 'auto') return () => mode;
  if (mode === 'off') return (s) => (s < 1200 ? 'cooling' : 'off');
  const changeS = between(random, 900, 1500);
  const before: Mode = mode === 'cooling' ? 'heating' : 'cooling';
  // From cooling to heating in warm weather, so that there was something to cool.
  return (s) => (s < changeS ? before : aim.summer || mode === 'heating' ? mode : before);
}

/** How long after its begin a phase still is one; any of the checks of commissioning may be the one that runs. */
const LATER_S: Partial<Record<Phase, number>> = { reversing: 200, checks: 2800 };

export function createScene(cell: Cell, seed: number): Scene {
  const random = seededRandom(seed);
  const aim = aimOf(cell, random);
  const summer = aim.summer || cell.phase === 'reversing';
  const config = randomConfig(random, seed & 0xffff, summer);
  const modeAt = modesOf(cell, aim, random);
  const setPoints: SetPoints = {
    ...DEFAULT_SETPOINTS,
    operation: cell.phase === 'checks' ? 'commission' : 'auto',
    hotWaterSetC: between(random, 45, 55),
    computeValueEurPerKwh: random() < 0.3 ? 0.5 : 0,
  };
  const demandW = aim.demands ? config.house.accelMaxW : 0;
  // Questions begin to wait after the machine has settled.
  const dimmedFromS = cell.phase === 'dimmed' ? between(random, 600, 1500) : Number.POSITIVE_INFINITY;
  const wishes: World['wishes'] = (s) => ({
    setPoints: { ...setPoints, mode: modeAt(s) },
    demandW: s < 60 ? 0 : demandW,
    dimmed: s >= dimmedFromS,
  });
  const outdoorC = summer ? Math.max(22, aim.outdoorC) : aim.outdoorC;
  const world = createWorld(config, wishes, outdoorC, aim.humid);
  const delayS = between(random, 0, LATER_S[cell.phase] ?? 40);
  return {
    cell,
    world,
    plant: plantOf(aim),
    core: coreOf(aim, between(random, 0, 1500)),
    reached: reachedOf(basePhase(cell), world, delayS),
    preface: PREFACES.find((p) => p.state === cell.phase),
  };
}
