import { z } from 'zod';
import { OVERRIDE_GROUPS, OVERRIDE_KINDS, OVERRIDE_MAX_MIN } from './override-kinds.ts';

/** What belongs to living in the house: times of day, zones, hot water hygiene, and wishes that end by themselves. */
const finite = z.number().finite();
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "22:00"');

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const Comfort = z
  .strictObject({
    timeZone: z
      .string()
      .refine(isTimeZone, 'a time zone such as "Europe/Berlin"')
      .default('Europe/Berlin')
      .describe('in which the times of day here are meant'),
    night: z
      .strictObject({
        from: timeOfDay.default('22:00'),
        to: timeOfDay.default('06:00').describe('the room has its set-point again at this time'),
        setBackK: z.number().min(0).max(6).default(0).describe('how much colder the room may get, 0 for no set-back'),
      })
      .prefault({}),
    away: z
      .strictObject({
        setBackK: z
          .number()
          .min(0)
          .max(6)
          .default(2)
          .describe('how much colder the room may get while nobody is at home (topic `presence`)'),
      })
      .prefault({}),
    quiet: z
      .strictObject({
        from: timeOfDay.default('22:00'),
        to: timeOfDay.default('06:00'),
        maxPct: z
          .number()
          .min(30)
          .max(100)
          .default(100)
          .describe('most compressor speed in these hours, 100 for no limit'),
      })
      .prefault({}),
    legionella: z
      .strictObject({
        on: z
          .boolean()
          .default(true)
          .describe('heat the tank to 60 °C for 30 min each week; off only where something else keeps the water safe'),
        at: timeOfDay.default('13:00').describe('time of day at which it prefers to begin'),
      })
      .prefault({}),
    zoneWeights: z
      .record(z.string().max(32), z.number().min(0).max(10))
      .default({})
      .describe('how much each zone counts in the room temperature; 1 for zones that are not listed'),
    priorityZone: z.string().max(32).optional().describe('while this zone reports, it alone is the room temperature'),
  })
  .prefault({});
export type Comfort = z.infer<typeof Comfort>;

/** override: a wish that ends by itself. A new one replaces one of its kind. */
export const OverrideCommand = z.object({
  kind: z.enum([...OVERRIDE_KINDS, ...OVERRIDE_GROUPS]),
  /** A holiday up to 60 days, others up to a week: more counts as a week; 0 cancels. `all` and `comfort` (warmer, quiet, holiday) can only be cancelled. */
  forMin: finite.min(0).max(OVERRIDE_MAX_MIN.holiday),
  /** For `warmer`, 1.5 if left out, and `holiday`, 4: how much colder. */
  byK: finite.min(0.5).max(5).optional(),
  /** Comes back in control/state.overrides, so that the sender knows its own. */
  id: z.string().max(32).default(''),
  by: z.string().max(64),
});
export type OverrideCommand = z.infer<typeof OverrideCommand>;

/** One wish in force. `costEur` is an estimate made when it was asked for; null when no price is known. */
export const Override = z.object({
  kind: z.enum(OVERRIDE_KINDS),
  id: z.string(),
  by: z.string(),
  leftS: finite,
  byK: finite,
  costEur: finite.nullable(),
  text: z.string().max(300),
});
export type Override = z.infer<typeof Override>;

export const ZONE_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
/** zone: what a room reports. `outdoor` as the name gives the outdoor temperature to a board that has lost its own. */
export const Zone = z.object({
  zone: z.string().regex(ZONE_NAME, 'lower case letters, digits and dashes'),
  temperatureC: finite.min(-50).max(60),
  humidityPct: finite.min(0).max(100).optional(),
  windowOpen: z.boolean().optional(),
  /** Age of the measurement when sent; an hour after it was taken it counts no more. */
  ageMs: finite.nonnegative().default(0),
});
export type Zone = z.infer<typeof Zone>;
/** presence: whether anybody is at home. It holds for `forMin`, then the house is taken for lived in. */
export const Presence = z.object({
  anyoneHome: z.boolean(),
  forMin: finite
    .min(1)
    .max(14 * 1440)
    .default(1440),
});
export type Presence = z.infer<typeof Presence>;
export const MAX_ZONES = 16;
export const OUTDOOR_ZONE = 'outdoor';
