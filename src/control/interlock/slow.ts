import { clamp, lagShare, WATER_W_PER_LPM_K } from '../physics.ts';
import type { RowContext } from './row.ts';
import { chargedFor, computes, condenserK, good, mixed, pipes, toTankW, value } from './signs.ts';

/**
 * What only shows over a while: means and bounds that a drifting sensor leaves (F4). Each is physics that needs no knowledge of
 * the house: what is learnt of it is learnt from the same machine.
 */
export interface SlowState {
  water: WaterState;
  coil: CoilState;
  chip: ChipState;
  /** By how much the condenser warmed its water some seconds ago, K: what it still gives of an earlier use fades. */
  condenser: { warmedK: number };
}

/**
 * Supply over condenser outlet, less what accelerator and heater between them warm the water by: what the accelerator's own mass
 * takes it gives back.
 */
interface WaterState {
  gapK: number;
  /** What they must warm it by, and the heater's part of it: nobody measures whether that heats. */
  dueK: number;
  heaterK: number;
  /** Seconds that could be judged; fades while nothing can. */
  judgedS: number;
}

/** Water over tank while that is charged, for each watt into it: a coil does not change. */
interface CoilState {
  kPerW: number;
  charges: number;
  /** Of the charge that runs: its seconds, its sums, and between what its tank sensor was off. */
  s: number;
  waterKs: number;
  heatJ: number;
  leastK: number;
  mostK: number;
  /** Charges in a row, all of each of which was off the same way; and by how much the last one at least. */
  odd: number;
  oddK: number;
}

/** The hottest chip over the coolant, by steps of coolant flow. */
interface ChipState {
  /** Means over a minute, K and W, and in which step of flow. */
  overK: number;
  watts: number;
  step: number;
  steadyS: number;
  /**
   * Least that a watt of all cards together can warm the hottest chip by, K/W. No card draws more than its share of the rating, so
   * that what was seen, over the rating, is one; how the work lies on the cards only makes the hottest one hotter.
   */
  leastKPerW: readonly number[];
}

const STEPS = 32;
export const SLOW_START: SlowState = {
  water: { gapK: 0, dueK: 0, heaterK: 0, judgedS: 0 },
  coil: { kPerW: 0, charges: 0, s: 0, waterKs: 0, heatJ: 0, leastK: 0, mostK: 0, odd: 0, oddK: 0 },
  chip: { overK: 0, watts: 0, step: 0, steadyS: 0, leastKPerW: Array.from({ length: STEPS }, () => 0) },
  condenser: { warmedK: 0 },
};

const FLUSHED_S = 120;
/** An exchanger that was hot goes on giving for so long. */
const DRAINED_S = 600;
const MEAN_S = 900;
const FADES_S = 6 * 3600;
const MOST_DUE_K = 20;

function waterStep(before: WaterState, c: RowContext, dtS: number): WaterState {
  const rejecting = c.image.actuators.rejectOn > 0;
  const perW = 1 / (WATER_W_PER_LPM_K * Math.max(1, value(c, 'heatFlowLpm')));
  const heaterK = mixed(c) ? c.house.backupHeaterW * perW : 0;
  const dueK = heaterK + (rejecting ? 0 : value(c, 'accelW') * perW);
  const judged =
    pipes(c) &&
    good(c, 'accelW') &&
    c.timers.waterPumpS > FLUSHED_S &&
    c.timers.rejectS > (rejecting ? DRAINED_S : FLUSHED_S) &&
    dueK < MOST_DUE_K;
  if (!judged) return before.judgedS === 0 ? before : { ...before, judgedS: faded(before.judgedS, dtS) };
  const judgedS = Math.min(2 * MEAN_S, before.judgedS + dtS);
  const share = Math.max(dtS / judgedS, lagShare(dtS, MEAN_S));
  const gapK = value(c, 'supplyC') - value(c, 'condenserOutC') - dueK;
  return {
    gapK: before.gapK + (gapK - before.gapK) * share,
    dueK: before.dueK + (dueK - before.dueK) * share,
    heaterK: before.heaterK + (heaterK - before.heaterK) * share,
    judgedS,
  };
}

const faded = (judgedS: number, dtS: number) => (judgedS < 1 ? 0 : judgedS * Math.exp(-dtS / FADES_S));

const CHARGED_S = 600;
const JUDGED_S = 240;
const GIVES_W = 1500;
const KNOWN_CHARGES = 3;
const MEAN_CHARGES = 10;
const TANK_OFF_K = 4;

function coilStep(before: CoilState, c: RowContext, dtS: number): CoilState {
  if (c.image.actuators.hotWaterOn === 0) return before.s === 0 ? before : chargeEnds(before);
  const heatW = toTankW(c);
  if (!chargedFor(c, CHARGED_S) || heatW < GIVES_W) return before;
  const overK = (value(c, 'supplyC') + value(c, 'returnC')) / 2 - value(c, 'hotWaterC');
  const offK = overK - before.kPerW * heatW;
  const first = before.s === 0;
  return {
    ...before,
    s: before.s + dtS,
    waterKs: before.waterKs + overK * dtS,
    heatJ: before.heatJ + heatW * dtS,
    leastK: first ? offK : Math.min(before.leastK, offK),
    mostK: first ? offK : Math.max(before.mostK, offK),
  };
}

/** A draw of hot water stirs a tank and hides nothing all the time: only a charge that was off from its first to its last minute counts. */
function chargeEnds(charge: CoilState): CoilState {
  const rest = { ...charge, s: 0, waterKs: 0, heatJ: 0, leastK: 0, mostK: 0 };
  if (charge.s < JUDGED_S) return rest;
  const known = charge.charges >= KNOWN_CHARGES;
  const oddK = charge.leastK > TANK_OFF_K ? charge.leastK : charge.mostK < -TANK_OFF_K ? charge.mostK : 0;
  if (known && oddK !== 0)
    return { ...rest, odd: Math.sign(oddK) === Math.sign(charge.oddK) ? charge.odd + 1 : 1, oddK };
  const charges = Math.min(MEAN_CHARGES, charge.charges + 1);
  const kPerW = charge.kPerW + (charge.waterKs / charge.heatJ - charge.kPerW) / charges;
  return { ...rest, kPerW, charges, odd: 0, oddK: 0 };
}

const CHIP_MEAN_S = 60;
const CHIP_STEADY_S = 180;
const CHIP_STEADY_SHARE = 0.1;
/** Steps of flow to the doubling: within one the chip's rise over its coolant is the same. */
const STEPS_A_DOUBLING = 4;
const STEP_FROM_LPM = 0.25;
/** Cards tell whole degrees. */
const ROUNDED_K = 1;

function chipStep(before: ChipState, c: RowContext, dtS: number): ChipState {
  const lpm = value(c, 'accelFlowLpm');
  const watts = value(c, 'accelW');
  const judged =
    computes(c) && good(c, 'accelChipC') && Math.abs(watts - c.balance.laggedW) < CHIP_STEADY_SHARE * watts;
  const step = clamp(
    Math.floor(STEPS_A_DOUBLING * Math.log2(Math.max(STEP_FROM_LPM, lpm) / STEP_FROM_LPM)),
    0,
    STEPS - 1,
  );
  if (!judged || (before.steadyS > 0 && step !== before.step))
    return before.steadyS === 0 ? before : { ...before, steadyS: 0 };
  const nowK = value(c, 'accelChipC') - value(c, 'accelOutC');
  const share = before.steadyS === 0 ? 1 : lagShare(dtS, CHIP_MEAN_S);
  const overK = before.overK + (nowK - before.overK) * share;
  const steadyS = Math.min(1e6, before.steadyS + dtS);
  const leastKPerW = (overK - ROUNDED_K) / Math.max(1, c.house.accelMaxW);
  const learns = steadyS > CHIP_STEADY_S && leastKPerW > before.leastKPerW[step]!;
  return {
    overK,
    watts: before.watts + (watts - before.watts) * share,
    step,
    steadyS,
    leastKPerW: learns ? before.leastKPerW.map((x, i) => (i === step ? leastKPerW : x)) : before.leastKPerW,
  };
}

/** After a leap of time what is read now was not so all the while: it counts for no more than this. */
const MOST_STEP_S = 60;

export function slowStep(before: SlowState, c: RowContext, dtS: number): SlowState {
  if (!(dtS > 0)) return before;
  const stepS = Math.min(dtS, MOST_STEP_S);
  const water = waterStep(before.water, c, stepS);
  const coil = coilStep(before.coil, c, stepS);
  const chip = chipStep(before.chip, c, stepS);
  const { warmedK } = before.condenser;
  const condenser = { warmedK: warmedK + (condenserK(c) - warmedK) * lagShare(stepS, WARMED_S) };
  return { water, coil, chip, condenser };
}

const WARMED_S = 20;
const FADES_SHARE = 0.8;

/** The condenser gives less and less of what it holds: a machine that heats gives the same or more. */
export const fadingHeat = (c: RowContext): boolean => condenserK(c) < FADES_SHARE * c.slow.condenser.warmedK;

/** Less than this is no mean; and what heat on its way through pipes and masses may be, K s: over the time judged it is the doubt. */
const LEAST_S = 120;
const UNDERWAY_KS = 400;

/**
 * Kelvins by which supply and condenser outlet differ that neither doubt nor a heater that does not heat explains; 0 while too
 * little was seen.
 */
export function waterGapK({ water }: SlowState): number {
  if (water.judgedS < LEAST_S) return 0;
  const doubtK = UNDERWAY_KS / water.judgedS;
  return water.gapK > 0 ? Math.max(0, water.gapK - doubtK) : Math.min(0, water.gapK + water.heaterK + doubtK);
}

const ODD_CHARGES = 2;
/** Kelvins by which the tank reads too cold (negative: too hot) for how it takes its heat; 0 where nothing says so. */
export const tankOffK = ({ coil }: SlowState): number => (coil.odd < ODD_CHARGES ? 0 : coil.oddK);

/** Kelvins that the hottest chip reads colder than its watts must make it; 0 while that cannot be said. */
export const chipShortK = ({ chip }: SlowState): number =>
  chip.steadyS <= CHIP_STEADY_S ? 0 : Math.max(0, chip.leastKPerW[chip.step]! * chip.watts - chip.overK);
