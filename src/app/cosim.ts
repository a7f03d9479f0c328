import { createHash } from 'node:crypto';
import { CARDS } from '../contract/cards.ts';
import { type ComputeWant, DEFAULT_SETPOINTS, type Market, type SetPoints } from '../contract/messages.ts';
import {
  ACTUATOR_NAMES,
  type Image,
  type Outputs,
  SAFE_OUTPUTS,
  SENSOR_NAMES,
  type SensorName,
} from '../contract/points.ts';
import { initialState, step } from '../control/step.ts';
import type { StepInput, Verdict } from '../control/types.ts';
import type { Config } from '../core/config.ts';
import { createHousehold, type Household } from '../hal/sim/household.ts';
import { createMarket } from '../hal/sim/market.ts';
import {
  createPlant,
  type PlantFaults,
  type PlantParams,
  type PlantState,
  plantParams,
  plantStep,
  sensorsOf,
} from '../hal/sim/plant/plant.ts';
import { openWeather, type Weather } from '../hal/sim/weather/weather.ts';
import { createTally, type Tally } from './cosim-tally.ts';

/**
 * Plant, weather, market and the control core in one process and one fold: no clock, no chance but the seed. Compute is a
 * model here: it burns what is granted for filler, and `demandW` of questions that always wait.
 */
export interface CosimOptions {
  config: Config;
  days: number;
  dtS: number;
  setPoints?: Partial<SetPoints>;
  /** Sizes of the plant that are not those which follow from the config. */
  sizes?: Partial<PlantParams>;
  demandW?: number;
  /** What compute could sell or must answer at this house time; takes the place of `demandW`. */
  wantAt?(timeMs: number): ComputeWant | undefined;
  /** Weather, prices and household of another source than the config's generators. */
  world?: { weather: Weather; marketAt(timeMs: number): Market; household: Household };
  /** Another controller on the same plant, for benches; ours when left out. */
  drive?: Drive;
  /** What is broken at this house second: in the plant, and what sensors claim instead of the truth. */
  faultsAt?(houseS: number): { plant?: PlantFaults; sensors?: Partial<Record<SensorName, number>> };
  /** What people ask for and rooms report at this house second. */
  wishesAt?(
    houseS: number,
  ): Pick<StepInput, 'commands' | 'zones' | 'acknowledge' | 'ahead'> & { setPoints?: Partial<SetPoints> };
  /** What an energy manager asks for at this house second. */
  emsAt?(houseS: number): StepInput['ems'];
  /** Every step of our own control, after the plant has moved: for tests and campaigns. */
  watch?(houseS: number, plant: PlantState, verdict: Verdict): void;
  onDay?(day: number): void;
}

/** What a controller has decided: outputs, its safety state, and watts of work that it lets compute burn. */
export interface Driven extends Pick<Verdict, 'outputs' | 'safety'> {
  workW: number;
}
export type Drive = (input: StepInput) => Driven;

export interface CosimResult extends Tally {
  steps: number;
  /** SHA-256 over all outputs of all steps. */
  commandLog: string;
  wallS: number;
  weather: string;
}

type Readings = { -readonly [K in SensorName]: Image['sensors'][K] };
/** All names at once: an object that grows name by name is moved each few of them. */
const NO_READINGS = Object.fromEntries(
  SENSOR_NAMES.map((name) => [name, { value: 0, atMs: 0, quality: 'bad' }]),
) as Readings;

function imageOf(tick: number, atMs: number, sensors: Record<SensorName, number>, actuators: Outputs): Image {
  const readings = { ...NO_READINGS };
  for (const name of SENSOR_NAMES) readings[name] = { value: sensors[name], atMs, quality: 'good' };
  return { tick, atMs, sensors: readings, actuators };
}

function generatedWorld({ sim, tariff }: Config): NonNullable<CosimOptions['world']> {
  return {
    weather: openWeather({ seed: sim.seed, file: sim.weather }),
    marketAt: createMarket(sim.seed, tariff).at,
    household: createHousehold(sim.seed, sim.householdKwhPerYear, sim.tapping),
  };
}

/** One step of both sides, after the plant has moved. */
export interface CosimStep {
  houseS: number;
  timeMs: number;
  image: Image;
  plant: PlantState;
  market: Market;
  want: ComputeWant | undefined;
  outputs: Outputs;
  /** Of work that compute burns from now on. */
  accelWorkW: number;
  safety: Verdict['safety'];
  /** Of our own control; undefined beside another one. */
  verdict: Verdict | undefined;
  weather: ReturnType<Weather['at']>;
  householdW: number;
}

const always = ({ config, demandW = 0 }: CosimOptions): ComputeWant | undefined =>
  demandW > 0 ? { wantW: demandW, incomeEurPerKwh: config.compute.incomeEurPerKwh, queued: 1 } : undefined;

/** Our own control as a driver of the plant; `verdict` is its last. */
function ownDrive(house: Config['house']): { drive: Drive; verdict(): Verdict | undefined } {
  let state = initialState(house);
  let verdict: Verdict | undefined;
  return {
    verdict: () => verdict,
    drive(input) {
      const done = step(state, input);
      state = done.state;
      verdict = done.verdict;
      const { outputs, safety, grantW, payW, fillerW } = verdict;
      // Questions of people run whatever they cost; filler where it pays or commissioning wants heat; sold work where it pays.
      const askedW = input.want && input.want.queued > 0 ? input.want.wantW : 0;
      return { outputs, safety, workW: Math.min(grantW, Math.max(payW, fillerW, askedW)) };
    },
  };
}

/** Both sides ready to go; each call is one step of `dtS`. */
export function openCosim(options: Omit<CosimOptions, 'days' | 'watch' | 'onDay'>): { next(dtS?: number): CosimStep } {
  const { config } = options;
  const { house, grid, sim } = config;
  const { weather, marketAt, household } = options.world ?? generatedWorld(config);
  const accelIdleW = CARDS[config.accelerator.card]!.idleW * config.accelerator.count;
  const setPoints: SetPoints = { ...DEFAULT_SETPOINTS, ...options.setPoints };
  const standing = always(options as CosimOptions);
  const startMs = Date.parse(sim.startsAt);
  const own = ownDrive(house);
  const drive = options.drive ?? own.drive;
  const params = plantParams(house, { pvKwp: sim.pvKwp, accelIdleW, exportLimitW: grid.exportLimitW });
  let plant = createPlant({ ...params, ...options.sizes }, sim.seed);
  let outputs: Outputs = { ...SAFE_OUTPUTS };
  let accelWorkW = 0;
  let houseS = 0;
  let tick = 0;
  return {
    next(dtS = options.dtS) {
      const timeMs = startMs + houseS * 1000;
      const faults = options.faultsAt?.(houseS);
      const air = weather.at(timeMs);
      const used = household.at(timeMs);
      const input = { outputs, accelWorkW, weather: air, ...used };
      plant = plantStep(plant, faults?.plant ? { ...input, faults: faults.plant } : input, dtS);
      const sensors = faults?.sensors ? { ...sensorsOf(plant), ...faults.sensors } : sensorsOf(plant);
      const image = imageOf(tick++, (houseS + dtS) * 1000, sensors, outputs);
      const market = marketAt(timeMs);
      const want = options.wantAt ? options.wantAt(timeMs) : standing;
      const { setPoints: changed, ...wishes } = options.wishesAt?.(houseS) ?? {};
      const wished = changed ? { ...setPoints, ...changed } : setPoints;
      const ems = options.emsAt?.(houseS);
      const driven = drive({ image, dtS, market, want, house, grid, ems, timeMs, setPoints: wished, ...wishes });
      outputs = driven.outputs;
      accelWorkW = driven.workW;
      const facts = { houseS, timeMs, image, plant, market, want, outputs, accelWorkW };
      houseS += dtS;
      const verdict = options.drive ? undefined : own.verdict();
      return { ...facts, safety: driven.safety, verdict, weather: air, householdW: used.householdW };
    },
  };
}

/** Steps whose outputs are hashed in one go. */
const LOG_STEPS = 256;

export function cosimulate(options: CosimOptions): CosimResult {
  const { config, days, dtS } = options;
  const { weather } = options.world ?? generatedWorld(config);
  const hash = createHash('sha256');
  const log = new Float64Array(ACTUATOR_NAMES.length * LOG_STEPS);
  let logged = 0;
  const tally = createTally(config, { ...DEFAULT_SETPOINTS, ...options.setPoints });
  const startedMs = performance.now();
  const steps = Math.round((days * 86_400) / dtS);
  const stepsPerDay = Math.round(86_400 / dtS);
  const both = openCosim(options);
  let last: CosimStep | undefined;
  for (let tick = 0; tick < steps; tick++) {
    last = both.next();
    const { houseS, plant, outputs, safety, market, want, verdict } = last;
    for (const name of ACTUATOR_NAMES) log[logged++] = outputs[name];
    if (logged === log.length) {
      hash.update(new Uint8Array(log.buffer));
      logged = 0;
    }
    tally.add(plant, safety, market, want?.incomeEurPerKwh ?? 0, dtS);
    if (verdict) options.watch?.(houseS, plant, verdict);
    if ((tick + 1) % stepsPerDay === 0) options.onDay?.(Math.round((houseS + dtS) / 86_400));
  }
  if (!last) throw new RangeError(`${days} days in steps of ${dtS} s are no step at all`);
  hash.update(new Uint8Array(log.buffer, 0, logged * log.BYTES_PER_ELEMENT));
  const wallS = (performance.now() - startedMs) / 1000;
  return { ...tally.read(last.plant), steps, commandLog: hash.digest('hex'), wallS, weather: weather.source };
}
