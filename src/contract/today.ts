import { z } from 'zod';

/** What a person wants to know of the day and of a week of observing, in numbers and as lines to read. */
const finite = z.number().finite();

/**
 * control/state.observed: since others have the outputs and control only looks on. The estimate compares their hours and
 * temperatures with control's own, both by the same map of the heat pump; null until enough has been seen.
 */
export const Observed = z.object({
  days: finite.nonnegative(),
  /** Starts of the compressor as measured, and as control would have made them. */
  starts: z.int().nonnegative(),
  wouldStarts: z.int().nonnegative(),
  /** What the compressor has cost, and how much less it would have. */
  costEur: finite.nullable(),
  savedEur: finite.nullable(),
});
export type Observed = z.infer<typeof Observed>;

/** today, retained: the day of the house so far. `text` and `observed` are in the language of config.yaml. */
export const Today = z.object({
  date: z.iso.date(),
  heatKwh: finite,
  answers: z.int().nonnegative(),
  sunKwh: finite,
  costEur: finite.nullable(),
  plainPumpEur: finite.nullable(),
  text: z.string().max(255),
  observed: z.string().max(255).nullable(),
});
export type Today = z.infer<typeof Today>;
