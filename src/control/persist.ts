import { z } from 'zod';
import { Override } from '../contract/comfort.ts';
import type { House } from '../contract/house.ts';
import { DEFAULT_SETPOINTS, SetPoints } from '../contract/messages.ts';
import { COMFORT_START } from './comfort/comfort.ts';
import { EXERCISE_START, EXERCISED, type Exercised } from './decide/exercise.ts';
import { isSane, UNTUNED } from './decide/pump-gains.ts';
import { TAUGHT_S } from './decide/trim.ts';
import type { CoreState } from './state.ts';
import { ENERGY_START, initialState, PUMPED_START } from './state.ts';

/** What outlives a restart: wishes, latches, wear of the compressor, what was learnt, counters. Nothing that steers by itself. */
const finite = z.number().finite();
const ages = z.array(finite.nonnegative()).max(64);

/** What another release knows otherwise is left out by itself: latches may not be lost for its sake. */
const known = <T>(schema: z.ZodType<T>, value: unknown): T[] => {
  const { success, data } = schema.safeParse(value);
  return success ? [data] : [];
};

const STILL_S = Object.fromEntries(EXERCISED.map((name) => [name, finite.nonnegative().catch(0)])) as Record<
  Exercised,
  z.ZodCatch<z.ZodNumber>
>;

const Trip = z.object({ latched: z.boolean(), agesS: ages, text: z.string().max(400) });
const Trips = z
  .record(z.string(), z.unknown())
  .transform(
    (told): Record<string, z.infer<typeof Trip>> =>
      Object.fromEntries(Object.entries(told).flatMap(([id, trip]) => known(Trip, trip).map((t) => [id, t]))),
  );
const Overrides = z.array(z.unknown()).transform((told) => told.flatMap((o) => known(Override, o)).slice(0, 8));
const KnownSetPoints = z.record(z.string(), z.unknown()).transform((told): SetPoints => {
  const each = Object.entries(SetPoints.shape) as [string, z.ZodType][];
  const kept = each.flatMap(([name, schema]) => known(schema, told[name]).map((value) => [name, value]));
  return { ...DEFAULT_SETPOINTS, ...Object.fromEntries(kept) };
});

const Regression = z.object({
  mean: z.array(finite).max(16).readonly(),
  spread: z.array(finite).max(256).readonly(),
});
const PumpMap = z.object({
  ratedHeatW: finite.positive(),
  coldestC: finite.default(10),
  heat: Regression,
  power: Regression,
  fullS: finite.nonnegative(),
  partS: finite.nonnegative(),
  startLossJ: finite.nonnegative(),
});

const Sums = z.object({
  heatKwh: finite,
  powerKwh: finite,
  // Files of an earlier release have neither.
  houseKwh: finite.default(0),
  sunKwh: finite.default(0),
  costEur: finite,
  plainEur: finite,
  pricedH: finite.nonnegative(),
});
const Meters = z.object({
  dayKey: z.int().nullable(),
  day: Sums,
  year: Sums,
  all: z.object({ costEur: finite, plainEur: finite }),
});

const Observe = z.object({
  s: finite.nonnegative(),
  runs: z.boolean(),
  starts: z.int().nonnegative(),
  wouldRun: z.boolean(),
  wouldStarts: z.int().nonnegative(),
  heatJ: finite,
  eur: finite,
  mapEur: finite,
  wouldHeatJ: finite,
  wouldEur: finite,
});

// Keys of a newer release are left out: a version that has been gone back to keeps latches, starts and wishes (F33).
const Core = z.object({
  startAgesS: ages.catch([]),
  starts: z.int().nonnegative().catch(0),
  trips: Trips,
  // What was learnt and counted may be lost; latches, wishes and starts may not be lost for its sake.
  trimK: finite.min(-10).max(10).catch(0),
  /** Earlier releases did not keep it. */
  taughtS: finite.nonnegative().catch(TAUGHT_S),
  /** Of earlier releases; not used any more. */
  outdoorMeanC: z.unknown().optional(),
  comfort: z
    .object({
      overrides: Overrides.catch([]),
      /** Null before the time was ever known. */
      timeMs: finite.nullable().catch(null),
      legionella: z
        .object({
          sinceS: finite.nonnegative(),
          holdS: finite.nonnegative(),
          runS: finite.nonnegative().nullable(),
          retryS: finite.nonnegative().nullable(),
        })
        .catch(COMFORT_START.legionella),
      warmupKPerH: finite.min(0.1).max(3).catch(COMFORT_START.night.warmupKPerH),
      season: z
        .object({ cooling: z.boolean(), dayMeanC: finite.min(-60).max(60).nullable() })
        .catch(COMFORT_START.season),
    })
    // A file of an earlier release has none.
    .optional()
    .catch(undefined),
  energy: z
    .object({
      heatKwh: finite,
      accelHeatKwh: finite,
      compressorKwh: finite,
      accelKwh: finite,
      cop: finite.nullable(),
    })
    .catch(ENERGY_START),
  pumped: z.object({ heatKwh: finite, compressorKwh: finite }).catch(PUMPED_START),
  /** What the heat pump was learnt to give and draw; a file of an earlier release has none. */
  pump: PumpMap.optional().catch(undefined),
  meters: Meters.optional().catch(undefined),
  observe: Observe.nullable().default(null).catch(null),
  /** Sensor pairs that commissioning found the wrong way round. */
  swapped: z.object({ coolant: z.boolean(), water: z.boolean() }).default({ coolant: false, water: false }),
  /** Gains of the coolant pump as commissioning tuned them; a file of an earlier release has none. */
  tuning: z.object({ kc: finite, integral: finite, derivative: finite }).refine(isSane).default(UNTUNED).catch(UNTUNED),
  /** How long pumps and valves have stood still. */
  stillS: z.object(STILL_S).catch(EXERCISE_START.stillS),
});

export const Stored = z.object({ version: z.literal(1), setPoints: KnownSetPoints, core: Core });
export type Stored = z.infer<typeof Stored>;

export function storedOf(setPoints: SetPoints, state: CoreState): Stored {
  const trips: Stored['core']['trips'] = {};
  for (const [id, trip] of Object.entries(state.interlock.trips)) {
    if (trip && (trip.latched || trip.agesS.length > 0)) {
      trips[id] = { latched: trip.latched, agesS: trip.agesS, text: trip.text };
    }
  }
  const { trimK, taughtS } = state.plan;
  const { dayKey, day, year, all } = state.meters;
  const { startAgesS, starts } = state.decided.compressor;
  const { overrides, timeMs, legionella, night, season } = state.comfort;
  const comfort = { overrides, timeMs, legionella, warmupKPerH: night.warmupKPerH, season };
  return {
    version: 1,
    // Checks do not begin by themselves when the power comes back.
    setPoints: setPoints.operation === 'commission' ? { ...setPoints, operation: setPoints.operationAfter } : setPoints,
    core: {
      startAgesS,
      starts,
      trips,
      trimK,
      taughtS,
      comfort,
      energy: state.energy,
      pumped: state.pumped,
      pump: state.pump.map,
      meters: { dayKey, day, year, all },
      observe: state.observe,
      swapped: state.commission.swapped,
      tuning: state.decided.coolant.tuning,
      stillS: state.decided.exercise.stillS,
    },
  };
}

function comfortFrom(fresh: CoreState['comfort'], stored: Stored['core']['comfort']): CoreState['comfort'] {
  if (!stored) return fresh;
  const { warmupKPerH, ...rest } = stored;
  return { ...fresh, ...rest, night: { ...fresh.night, warmupKPerH } };
}

/** A map of a heat pump that has been replaced, or of a release with other features, is of no use. */
function pumpFrom(fresh: CoreState['pump'], map: Stored['core']['pump']): CoreState['pump'] {
  const alike =
    map?.ratedHeatW === fresh.map.ratedHeatW &&
    [map.heat, map.power].every((r) => r.mean.length === fresh.map.heat.mean.length) &&
    [map.heat, map.power].every((r) => r.spread.length === fresh.map.heat.spread.length);
  return alike ? { ...fresh, map } : fresh;
}

/**
 * The state to start from. Nobody knows how long the unit was down, so ages do not move meanwhile and the compressor
 * rests its full time first; latched rows are tripped from the first tick on.
 */
export function restoredState(house: House, stored: Stored | undefined): CoreState {
  const fresh = initialState(house);
  if (!stored) return fresh;
  const { core } = stored;
  const trips: CoreState['interlock']['trips'] = {};
  for (const [id, trip] of Object.entries(core.trips)) {
    trips[id] = { ...trip, onS: 0, quietS: 0, tripped: trip.latched };
  }
  return {
    ...fresh,
    comfort: comfortFrom(fresh.comfort, core.comfort),
    energy: core.energy,
    pumped: core.pumped,
    plan: { ...fresh.plan, trimK: core.trimK, taughtS: core.taughtS },
    pump: pumpFrom(fresh.pump, core.pump),
    meters: { ...fresh.meters, ...core.meters },
    decided: {
      ...fresh.decided,
      coolant: { ...fresh.decided.coolant, tuning: core.tuning },
      exercise: { ...fresh.decided.exercise, stillS: core.stillS },
      compressor: { ...fresh.decided.compressor, startAgesS: core.startAgesS, starts: core.starts },
    },
    observe: core.observe,
    commission: { ...fresh.commission, swapped: core.swapped },
    interlock: { ...fresh.interlock, trips },
  };
}

/** Changes of this are written soon; all else (counters, what was learnt) can wait. */
export function urgentPart(stored: Stored): string {
  const latched = Object.entries(stored.core.trips).map(([id, t]) => `${id}${t.latched}${t.agesS.length}`);
  const { comfort, starts, swapped, tuning } = stored.core;
  const wishes = comfort?.overrides.map((o) => `${o.kind}${o.id}${o.text}`);
  const killed = [comfort?.legionella.runS === null, comfort?.legionella.retryS === null];
  return JSON.stringify([stored.setPoints, swapped, tuning, latched, starts, wishes, killed]);
}
