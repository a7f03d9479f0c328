import { z } from 'zod';

/** Least power that a dimmed heat pump keeps (BNetzA BK6-22-300, annex 1, 4.5.1: 4.2 kW). Nothing can set it lower. */
export const DIMMED_LEAST_W = 4200;

/** Facts of the grid connection. Left out: no limit, and nothing is done. */
export const GridConfig = z
  .strictObject({
    fuseA: z.number().min(6).max(1000).optional().describe('main fuse of each phase, A; left out: no limit'),
    phases: z.int().min(1).max(3).default(3),
    maxImportW: z
      .number()
      .min(1000)
      .max(1e6)
      .optional()
      .describe('most that the house may draw from the grid, W; the lower of this and the fuse holds'),
    dimmedW: z
      .number()
      .min(DIMMED_LEAST_W)
      .max(50_000)
      .default(DIMMED_LEAST_W)
      .describe('what the unit may draw while the grid operator dims it; above 11 kW rating ask him for 40 % of it'),
    exportLimitW: z
      .number()
      .min(0)
      .max(1e6)
      .optional()
      .describe(
        'feed-in limit at the meter, W (60 % of the rating in Germany without a smart meter); sun above it is free',
      ),
    batteryOrder: z
      .enum(['accelerator-first', 'battery-first'])
      .default('battery-first')
      .describe('who takes surplus sun first; accelerator-first needs to know the power of the battery'),
  })
  .prefault({});
export type GridConfig = z.infer<typeof GridConfig>;

const finite = z.number().finite();

/** grid/ems, lease: what an energy manager (evcc, Home Assistant, a gateway of the grid operator) asks of the unit. */
export const Ems = z.object({
  /** Limit of the whole unit, W. The heat pump keeps its guaranteed power whatever stands here, 0 included. */
  limitW: finite.nonnegative().optional(),
  /** SG-Ready state: 1 off, 2 normal, 3 recommended, 4 forced. */
  sgReady: z.int().min(1).max(4).optional(),
  /** Power of the house battery, charging positive. */
  batteryW: finite.optional(),
  /** Power from the grid (feeding in negative) and of the sun, for a board that measures none. They count for surplus and cost, not for the fuse. */
  gridW: finite.optional(),
  pvW: finite.optional(),
  /** Surplus sun that somebody else is to have first, W: a car that waits for it. */
  keptW: finite.nonnegative().optional(),
});
export type Ems = z.infer<typeof Ems>;

/** One line of the record of dimmings that the grid operator may ask for. */
export const Dimming = z.object({
  event: z.enum(['began', 'ended']),
  timeMs: finite,
  source: z.enum(['contact', 'ems']),
  limitW: finite,
  /** Power of the unit when the limit came. */
  beforeW: finite,
  /** `ended` only: its power at the end, the seconds until the limit was kept, how long it lasted, and whether it was kept to the end. */
  afterW: finite.optional(),
  reachedAfterS: finite.nullable().optional(),
  lastedS: finite.optional(),
  kept: z.boolean().optional(),
});
export type Dimming = z.infer<typeof Dimming>;
