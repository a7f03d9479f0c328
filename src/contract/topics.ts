import type { z } from 'zod';
import { Acknowledge } from './acknowledge.ts';
import { OverrideCommand, Presence, Zone } from './comfort.ts';
import { Ems } from './grid.ts';
import {
  ComputeState,
  ComputeWant,
  ComputeWork,
  ControlState,
  Event,
  Grant,
  leaseOf,
  Market,
  Refused,
  SetCommand,
  SetFromHome,
} from './messages.ts';
import { PriceFeed, PriceNow, PricesAhead } from './prices.ts';
import { Said } from './said.ts';
import { Today } from './today.ts';
import { PlantTruth } from './truth.ts';
import { Update } from './update.ts';

/** Who may connect to the broker. `home` is Home Assistant and whatever else the owner gives that password to. */
export const ROLES = ['control', 'compute', 'net', 'plant', 'home'] as const;
export type Role = (typeof ROLES)[number];

export interface Topic<T = unknown> {
  /** Below the prefix `heatmine/<unit>/`. */
  path: string;
  senders: readonly Role[];
  readers: readonly Role[];
  schema: z.ZodType<T>;
  /** Where home may say less than net. */
  fromHome?: z.ZodType<T>;
  retained: boolean;
  about: string;
}

const topic = <T>(t: Topic<T>): Topic<T> => t;

export const TOPICS = {
  controlState: topic({
    path: 'control/state',
    senders: ['control'],
    readers: ['net', 'compute', 'home'],
    schema: ControlState,
    retained: true,
    about: 'all that the control loop lets people know, 1 Hz',
  }),
  grant: topic({
    path: 'control/grant',
    senders: ['control'],
    readers: ['compute', 'net'],
    schema: leaseOf(Grant),
    retained: false,
    about: 'lease: watts the accelerator may draw',
  }),
  controlEvent: topic({
    path: 'control/event',
    senders: ['control'],
    readers: ['net', 'home'],
    schema: Event,
    retained: false,
    about: 'faults and changes of mode',
  }),
  want: topic({
    path: 'compute/want',
    senders: ['compute'],
    readers: ['control', 'net'],
    schema: leaseOf(ComputeWant),
    retained: false,
    about: 'lease: watts that compute could use and what they earn',
  }),
  work: topic({
    path: 'compute/work',
    senders: ['compute'],
    readers: ['plant', 'net'],
    schema: ComputeWork,
    retained: false,
    about: 'tokens measured since boot; feeds the simulated accelerator',
  }),
  computeState: topic({
    path: 'compute/state',
    senders: ['compute'],
    readers: ['net', 'home'],
    schema: ComputeState,
    retained: true,
    about: 'experts, queue, tokens and joules, 1 Hz',
  }),
  market: topic({
    path: 'market/state',
    senders: ['plant'],
    readers: ['control'],
    schema: leaseOf(Market),
    retained: false,
    about:
      'lease, simulated board only: its clock and the price of its made-up market; what holds is in control/state.price',
  }),
  prices: topic({
    path: 'market/prices',
    senders: ['net', 'home'],
    readers: ['control', 'net'],
    schema: PriceFeed,
    retained: true,
    about:
      'prices of the day in steps of a quarter of an hour to an hour; fees and tax are added from config.yaml unless they are `final`',
  }),
  priceNow: topic({
    path: 'market/now',
    senders: ['net', 'home'],
    readers: ['control', 'net'],
    schema: PriceNow,
    retained: false,
    about: 'what a kWh costs now, for the minutes given; goes before the list',
  }),
  pricesAhead: topic({
    path: 'control/prices',
    senders: ['control'],
    readers: ['net', 'compute', 'home'],
    schema: PricesAhead,
    retained: true,
    about: 'the prices that control knows and plans with, fees and tax in them, from the step that holds on; on change',
  }),
  ems: topic({
    path: 'grid/ems',
    senders: ['net', 'home'],
    readers: ['control', 'net'],
    schema: leaseOf(Ems),
    retained: false,
    about: 'lease: power limit, SG-Ready state, battery, grid and sun power of an energy manager',
  }),
  today: topic({
    path: 'today',
    senders: ['net'],
    readers: ['net', 'home'],
    schema: Today,
    retained: true,
    about: 'the day of the house so far, in numbers and as one line to read; whenever the line changes',
  }),
  said: topic({
    path: 'said',
    senders: ['net'],
    readers: ['net', 'home'],
    schema: Said,
    retained: true,
    about: 'what the unit does and why, in the language of config.yaml; whenever it changes',
  }),
  saidEvent: topic({
    path: 'said/event',
    senders: ['net'],
    readers: ['net', 'home'],
    schema: Event,
    retained: false,
    about: 'faults and changes of mode, in the language of config.yaml',
  }),
  refused: topic({
    path: 'refused',
    senders: [],
    readers: ['net'],
    schema: Refused,
    retained: false,
    about: 'a message of home that the broker did not take, and why; told on as an event, a few for each topic',
  }),
  update: topic({
    path: 'update',
    senders: ['net'],
    readers: ['net', 'home'],
    schema: Update,
    retained: true,
    about: 'the version that runs and the newest that net.updates names, as Home Assistant reads them',
  }),
  plantTruth: topic({
    path: 'plant/truth',
    senders: ['plant'],
    readers: ['net', 'home'],
    schema: PlantTruth,
    retained: true,
    about: 'simulated board only: what the modelled house really does, 1 Hz',
  }),
  set: topic({
    path: 'set',
    senders: ['net', 'home'],
    readers: ['control'],
    schema: SetCommand,
    fromHome: SetFromHome,
    retained: false,
    about:
      'a changed set-point or mode; answered in control/state.setPoints; home may not begin operation `commission`',
  }),
  override: topic({
    path: 'override',
    senders: ['net', 'home'],
    readers: ['control'],
    schema: OverrideCommand,
    retained: false,
    about: 'a wish that ends by itself; answered with its expected cost in control/state.overrides',
  }),
  acknowledge: topic({
    path: 'acknowledge',
    senders: ['net', 'home'],
    readers: ['control'],
    schema: Acknowledge,
    retained: false,
    about: 'a person has mended what latched: lifts each latch whose cause is gone; answered in control/state.latches',
  }),
  presence: topic({
    path: 'presence',
    senders: ['net', 'home'],
    readers: ['control'],
    schema: Presence,
    retained: false,
    about: 'whether anybody is at home; holds for the minutes given, then the house is taken for lived in',
  }),
  zone: topic({
    path: 'zone',
    senders: ['net', 'home'],
    readers: ['control'],
    schema: Zone,
    retained: false,
    about: 'temperature of one room, at most 16 of them, at least once an hour; the zone `outdoor` is the air outside',
  }),
} as const;

export type TopicName = keyof typeof TOPICS;
export type MessageOf<N extends TopicName> = z.infer<(typeof TOPICS)[N]['schema']>;

/** What a message of this role must look like. */
export const schemaFor = (role: Role, name: TopicName): z.ZodType => {
  const { schema, fromHome }: Topic = TOPICS[name];
  return role === 'home' && fromHome ? fromHome : schema;
};

export const topicPath = (unit: string, name: TopicName): string => `heatmine/${unit}/${TOPICS[name].path}`;
