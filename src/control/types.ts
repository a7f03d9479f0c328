import type { Acknowledge, Latch } from '../contract/acknowledge.ts';
import type { Override, OverrideCommand, Zone } from '../contract/comfort.ts';
import type { Commission } from '../contract/commission.ts';
import type { Dimming, Ems, GridConfig } from '../contract/grid.ts';
import type { House } from '../contract/house.ts';
import type { ComputeWant, ControlState, Reason, SafetyState, SetPoints } from '../contract/messages.ts';
import type { Image, Outputs } from '../contract/points.ts';
import type { Observed } from '../contract/today.ts';
import type { HeldPrice, PriceSlot } from './price/prices.ts';

/** Everything `step` may know besides its own state. No clock, no chance: both are in here. */
export interface StepInput {
  image: Image;
  /** House time since the last call: 0.1 s at 10 Hz, up to 900 s in fast simulation; scaled by --speed on the sim board. */
  dtS: number;
  setPoints: SetPoints;
  /** The price that holds, whoever told it. Undefined without one: then nothing is bought for filler. */
  market: HeldPrice | undefined;
  /** Prices known ahead, from the slot that holds now on. */
  ahead?: readonly PriceSlot[] | undefined;
  want: ComputeWant | undefined;
  house: House;
  /** UTC of the house, left out while nobody can be trusted to know it. */
  timeMs?: number;
  /** Each zone's last word, with its age at this moment. */
  zones?: readonly Zone[];
  /** Nobody is at home, as somebody has said of late. */
  away?: boolean;
  /** Wishes that have come since the last call, oldest first. */
  commands?: readonly OverrideCommand[];
  /** Facts of the grid connection; left out: no limits. */
  grid?: GridConfig;
  /** What an energy manager asks for; undefined once its lease lapsed. */
  ems?: Ems | undefined;
  /** Which inputs from outside hold no longer, and what counts instead. */
  lapsed?: readonly Reason[];
  /** A person has mended what latched. */
  acknowledge?: Acknowledge | undefined;
  /** Outputs that an installer drives by hand: heeded only in operation `commission`, where the checks wait meanwhile. */
  hand?: Partial<Outputs> | undefined;
}

/** What an acknowledgement has done. */
interface Acknowledged {
  by: string;
  /** Codes of the latches that it lifted, and texts of those whose cause is still there. */
  lifted: string[];
  left: string[];
  /** Too many within a day: no person mends that often. */
  refused: boolean;
}

export interface Verdict {
  outputs: Outputs;
  action: ControlState['action'];
  safety: SafetyState;
  latched: boolean;
  latches: Latch[];
  acknowledged: Acknowledged | undefined;
  grantW: number;
  fillerW: number;
  /** Watts of the grant that pay, for filler or for answers that are sold. */
  payW: number;
  heatNeedW: number;
  heat: ControlState['heat'];
  energy: ControlState['energy'];
  meters: ControlState['meters'];
  price: ControlState['price'];
  zones: ControlState['zones'];
  overrides: Override[];
  inEffect: ControlState['inEffect'];
  /** Most telling first. Every output that the interlock moved has one. */
  reasons: Reason[];
  /** What would be driven, while control only observes. */
  wouldBe: Outputs | undefined;
  /** What observing has shown so far. */
  observed: Observed | undefined;
  commission: Commission | undefined;
  /** A line for the record of dimmings, in the tick in which one began or ended. */
  dimming: Omit<Dimming, 'timeMs'> | undefined;
}
