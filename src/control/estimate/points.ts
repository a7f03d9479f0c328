import { type Reading, SENSOR_NAMES, SENSORS, type SensorName } from '../../contract/points.ts';
import { unitOf } from '../../contract/units.ts';

/** What is believed about one point. `value` is always finite: a lost point carries its stated fallback. */
export interface Estimate {
  value: number;
  quality: 'good' | 'degraded' | 'lost';
  ageMs: number;
  /** Why it is not good: what, where, what is used instead. */
  reason?: string;
}
export type Estimates = Record<SensorName, Estimate>;

export interface PointState {
  /** Last accepted value and the time of its sample; null before the first. */
  value: number | null;
  sampleMs: number | null;
  /** House seconds since that sample; for how many, and over how many new samples, the value has not moved at all. */
  sinceS: number;
  sameS: number;
  sameSamples: number;
  /** Least that it has ever moved by: what the sensor can tell apart; null before it has moved. */
  finestMove: number | null;
  /** Ticks in a row whose reading could not be used. */
  badTicks: number;
  /** A level that lies outside the physical slope, and how many samples agree on it. */
  rival: number | null;
  rivals: number;
  rivalMs: number | null;
  /** Leaky count of outliers. */
  jumps: number;
}

/** A trip point that is older is stale, and lost after twice that; all else is lost, and stale, after an hour. */
export const TRIP_AGE_MS = 1500;
export const TRIP_LOST_MS = 3000;
export const COMFORT_AGE_MS = 3_600_000;
/** Bad ticks before a point counts as degraded: one outlier, even two, are tolerated. */
const BAD_TICKS = 3;
const JUMPS_MANY = 2.5;
/** Tells of a sensor that answers without having measured: DS18B20 (85 °C), LM75 family all ones (127 °C and up). */
const POWER_ON_C = new Set([85, 127, 127.5, 127.9375]);

interface Spec {
  trip: boolean;
  min: number;
  max: number;
  powerOnTells: boolean;
  contact: boolean;
  /** Fastest physical change per house second and the allowance for noise; 0 = not judged. */
  slopePerS: number;
  marginK: number;
  fallback: number;
}

const SLOPES: Partial<Record<SensorName, [perS: number, marginK: number]>> = {
  // A pump that starts brings what stood elsewhere: behind 57 °C of the exchanger came the 16 °C of cold chips, 15 K colder within a second.
  accelInC: [20, 3],
  accelOutC: [20, 3],
  accelChipC: [40, 15],
  condenserOutC: [3, 3],
  supplyC: [3, 3],
  returnC: [3, 3],
  bufferTopC: [1, 3],
  bufferBottomC: [1, 3],
  hotWaterC: [1, 3],
  outdoorC: [0.2, 3],
  roomC: [0.2, 2],
  dischargeC: [10, 5],
};
/** Used, and said to be used, when nothing better is known: cautious for the reader of that point. */
const FALLBACKS: Partial<Record<SensorName, number>> = {
  accelInC: 60,
  accelOutC: 60,
  accelChipC: 80,
  condenserOutC: 40,
  supplyC: 40,
  returnC: 35,
  bufferTopC: 45,
  bufferBottomC: 40,
  hotWaterC: 50,
  outdoorC: 0,
  roomC: 20,
  dischargeC: 60,
};

const SPECS = Object.fromEntries(
  SENSOR_NAMES.map((name): [SensorName, Spec] => {
    const unit = unitOf(name);
    const [slopePerS, marginK] = SLOPES[name] ?? [0, 0];
    return [
      name,
      {
        trip: 'trip' in SENSORS[name],
        min: unit?.min ?? 0,
        max: unit?.max ?? 1,
        // Cards report whole degrees, and 85 °C is an ordinary one of theirs.
        powerOnTells: name.endsWith('C') && name !== 'accelChipC',
        contact: name.endsWith('Ok'),
        slopePerS,
        marginK,
        fallback: FALLBACKS[name] ?? 0,
      },
    ];
  }),
) as Record<SensorName, Spec>;

export const isTrip = (name: SensorName): boolean => SPECS[name].trip;

export const freshPoint = (): PointState => ({
  value: null,
  sampleMs: null,
  sinceS: 0,
  sameS: 0,
  sameSamples: 0,
  finestMove: null,
  badTicks: 0,
  rival: null,
  rivals: 0,
  rivalMs: null,
  jumps: 0,
});

/** Why this reading cannot be used, or undefined. Slope is judged apart, because it needs company. */
function faultOf(spec: Spec, reading: Reading, last: number | null, nowMs: number): string | undefined {
  if (reading.quality !== 'good') return reading.reason ?? `reading is ${reading.quality}`;
  if (!Number.isFinite(reading.value)) return 'not a number';
  if (!Number.isFinite(reading.atMs) || reading.atMs > nowMs + 1000) return 'sample from the future';
  if (reading.value < spec.min || reading.value > spec.max) {
    return `${reading.value} is outside ${spec.min} to ${spec.max}: open or shorted sensor`;
  }
  if (spec.powerOnTells && POWER_ON_C.has(reading.value) && (last === null || Math.abs(last - reading.value) > 2)) {
    return `${reading.value} °C is a power-on value, not a measurement`;
  }
  return undefined;
}

/** Changes the state that this tick has made, and returns it. */
function accept(state: PointState, reading: Reading): PointState {
  const moved = state.value === null ? 0 : Math.abs(reading.value - state.value);
  const same = state.value !== null && moved === 0;
  if (moved > 0) state.finestMove = Math.min(state.finestMove ?? moved, moved);
  state.value = reading.value;
  state.sampleMs = reading.atMs;
  state.sinceS = 0;
  if (!same) state.sameS = 0;
  state.sameSamples = same ? state.sameSamples + 1 : 0;
  state.badTicks = 0;
  state.rival = null;
  state.rivals = 0;
  state.rivalMs = null;
  return state;
}

/** So many samples in a row that agree are a new level; of a point that jumps often, a second of them at ten a second. */
const AGREE = 3;
const AGREE_JUMPY = 10;

/** A sample that moved faster than physics: refused until enough in a row agree on the new level. */
function outlier(state: PointState, spec: Spec, reading: Reading): PointState {
  if (reading.atMs === state.rivalMs) return state;
  const agrees = state.rival !== null && Math.abs(reading.value - state.rival) <= spec.marginK;
  const rivals = agrees ? state.rivals + 1 : 1;
  const jumpy = state.jumps - state.rivals > JUMPS_MANY;
  if (rivals >= (jumpy ? AGREE_JUMPY : AGREE)) return accept(state, reading);
  return { ...state, rival: reading.value, rivals, rivalMs: reading.atMs, jumps: state.jumps + 1, badTicks: 0 };
}

/** Takes one reading into the state of its point. `realS` is monotonic time since the last tick, `houseS` house time. */
export function pointStep(
  previous: PointState,
  name: SensorName,
  reading: Reading,
  nowMs: number,
  houseS: number,
  realS: number,
): { state: PointState; fault: string | undefined } {
  const spec = SPECS[name];
  // Written out: it is made for each point in each tick.
  const state: PointState = {
    value: previous.value,
    // A clock that went back: nobody knows the age of what was read before, it counts from now.
    sampleMs: previous.sampleMs === null ? null : Math.min(previous.sampleMs, nowMs),
    sinceS: previous.sinceS + houseS,
    sameS: previous.sameS + houseS,
    sameSamples: previous.sameSamples,
    finestMove: previous.finestMove,
    badTicks: previous.badTicks,
    rival: previous.rival,
    rivals: previous.rivals,
    rivalMs: previous.rivalMs,
    jumps: previous.jumps < 0.01 ? 0 : previous.jumps * Math.exp(-realS / 10),
  };
  const fault = faultOf(spec, reading, previous.value, nowMs);
  if (fault !== undefined) return { state: { ...state, badTicks: state.badTicks + 1 }, fault };
  if (reading.atMs === previous.sampleMs) return { state, fault: undefined };
  if (previous.value !== null && spec.slopePerS > 0) {
    const allowed = spec.marginK + spec.slopePerS * state.sinceS;
    if (Math.abs(reading.value - previous.value) > allowed) {
      return { state: outlier(state, spec, reading), fault: undefined };
    }
  }
  return { state: accept(state, reading), fault: undefined };
}

/** What can be believed of one point by itself. */
export function judge(name: SensorName, state: PointState, nowMs: number, fault: string | undefined): Estimate {
  const spec = SPECS[name];
  if (state.value === null || state.sampleMs === null) {
    const reason = `${name}: ${fault ?? 'no sample yet'}; ${spec.fallback} assumed`;
    return { value: spec.fallback, quality: 'lost', ageMs: nowMs, reason };
  }
  const ageMs = Math.max(0, nowMs - state.sampleMs);
  const lostMs = spec.trip ? TRIP_LOST_MS : COMFORT_AGE_MS;
  if (ageMs > lostMs) {
    const reason = `${name}: ${fault ?? 'no new sample'} for ${Math.round(ageMs / 1000)} s; ${spec.fallback} assumed`;
    return { value: spec.contact ? 0 : spec.fallback, quality: 'lost', ageMs, reason };
  }
  if (state.badTicks >= BAD_TICKS || (spec.trip && ageMs > TRIP_AGE_MS)) {
    const reason = `${name}: ${fault ?? 'no new sample'}; last value kept, ${Math.round(ageMs / 1000)} s old`;
    return { value: state.value, quality: 'degraded', ageMs, reason };
  }
  if (state.jumps > JUMPS_MANY) {
    return {
      value: state.value,
      quality: 'degraded',
      ageMs,
      reason: `${name}: jumps faster than physics; check its wire`,
    };
  }
  return { value: state.value, quality: 'good', ageMs };
}
