import { BUDGET_START, type Budget } from './budget.ts';
import { EMERGENCY_START, type Emergency } from './emergency.ts';
import type { Known } from './known.ts';
import { type Learnt, learntStart } from './learn.ts';
import { MACHINE_START, type MachineState } from './machine.ts';
import { MEMORY_START, type Memory } from './memory.ts';
import type { HotWaters } from './water.ts';
import type { PlanNow } from './wish.ts';

/** One answer line. */
export interface Answer {
  /** Speed of the heat pump as a share of full speed, 0 = off. */
  compressor: number;
  /** Circulation pump. */
  pump: number;
  /** Supply temperature that means the same as the speed, for plants that regulate on one. */
  supplySetC: number;
  /** Watts that the accelerator may draw. */
  computeBudgetW: number;
  /** Most telling first. */
  reasons: string[];
}

/** Lines in a row that could not be read, and the time they took as far as can be known, s. */
export interface Refused {
  lines: number;
  forS: number;
}
export const NONE_REFUSED: Refused = { lines: 0, forS: 0 };

/** Plain JSON: any run replays from its lines. */
export interface ForeignState {
  t: number | null;
  /** Time of a line that came from the past: a second one makes it the new clock. */
  backT: number | null;
  refused: Refused;
  /** How long a step of this plant takes, the longest of late, s: a line that says nothing takes as long. */
  usualStepS: number;
  memory: Memory;
  machine: MachineState;
  learned: Learnt;
  plan: PlanNow | null;
  budget: Budget;
  emergency: Emergency;
  hotWaters: HotWaters;
  /** Seconds since the last room temperature. */
  blindS: number;
  answer: Answer;
}

export const IDLE: Answer = { compressor: 0, pump: 0, supplySetC: 0, computeBudgetW: 0, reasons: [] };

export const foreignStart = (known: Known): ForeignState => ({
  t: null,
  backT: null,
  refused: NONE_REFUSED,
  usualStepS: 300,
  memory: MEMORY_START,
  machine: MACHINE_START,
  learned: learntStart(known),
  plan: null,
  budget: BUDGET_START,
  emergency: EMERGENCY_START,
  hotWaters: {},
  blindS: 0,
  answer: IDLE,
});
