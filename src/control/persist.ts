import { z } from 'zod';
import type { House } from '../contract/house.ts';
import { SetPoints } from '../contract/messages.ts';
import type { CoreState } from './state.ts';
import { initialState } from './state.ts';

/** What outlives a restart: wishes, latches, wear of the compressor, what was learnt, counters. Nothing that steers by itself. */
const finite = z.number().finite();
const ages = z.array(finite.nonnegative()).max(64);

const Core = z.strictObject({
  startAgesS: ages,
  trips: z.record(z.string().max(8), z.strictObject({ latched: z.boolean(), agesS: ages, text: z.string().max(400) })),
  // What was learnt and counted may be lost; latches, wishes and starts may not be lost for its sake.
  trimK: finite.min(-10).max(10).catch(0),
  outdoorMeanC: finite.min(-60).max(60).nullable().catch(null),
  energy: z.strictObject({
    heatKwh: finite,
    accelHeatKwh: finite,
    compressorKwh: finite,
    accelKwh: finite,
    cop: finite.nullable(),
  }),
  pumped: z.strictObject({ heatKwh: finite, compressorKwh: finite }),
  /** Sensor pairs that commissioning found the wrong way round. */
  swapped: z.strictObject({ coolant: z.boolean(), water: z.boolean() }).default({ coolant: false, water: false }),
});

export const Stored = z.strictObject({ version: z.literal(1), setPoints: SetPoints, core: Core });
export type Stored = z.infer<typeof Stored>;

export function storedOf(setPoints: SetPoints, state: CoreState): Stored {
  const trips: Stored['core']['trips'] = {};
  for (const [id, trip] of Object.entries(state.interlock.trips)) {
    if (trip && (trip.latched || trip.agesS.length > 0)) {
      trips[id] = { latched: trip.latched, agesS: trip.agesS, text: trip.text };
    }
  }
  const { trimK, outdoorMeanC } = state.plan;
  const { startAgesS } = state.decided.compressor;
  return {
    version: 1,
    // Checks do not begin by themselves when the power comes back.
    setPoints: setPoints.operation === 'commission' ? { ...setPoints, operation: 'auto' } : setPoints,
    core: {
      startAgesS,
      trips,
      trimK,
      outdoorMeanC,
      energy: state.energy,
      pumped: state.pumped,
      swapped: state.commission.swapped,
    },
  };
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
    energy: core.energy,
    pumped: core.pumped,
    plan: { ...fresh.plan, trimK: core.trimK, outdoorMeanC: core.outdoorMeanC },
    decided: { ...fresh.decided, compressor: { ...fresh.decided.compressor, startAgesS: core.startAgesS } },
    commission: { ...fresh.commission, swapped: core.swapped },
    interlock: { ...fresh.interlock, trips },
  };
}

/** Changes of this are written soon; all else (counters, what was learnt) can wait. */
export function urgentPart(stored: Stored): string {
  const latched = Object.entries(stored.core.trips).map(([id, t]) => `${id}${t.latched}${t.agesS.length}`);
  return JSON.stringify([stored.setPoints, stored.core.swapped, latched, stored.core.startAgesS.length]);
}
