import { DIMMED_LEAST_W, type Dimming, type GridConfig } from '../../contract/grid.ts';
import { backupDrawsW, type House } from '../../contract/house.ts';
import type { Estimates } from '../estimate/points.ts';
import { kw } from '../figures.ts';
import type { StepInput } from '../types.ts';
import { AUX_W, METER_START, type MeterState, meterStep, othersNowW, ownW } from './meter.ts';

/**
 * How much the unit may draw: dimming by the grid operator (§ 14a EnWG, BNetzA BK6-22-300) and the fuse of the house.
 * Dimming bounds the unit itself, without credit for own sun: that is the stricter reading and needs no meter.
 */
export interface LimitState {
  meter: MeterState;
  dimming: DimmingState | null;
  /** What the board's contact said last, and for how long it could not be read. */
  contact: { on: boolean; lostS: number };
  /** Limit of an energy manager, and how long it has been silent. */
  asked: { limitW: number; silentS: number } | null;
  /** What the unit may draw on its way back from a limit; null when it is free. */
  backW: number | null;
}

interface DimmingState {
  source: Dimming['source'];
  limitW: number;
  beforeW: number;
  sinceS: number;
  reachedAfterS: number | null;
  /** Seconds above the limit in a row after it was reached, and the longest of them. */
  overS: number;
  longestOverS: number;
}

export const LIMIT_START: LimitState = {
  meter: METER_START,
  dimming: null,
  contact: { on: false, lostS: 0 },
  asked: null,
  backW: null,
};

/** What is in force: for the whole unit, and the share that the heat pump keeps in any case. W; null = no limit. */
export interface Limits {
  unitW: number;
  pumpW: number;
  /** What § 14a leaves the heat pump, to be kept within 2 s: a fuse bears the seconds of a ramp. Null while nobody dims. */
  quickW: number | null;
  /** What the connection itself carries: not even frost goes before it. */
  fuseW: number;
  code: 'grid-dimmed' | 'grid-back' | 'fuse-limit';
  why: string;
}

/** A limit whose sender falls silent, or whose contact cannot be read, holds on for this long, as EEBUS has it for a lost heartbeat. */
const SILENT_S = 7200;
/** On the way back: a 5 kW accelerator takes four minutes. */
const BACK_W_PER_S = 20;
/** A dip back over the limit shorter than this is the noise of a running machine. */
const OVER_S = 5;
const VOLTS = 230;

/** Most that the house may import, W: the fuse and the configured limit; undefined without either. */
export function importLimitW(grid: GridConfig | undefined): number | undefined {
  if (!grid) return undefined;
  const fuseW = grid.fuseA === undefined ? Number.POSITIVE_INFINITY : grid.fuseA * VOLTS * grid.phases;
  const limitW = Math.min(fuseW, grid.maxImportW ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(limitW) ? limitW : undefined;
}

function askedStep(asked: LimitState['asked'], ems: StepInput['ems'], realS: number): LimitState['asked'] {
  if (ems) return ems.limitW === undefined ? null : { limitW: ems.limitW, silentS: 0 };
  if (!asked || asked.silentS + realS > SILENT_S) return null;
  return { ...asked, silentS: asked.silentS + realS };
}

/** A wire or bus that breaks does not lift a limit. */
function contactStep({ on, lostS }: LimitState['contact'], { gridLimitOn }: Estimates, realS: number) {
  if (gridLimitOn.quality !== 'lost') return { on: gridLimitOn.value >= 0.5, lostS: 0 };
  return on && lostS + realS <= SILENT_S ? { on, lostS: lostS + realS } : { on: false, lostS: 0 };
}

interface Wish {
  source: Dimming['source'];
  limitW: number;
}

/** The lower of what contact and energy manager ask for. */
function dimmingWish(contactOn: boolean, asked: LimitState['asked'], dimmedW: number): Wish | undefined {
  if (contactOn && !(asked && asked.limitW < dimmedW)) return { source: 'contact', limitW: dimmedW };
  return asked ? { source: 'ems', limitW: asked.limitW } : undefined;
}

function began(wish: Wish, nowW: number): DimmingState {
  return { ...wish, beforeW: nowW, sinceS: 0, reachedAfterS: null, overS: 0, longestOverS: 0 };
}

function lasts(d: DimmingState, wish: Wish, nowW: number, boundW: number, realS: number): DimmingState {
  const sinceS = d.sinceS + realS;
  const over = nowW > boundW + 50;
  const reachedAfterS = d.reachedAfterS ?? (over ? null : sinceS);
  const overS = over && d.reachedAfterS !== null ? d.overS + realS : 0;
  return { ...d, ...wish, sinceS, reachedAfterS, overS, longestOverS: Math.max(d.longestOverS, overS) };
}

type DimmingRecord = Omit<Dimming, 'timeMs'>;

const beginning = (d: DimmingState): DimmingRecord => ({
  event: 'began',
  source: d.source,
  limitW: d.limitW,
  beforeW: Math.round(d.beforeW),
});

const ending = (d: DimmingState, nowW: number): DimmingRecord => ({
  ...beginning(d),
  event: 'ended',
  afterW: Math.round(nowW),
  reachedAfterS: d.reachedAfterS === null ? null : Number(d.reachedAfterS.toFixed(1)),
  lastedS: Math.round(d.sinceS),
  kept: d.reachedAfterS !== null && d.longestOverS <= OVER_S,
});

export interface LimitFacts {
  est: Estimates;
  /** As people and managers wished it. */
  input: StepInput;
  /** Water may freeze: heat goes before the limit. */
  frost: boolean;
  realS: number;
}

/** Rated power of all that draws: from here on a limit bounds nothing. */
const ratedW = (house: House) => house.compressorMaxW + backupDrawsW(house) + house.accelMaxW + AUX_W;

function limitsOf(state: LimitState, est: Estimates, grid: GridConfig | undefined, dimmedW: number): Limits | null {
  const importW = importLimitW(grid);
  const fuseW = importW === undefined ? Number.POSITIVE_INFINITY : Math.max(0, importW - othersNowW(state.meter, est));
  const { dimming, backW } = state;
  const dimW = dimming?.limitW ?? backW ?? Number.POSITIVE_INFINITY;
  const unitW = Math.min(dimW, fuseW);
  if (unitW === Number.POSITIVE_INFINITY) return null;
  const pumpW = Math.min(Math.max(dimW, dimmedW), fuseW);
  const quickW = dimming && Math.max(dimming.limitW, dimmedW);
  if (fuseW < dimW) {
    const why = `the grid connection carries ${kw(importW!)} and others draw ${kw(othersNowW(state.meter, est))}`;
    return { unitW, pumpW, quickW, fuseW, code: 'fuse-limit', why };
  }
  if (!dimming) {
    return {
      unitW,
      pumpW,
      quickW,
      fuseW,
      code: 'grid-back',
      why: `after dimming the unit may draw ${kw(unitW)}, rising`,
    };
  }
  const who = dimming.source === 'contact' ? "the grid operator's contact" : 'the energy manager';
  const floor = unitW < dimmedW ? `; the heat pump keeps its ${kw(pumpW)}` : '';
  return { unitW, pumpW, quickW, fuseW, code: 'grid-dimmed', why: `${who} limits the unit to ${kw(unitW)}${floor}` };
}

/** Each tick. `record` is a line for the log of dimmings, where one is due. */
export function limitStep(
  previous: LimitState,
  { est, input, realS }: LimitFacts,
): { state: LimitState; limits: Limits | null; record: DimmingRecord | undefined } {
  const { house, image, grid, dtS } = input;
  const dimmedW = grid?.dimmedW ?? DIMMED_LEAST_W;
  const meter = meterStep(previous.meter, est, image, house, dtS);
  const asked = askedStep(previous.asked, input.ems, realS);
  const contact = contactStep(previous.contact, est, realS);
  const wish = dimmingWish(contact.on, asked, dimmedW);
  const nowW = ownW(est, image, house);
  const before = previous.dimming;
  const dimming = wish
    ? before
      ? lasts(before, wish, nowW, Math.max(wish.limitW, dimmedW), realS)
      : began(wish, nowW)
    : null;
  const fromW = before && !dimming ? Math.max(nowW, Math.max(before.limitW, dimmedW)) : previous.backW;
  const risenW = dimming || fromW === null ? null : fromW + BACK_W_PER_S * realS;
  const backW = risenW === null || risenW >= ratedW(house) ? null : risenW;
  const state = { meter, contact, asked, dimming, backW };
  const record = dimming && !before ? beginning(dimming) : before && !dimming ? ending(before, nowW) : undefined;
  return { state, limits: limitsOf(state, est, grid, dimmedW), record };
}
