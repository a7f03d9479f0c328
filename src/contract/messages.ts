import { z } from 'zod';
import { Latch } from './acknowledge.ts';
import { Override } from './comfort.ts';
import { Commission } from './commission.ts';
import { ACTUATOR_NAMES, SENSOR_NAMES } from './points.ts';
import { Price } from './prices.ts';
import { Observed } from './today.ts';

/** Shapes of everything that crosses the broker. Units are in the names; see units.ts. */
const finite = z.number().finite();
export const Reason = z.object({ what: z.string().max(64), code: z.string().max(48), text: z.string().max(400) });
export type Reason = z.infer<typeof Reason>;

export const leaseOf = <T extends z.ZodType>(value: T) =>
  z.object({
    value,
    ttlMs: finite.positive(),
    ageMs: finite.nonnegative(),
    bootId: z.string().max(64),
    seq: z.int().nonnegative(),
  });

/** Who drives the outputs: control, nobody (control only tells what it would do), or the checks of commissioning. */
export const OPERATIONS = ['auto', 'observe', 'commission'] as const;

/** `auto` heats or cools by the season. */
export const MODES = ['heating', 'auto', 'off', 'cooling'] as const;
export type Mode = (typeof MODES)[number];

/** What a person can set. Control validates, persists, and echoes the effective value in control/state. */
export const SetPoints = z.object({
  mode: z.enum(MODES),
  operation: z.enum(OPERATIONS).default('auto'),
  /** What stands again when commissioning is over: what stood before it. Nobody sets it. */
  operationAfter: z.enum(['auto', 'observe']).default('auto'),
  roomSetC: finite.min(5).max(30),
  hotWaterSetC: finite.min(35).max(60),
  computeOn: z.boolean(),
  /** What an hour of computing is worth to the owner beyond sold answers (a gift to research): 0 unless he says so. */
  computeValueEurPerKwh: finite.min(0).max(10),
});
export type SetPoints = z.infer<typeof SetPoints>;
export const DEFAULT_SETPOINTS: SetPoints = {
  mode: 'heating',
  operation: 'auto',
  operationAfter: 'auto',
  roomSetC: 21,
  hotWaterSetC: 48,
  computeOn: true,
  computeValueEurPerKwh: 0,
};

/** What is aimed at now: the set-points with season, wishes that end, night, absence, SG-Ready and price. */
const InEffect = z.object({ mode: z.enum(MODES), roomSetC: finite, hotWaterSetC: finite });

/** One change, from Home Assistant, the page or the command line. */
export const SetCommand = z.object({
  name: z.enum(['mode', 'operation', 'roomSetC', 'hotWaterSetC', 'computeOn', 'computeValueEurPerKwh']),
  value: z.union([z.string().max(32), finite, z.boolean()], 'must be a number, a text, true or false'),
  by: z.string().max(64),
});
export type SetCommand = z.infer<typeof SetCommand>;

/** What home may set: commissioning moves valves, and is begun where somebody stands before them. */
export const SetFromHome = SetCommand.refine(({ name, value }) => name !== 'operation' || value !== 'commission', {
  path: ['value'],
  message:
    'commissioning moves the machine: it is begun on the page or by `heatmine commission`, where somebody stands before it',
});

export const SAFETY_STATES = ['S0', 'S1', 'S2', 'S3', 'S4'] as const;
export type SafetyState = (typeof SAFETY_STATES)[number];

const SensorView = z.object({
  value: finite.nullable(),
  ageMs: finite,
  quality: z.enum(['good', 'bad', 'missing', 'stale']),
  reason: z.string().optional(),
});

/** control/state, 1 Hz, retained: all that people and the other processes may know of the control loop. */
export const ControlState = z.object({
  tick: z.int(),
  /** House time: scaled by --speed on the simulated board. */
  houseTimeMs: finite,
  board: z.string(),
  simulated: z.boolean(),
  speed: finite,
  action: z.enum(['off', 'idle', 'heating', 'hotWater', 'cooling', 'defrosting', 'fault']),
  safety: z.enum(SAFETY_STATES),
  latched: z.boolean(),
  /** Left out while nothing is latched. */
  latches: z.array(Latch).max(40).optional(),
  setPoints: SetPoints,
  inEffect: InEffect,
  sensors: z.partialRecord(z.enum(SENSOR_NAMES), SensorView),
  outputs: z.record(z.enum(ACTUATOR_NAMES), finite),
  /** Only while observing: what would be driven. */
  wouldBe: z.record(z.enum(ACTUATOR_NAMES), finite).optional(),
  observed: Observed.optional(),
  commission: Commission.optional(),
  /** Watts the accelerator may draw now, and those that would pay. */
  grantW: finite,
  heatNeedW: finite,
  /** Heat into the house side by source, watts, from flow and temperature difference. */
  heat: z.object({
    ...{ condenserW: finite, accelW: finite, rejectedW: finite },
    /** Of the backup heater: no meter sees it, so its rating while it is on. */
    backupW: finite.optional(),
    /** Left out where it draws as much as it heats: not so a boiler. */
    backupDrawsW: finite.optional(),
    /** Part of `condenserW` that the heat pump cannot be making now: what hot water and metal held after the tank was charged. */
    storedW: finite.optional(),
  }),
  energy: z.object({
    heatKwh: finite,
    accelHeatKwh: finite,
    compressorKwh: finite,
    accelKwh: finite,
    cop: finite.nullable(),
  }),
  /**
   * COP: heat of the heat pump, defrosts deducted, over compressor, outdoor fan and circulation pump; accelerator, backup
   * heater and standby are outside. Cost: what the whole unit adds to the bill, own sun at what feeding it in would have
   * earned; plain pump: the same heat from the heat pump alone. Day and year as people count them; null: not known yet.
   * Date as yyyymmdd; heat of all sources; sun that the unit used instead of its being fed in.
   */
  meters: z.object({
    copNow: finite.nullable(),
    copDay: finite.nullable(),
    copYear: finite.nullable(),
    date: z.int().nullable(),
    heatTodayKwh: finite.nullable(),
    sunTodayKwh: finite.nullable(),
    costTodayEur: finite.nullable(),
    plainPumpTodayEur: finite.nullable(),
    costEur: finite,
    plainPumpEur: finite,
  }),
  /** The price that counts, in all that is decided and shown; null: none is known. */
  price: Price.nullable(),
  /** Rooms that have reported, and whether each counts in the room temperature now. */
  zones: z
    .record(
      z.string(),
      z.object({
        temperatureC: finite,
        humidityPct: finite.optional(),
        windowOpen: z.boolean().optional(),
        ageMs: finite,
        counts: z.boolean(),
      }),
    )
    .optional(),
  /** Wishes in force that end by themselves. */
  overrides: z.array(Override).max(8),
  /** The first is the one line that tells people what the unit does and why. */
  reasons: z.array(Reason).max(40),
  lateness: z.object({
    ...{ p50Ms: finite, p99Ms: finite, maxMs: finite, ticks: z.int(), realtime: z.boolean() },
    /** Ticks since the start that fell out. */
    missed: z.int().optional(),
  }),
});
export type ControlState = z.infer<typeof ControlState>;

/** control/grant, lease: the watts compute may turn into work; 0 once it lapses. `payW` is how many pay for unpaid filler. */
export const Grant = z.object({ watts: finite.nonnegative(), fillerW: finite.nonnegative(), reason: Reason });
export type Grant = z.infer<typeof Grant>;

/** market/state, lease: the clock of the simulated house and what its market asks. */
export const Market = z.object({
  timeMs: finite,
  priceEurPerKwh: finite,
  exportEurPerKwh: finite,
  modelled: z.boolean(),
});
export type Market = z.infer<typeof Market>;

/** compute/want, lease: what compute could use, so that control can judge whether it pays. */
export const ComputeWant = z.object({
  wantW: finite.nonnegative(),
  incomeEurPerKwh: finite.nonnegative(),
  queued: z.int().nonnegative(),
  /** Whether the cards are to be powered; control obeys it while the lease lives. */
  gate: z.enum(['on', 'gated']).optional(),
});
export type ComputeWant = z.infer<typeof ComputeWant>;

/** compute/work, 5 Hz: tokens measured since boot, by kind. The simulated accelerator turns them into watts. */
export const ComputeWork = z.object({
  bootId: z.string(),
  seq: z.int(),
  answerTokens: z.int(),
  fillerTokens: z.int(),
  card: z.string(),
});
export type ComputeWork = z.infer<typeof ComputeWork>;

export const ComputeState = z.object({
  card: z.object({ id: z.string(), name: z.string(), count: z.int(), jPerToken: finite, modelled: z.boolean() }),
  experts: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      engine: z.string(),
      resident: z.boolean(),
      sizeBytes: finite,
      passes: z.boolean(),
      note: z.string().optional(),
    }),
  ),
  answered: z.int(),
  queued: z.int(),
  busy: z.boolean(),
  answerTokens: z.int(),
  fillerTokens: z.int(),
  joules: finite,
  tokensPerS: finite,
  fillerW: finite,
  reason: Reason,
  gate: z.object({ do: z.enum(['on', 'gated']), reason: Reason }),
  prefetch: Reason.optional(),
  engine: z.object({ text: z.string().max(400), fault: z.string().max(400).optional() }).optional(),
});
export type ComputeState = z.infer<typeof ComputeState>;

/** events: one line of history each, kept by net. */
export const Event = z.object({
  timeMs: finite,
  /** True when `timeMs` is of the simulated house, which has its own time; left out: of the wall. */
  houseClock: z.boolean().optional(),
  level: z.enum(['info', 'warn', 'fault']),
  source: z.string().max(32),
  code: z.string().max(64),
  text: z.string().max(400),
});
export type Event = z.infer<typeof Event>;

/** refused: a message of people that nobody got. Of its words none are here. */
export const Refused = z.object({ topic: z.string().max(80), why: z.string().max(240) });
export type Refused = z.infer<typeof Refused>;
