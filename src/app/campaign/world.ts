import { CARDS } from '../../contract/cards.ts';
import type { SetPoints } from '../../contract/messages.ts';
import { ACTUATOR_NAMES, type Image, type Outputs, SAFE_OUTPUTS } from '../../contract/points.ts';
import { restoredState, Stored, storedOf } from '../../control/persist.ts';
import type { CoreState } from '../../control/state.ts';
import { initialState, step } from '../../control/step.ts';
import type { Verdict } from '../../control/types.ts';
import { seenBy, WATCH_START, type Watch, watchStep } from '../../control/watchdog.ts';
import type { Config } from '../../core/config.ts';
import { type Random, seededRandom } from '../../core/random.ts';
import { createHousehold } from '../../hal/sim/household.ts';
import { createMarket } from '../../hal/sim/market.ts';
import { CHAIN, DEAD_MAN_MS } from '../../hal/sim/outputs.ts';
import { createPlant, type PlantState, plantParams, plantStep, sensorsOf } from '../../hal/sim/plant/plant.ts';
import { generatedWeather } from '../../hal/sim/weather/generator.ts';
import { type Injected, isOn, plantFaultsAt } from './faults.ts';
import { type Readings, sense } from './sensing.ts';

export const TICK_S = 0.1;
/** As the loop: a longer gap is not handed on as house time. */
const MAX_REAL_S = 5;

/** House, weather, prices and people of one scene. */
export interface World {
  config: Config;
  accelMaxW: number;
  facts(houseS: number): ReturnType<ReturnType<typeof createHousehold>['at']> & {
    timeMs: number;
    weather: ReturnType<typeof generatedWeather>;
    market: ReturnType<ReturnType<typeof createMarket>['at']>;
  };
  /** What people want at this house second, questions that wait, W, and whether the grid operator dims the unit. */
  wishes(houseS: number): { setPoints: SetPoints; demandW: number; dimmed: boolean };
}

/** All that is at one moment: plain data but for the plant, so that a window can be forked from it. */
export interface Moment {
  houseS: number;
  tick: number;
  plant: PlantState;
  core: CoreState;
  watch: Watch;
  /** When the dead-man was last fed; the relay holds for 300 ms. */
  edgeMs: number;
  commanded: Outputs;
  /** What reaches the machine. */
  effective: Outputs;
  readings: Readings | undefined;
  verdict: Verdict | undefined;
  /** The image of the last tick, undefined while control did not run. */
  image: Image | undefined;
  accelWorkW: number;
  /** Seconds since control last ran. */
  silentS: number;
}

/** The seasons of a scene are chosen by moving the weather of its seed to this temperature at the start. */
export function createWorld(config: Config, wishes: World['wishes'], outdoorC: number, humid: boolean): World {
  const { seed } = config.sim;
  const startMs = Date.parse(config.sim.startsAt);
  const market = createMarket(seed, config.tariff);
  const household = createHousehold(seed, config.sim.householdKwhPerYear, config.sim.tapping);
  const shiftK = outdoorC - generatedWeather(seed, startMs).outdoorC;
  const facts = (houseS: number) => {
    const timeMs = startMs + houseS * 1000;
    const weather = generatedWeather(seed, timeMs);
    return {
      timeMs,
      market: market.at(timeMs),
      ...household.at(timeMs),
      weather: {
        ...weather,
        outdoorC: weather.outdoorC + shiftK,
        humidityPct: humid ? 95 : weather.humidityPct,
      },
    };
  };
  let secondS = Number.NaN;
  let held = facts(0);
  return {
    config,
    accelMaxW: config.house.accelMaxW,
    wishes,
    // Weather and prices do not move within a second.
    facts(houseS) {
      const second = Math.floor(houseS);
      if (second !== secondS) held = facts(second);
      secondS = second;
      return held;
    },
  };
}

export function firstMoment(world: World, plant: (sound: PlantState) => PlantState, core: (s: CoreState) => CoreState) {
  const { house, sim, accelerator } = world.config;
  const accelIdleW = CARDS[accelerator.card]!.idleW * accelerator.count;
  const fresh = createPlant(plantParams(house, { pvKwp: sim.pvKwp, accelIdleW }), sim.seed);
  return {
    houseS: 0,
    tick: 0,
    plant: plant(fresh),
    core: core(initialState(house)),
    watch: WATCH_START,
    edgeMs: Number.NEGATIVE_INFINITY,
    commanded: { ...SAFE_OUTPUTS },
    effective: { ...SAFE_OUTPUTS },
    readings: undefined,
    verdict: undefined,
    image: undefined,
    accelWorkW: 0,
    silentS: 0,
  } satisfies Moment as Moment;
}

const clockMs = (houseS: number): number => 1000 + houseS * 1000;

/** Whether the relay chain still holds in the tick that begins `dtS` after this moment. */
export const chainHolds = ({ houseS, edgeMs }: Moment, dtS: number): boolean =>
  clockMs(houseS + dtS) - edgeMs < DEAD_MAN_MS;

/** What reaches the machine: commands, less what the dead-man relay has dropped, less what does not follow. */
function reaches(m: Moment, s: number, faults: readonly Injected[], dtS: number): Outputs {
  const held = dtS > TICK_S || chainHolds(m, dtS);
  const outputs: Outputs = { ...m.commanded };
  for (const fault of faults) {
    if (!('output' in fault.broken) || !isOn(fault, s)) continue;
    outputs[fault.broken.output] = m.effective[fault.broken.output];
  }
  if (held) return outputs;
  for (const name of CHAIN) outputs[name] = SAFE_OUTPUTS[name];
  return outputs;
}

/** Whether control runs in this tick, and its state if it has just come back from a restart. */
function controlNow(m: Moment, world: World, s: number, faults: readonly Injected[]) {
  let core = m.core;
  let watch = m.watch;
  for (const { broken, fromS } of faults) {
    if (!('control' in broken) || broken.control === 'clock' || s < fromS) continue;
    if (s < fromS + broken.value) return undefined;
    if (broken.control !== 'restart' || s >= fromS + broken.value + TICK_S - 1e-6) continue;
    const kept = Stored.parse(JSON.parse(JSON.stringify(storedOf(world.wishes(m.houseS).setPoints, m.core))));
    core = restoredState(world.config.house, kept);
    watch = WATCH_START;
  }
  return { core, watch };
}

const isAround = (faults: readonly Injected[], s: number, name: string) =>
  faults.some((f) => 'around' in f.broken && f.broken.around === name && isOn(f, s));

/** Set-points and the energy manager's words while somebody changes his mind all the time. */
function flapping(given: SetPoints, s: number, faults: readonly Injected[]) {
  let setPoints = given;
  let sgReady: 1 | 4 | undefined;
  let dims = false;
  for (const fault of faults) {
    const { broken } = fault;
    if (!('around' in broken) || broken.everyS === undefined || !isOn(fault, s)) continue;
    const other = Math.floor((s - fault.fromS) / broken.everyS + 1e-6) % 2 === 0;
    if (broken.around === 'mode-flaps' && other) {
      setPoints = { ...setPoints, mode: setPoints.mode === 'off' ? 'heating' : 'off' };
    } else if (broken.around === 'set-points-flap') {
      setPoints = { ...setPoints, roomSetC: other ? 5 : 30, hotWaterSetC: other ? 60 : 35 };
    } else if (broken.around === 'computing-flaps') {
      setPoints = { ...setPoints, computeOn: other, computeValueEurPerKwh: other ? 0 : 10 };
    } else if (broken.around === 'sg-ready-flaps') sgReady = other ? 1 : 4;
    else if (broken.around === 'dimming-flaps') dims = other;
  }
  return { setPoints, sgReady, dims };
}

/** Wishes, leases and house time as control hears of them. */
function heard(world: World, houseS: number, s: number, faults: readonly Injected[]) {
  const { market, timeMs } = world.facts(houseS);
  const { setPoints: wished, demandW, dimmed } = world.wishes(houseS);
  const { setPoints, sgReady, dims } = flapping(wished, s, faults);
  const limited = dimmed || dims || isAround(faults, s, 'dimmed');
  const jumped = faults.find((f) => 'control' in f.broken && f.broken.control === 'clock' && isOn(f, s));
  const jumpS = jumped && 'control' in jumped.broken ? jumped.broken.value : 0;
  const broker = !isAround(faults, s, 'broker-dead');
  // A crash loop: gone for 2 of every 5 s.
  const loops = isAround(faults, s, 'compute-loops') && s % 5 < 2;
  const asks = broker && !loops && !isAround(faults, s, 'compute-dead');
  const want = asks && demandW > 0 ? { wantW: demandW, incomeEurPerKwh: 0, queued: 1 } : undefined;
  return {
    setPoints,
    market: broker ? market : undefined,
    want,
    ems: limited || sgReady !== undefined ? { ...(limited && { limitW: 0 }), ...(sgReady && { sgReady }) } : undefined,
    timeMs: timeMs + jumpS * 1000,
    asks,
    demandW,
  };
}

/** The next moment, `dtS` later. `fine` is 10 Hz with the dead-man; coarse steps get a scene to its phase. */
export function advance(
  m: Moment,
  world: World,
  s: number,
  faults: readonly Injected[],
  random: Random,
  dtS: number = TICK_S,
): Moment {
  const fine = dtS <= TICK_S;
  const houseS = m.houseS + dtS;
  const atMs = clockMs(houseS);
  const effective = reaches(m, s, faults, dtS);
  const facts = world.facts(houseS);
  const { weather, householdW, hotWaterLpm, hotWaterUseC } = facts;
  const broken = plantFaultsAt(faults, s);
  const input = { outputs: effective, accelWorkW: m.accelWorkW, weather, householdW, hotWaterLpm, hotWaterUseC };
  const plant = plantStep(m.plant, broken ? { ...input, faults: broken } : input, dtS);
  const readings = sense(sensorsOf(plant), atMs, s, faults, m.readings, random);
  const control = controlNow(m, world, s, faults);
  const next = { ...m, houseS, tick: m.tick + 1, plant, effective, readings };
  if (!control) return { ...next, image: undefined, silentS: m.silentS + dtS };
  const seen: Image = { tick: next.tick, atMs, sensors: readings, actuators: effective };
  const image = seenBy(control.watch, seen);
  const { asks, demandW, ...input_ } = heard(world, houseS, s, faults);
  const elapsedS = Math.min(MAX_REAL_S, dtS + m.silentS);
  const done = step(control.core, {
    ...input_,
    image,
    dtS: elapsedS,
    house: world.config.house,
    grid: world.config.grid,
  });
  const { verdict } = done;
  const watched = watchStep(control.watch, seen, verdict);
  return {
    ...next,
    image,
    core: done.state,
    watch: fine ? watched.watch : WATCH_START,
    edgeMs: watched.feed || !fine ? atMs : m.edgeMs,
    commanded: verdict.outputs,
    verdict,
    accelWorkW: asks ? Math.min(verdict.grantW, Math.max(verdict.fillerW, demandW)) : verdict.fillerW,
    silentS: 0,
  };
}

export const windowRandom = (seed: number): Random => seededRandom(seed);
export const outputsEqual = (a: Outputs, b: Outputs): boolean => ACTUATOR_NAMES.every((n) => a[n] === b[n]);
