import type { Override } from '../../contract/comfort.ts';
import type { Mode, Reason, SetPoints } from '../../contract/messages.ts';
import type { HotWaterAim } from '../decide/hotwater.ts';
import type { Plan } from '../decide/plan.ts';
import { ALONE_W } from '../decide/task.ts';
import type { Estimates } from '../estimate/points.ts';
import { isAbsent, plannedAccelW } from '../estimate.ts';
import type { PumpMap } from '../learn/pump-map.ts';
import { type Leaning, tankBelowK } from '../price/lean.ts';
import type { StepInput } from '../types.ts';
import { QUIET_PCT } from './cost.ts';
import { type Holiday, holidayStep, RESTING_TANK_C } from './holiday.ts';
import { KILL_SET_C, LEGIONELLA_START, type LegionellaState, legionellaStep, type TankUse } from './legionella.ts';
import { NIGHT_START, type NightState, nightStep } from './night.ts';
import { overrideReasons, overridesStep } from './overrides.ts';
import { screedStep } from './screed.ts';
import { SEASON_START, type SeasonState, seasonReason, seasonStep } from './season.ts';
import { inSpan, minuteOfDay } from './time.ts';

/** What people want at this moment: set-points, times of day and wishes that end, made into one. */
export interface ComfortState {
  overrides: Override[];
  night: NightState;
  legionella: LegionellaState;
  season: SeasonState;
  /** Last house time that was known, UTC ms; null before. After a restart it tells how long the unit was down. */
  timeMs: number | null;
  /** House seconds since the room's wish last changed by itself or by hand. */
  steadyS: number;
  roomSetC: number | null;
  stood: Stood;
}

/** The room's wish without set-backs, and what of it has stood: null before the first. */
interface Stood {
  askedC: number | null;
  sinceS: number;
  stoodC: number;
}

/** After a change of the room's wish nothing is learnt from the room for so long. */
const STEADY_S = 4 * 3600;

export const COMFORT_START: ComfortState = {
  overrides: [],
  night: NIGHT_START,
  legionella: LEGIONELLA_START,
  season: SEASON_START,
  timeMs: null,
  steadyS: STEADY_S,
  roomSetC: null,
  stood: { askedC: null, sinceS: 0, stoodC: 0 },
};

/** What the rest of `step` works with. `setPoints.mode` is never `auto` here. */
export interface Wish {
  setPoints: SetPoints & { mode: Exclude<Mode, 'auto'> };
  compressorMaxPct: number;
  /** In place of the weather curve: a new floor is dried. */
  fixedSupplyC?: number | undefined;
  hotWater: HotWaterAim;
  /** The room has had time to follow its wish: what it shows now teaches the weather curve. */
  steady: boolean;
  /** The room's set-point less what people or managers have raised it by within these hours: the pump has time for that. */
  stoodSetC: number;
  reasons: Reason[];
}

/** A gap longer than this is a clock that was wrong, not a power cut. */
const MAX_GAP_S = 400 * 86_400;
/** Charged often, a little and slowly: hot for who draws next, at the pump's best speed. */
const NORMAL_START_BELOW_K = 4;
/** Own sun would carry the heat pump: the tank is topped up before the evening needs it. */
const SUNNY_START_BELOW_K = 3;
/** Heat of an accelerator that nobody else takes. */
const FREE_START_BELOW_K = 1.5;
const ONCE_START_BELOW_K = 0.5;

/** The unit was down or the clock was set: what counts house time moves on, as soon as the time is known. */
function catchUp(state: ComfortState, timeMs: number | undefined, dtS: number): ComfortState {
  const expectedMs = state.timeMs === null ? null : state.timeMs + dtS * 1000;
  if (timeMs === undefined || expectedMs === null) return { ...state, timeMs: timeMs ?? expectedMs };
  const gapS = (timeMs - expectedMs) / 1000;
  if (gapS < 120 || gapS > MAX_GAP_S) return { ...state, timeMs };
  const overrides = state.overrides.map((o) => ({ ...o, leftS: o.leftS - gapS })).filter((o) => o.leftS > 0);
  const { legionella } = state;
  const retryS = legionella.retryS === null ? null : Math.max(0, legionella.retryS - gapS);
  return { ...state, timeMs, overrides, legionella: { ...legionella, sinceS: legionella.sinceS + gapS, retryS } };
}

function stoodStep(state: Stood, askedC: number, dtS: number): Stood {
  const sinceS = askedC === state.askedC ? Math.min(1e7, state.sinceS + dtS) : 0;
  const isNew = state.askedC !== null && sinceS < STEADY_S;
  return { askedC, sinceS, stoodC: isNew ? Math.min(state.stoodC, askedC) : askedC };
}

function quiet(input: StepInput, overrides: readonly Override[], minute: number | undefined) {
  const { from, to, maxPct } = input.house.comfort.quiet;
  const asked = overrides.some((o) => o.kind === 'quiet');
  const scheduled = maxPct < 100 && minute !== undefined && inSpan(minute, from, to);
  const limitPct = asked ? Math.min(maxPct, QUIET_PCT) : scheduled ? maxPct : 100;
  const reasons: Reason[] = [];
  const say = (code: string, text: string) => reasons.push({ what: 'quiet', code, text });
  if (limitPct < 100) say('quiet', `quiet${asked ? '' : ` until ${to}`}: the compressor runs at ${limitPct} % at most`);
  if (maxPct < 100 && minute === undefined) say('quiet-no-time', 'the time is not known: no quiet hours');
  return { limitPct, reasons };
}

function awayStep({ away, house }: StepInput, heats: boolean): { setBackK: number; reasons: Reason[] } {
  const { setBackK } = house.comfort.away;
  if (!away || !heats || setBackK === 0) return { setBackK: 0, reasons: [] };
  const text = `nobody is at home: the room may be ${setBackK} K colder`;
  return { setBackK, reasons: [{ what: 'presence', code: 'away', text }] };
}

/** Kelvins below the set-point, the deepest set-back counting; a house that is cooled may get warmer only while it is empty. */
const setBack = (mode: Mode, ...[nightK, awayK, holidayK]: [number, number, number]): number =>
  mode === 'heating' ? Math.max(nightK, awayK, holidayK) : mode === 'cooling' ? -holidayK : 0;

function hotWaterAim(
  input: Leaning,
  overrides: readonly Override[],
  { tankRests }: Holiday,
  killing: boolean,
  normalK: number,
): HotWaterAim {
  const once = overrides.some((o) => o.kind === 'hot-water-once');
  const { hotWaterSetC } = input.setPoints;
  const setC = killing ? KILL_SET_C : tankRests && !once ? Math.min(hotWaterSetC, RESTING_TANK_C) : hotWaterSetC;
  return {
    setC,
    startBelowK: once || killing ? ONCE_START_BELOW_K : tankBelowK(input.lean, setC, normalK),
    killing,
  };
}

/** One step of all that people wish. Pure; `est` already holds the zones. */
export function comfortStep(
  before: ComfortState,
  input: Leaning,
  est: Estimates,
  plan: Plan,
  pump: PumpMap,
  dtS: number,
): { state: ComfortState; wish: Wish } {
  const { setPoints, house, timeMs, market, want } = input;
  const state = catchUp(before, timeMs, dtS);
  const minute = timeMs === undefined ? undefined : minuteOfDay(timeMs, house.comfort.timeZone);
  const { hotWaterSetC } = setPoints;
  const tankHot = est.hotWaterC.quality !== 'lost' && est.hotWaterC.value >= hotWaterSetC - 0.1;
  const season = seasonStep(state.season, est, setPoints.roomSetC, dtS);
  const auto = setPoints.mode === 'auto';
  const mode = setPoints.mode !== 'auto' ? setPoints.mode : season.cooling ? 'cooling' : 'heating';
  const hasTank = !isAbsent(input.image, 'hotWaterC');
  const { roomSetC: usualSetC } = setPoints;
  const facts = { est, house, market, want, plan, pump, roomSetC: usualSetC, hotWaterSetC, mode, hasTank, tankHot };
  const overrides = overridesStep(state.overrides, input.commands ?? [], facts, dtS);
  const warmer = overrides.find((o) => o.kind === 'warmer');
  const away = awayStep(input, mode === 'heating' && !warmer);
  const holiday = holidayStep(overrides, state.night.warmupKPerH);
  const isHeated = mode === 'heating' && away.setBackK === 0 && holiday.setBackK === 0;
  const night = nightStep(state.night, house.comfort, { minute, roomC: est.roomC, roomSetC: usualSetC, isHeated, dtS });
  const use: TankUse = mode === 'off' ? 'off' : holiday.tankRests ? 'rests' : holiday.returns ? 'returns' : 'used';
  const killer = hasTank
    ? legionellaStep(state.legionella, est.hotWaterC, use, minute, house.comfort, dtS)
    : { state: state.legionella, reasons: [] };
  const setBackK = warmer ? 0 : setBack(mode, night.setBackK, away.setBackK, holiday.setBackK);
  const roomSetC = setPoints.roomSetC + (warmer?.byK ?? 0) - setBackK;
  const screed = screedStep(overrides, mode === 'heating', house);
  const dries = screed.supplyC !== undefined;
  const computeOn = setPoints.computeOn && !dries && !overrides.some((o) => o.kind === 'pause-compute');
  const isFree = plan.supplySetC === 0 && plannedAccelW(est) > ALONE_W;
  const belowK = isFree ? FREE_START_BELOW_K : plan.sunny ? SUNNY_START_BELOW_K : NORMAL_START_BELOW_K;
  const silent = quiet(input, overrides, minute);
  const same = state.roomSetC === null || state.roomSetC === roomSetC;
  const steadyS = same ? Math.min(1e7, state.steadyS + dtS) : 0;
  const stood = stoodStep(state.stood, roomSetC + setBackK, dtS);
  return {
    state: {
      overrides,
      night: night.state,
      legionella: killer.state,
      season,
      timeMs: state.timeMs,
      steadyS,
      roomSetC,
      stood,
    },
    wish: {
      setPoints: { ...setPoints, mode, roomSetC, computeOn },
      compressorMaxPct: silent.limitPct,
      fixedSupplyC: screed.supplyC,
      hotWater: hotWaterAim(input, overrides, holiday, killer.state.runS !== null, belowK),
      steady: steadyS >= STEADY_S && roomSetC === setPoints.roomSetC && !dries,
      stoodSetC: stood.stoodC - setBackK,
      reasons: [
        ...(auto ? [seasonReason(season)] : []),
        ...overrideReasons(overrides, facts),
        ...(mode === 'heating' ? night.reasons : []),
        ...away.reasons,
        ...holiday.reasons,
        ...screed.reasons,
        ...silent.reasons,
        ...killer.reasons,
      ],
    },
  };
}
