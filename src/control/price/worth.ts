import { COIL_K } from '../decide/hotwater.ts';
import { copAt } from '../learn/own-pump.ts';
import type { PumpMap } from '../learn/pump-map.ts';

/**
 * What heat costs now and what the same heat would cost later, by price and learnt map. Heat is moved only where it gains
 * more than moving it may lose: a swing of prices alone is no reason.
 */
export interface HeatFacts {
  map: PumpMap;
  outdoorC: number;
  /** Water that the pump works against while it heats the house. */
  houseSinkC: number;
  /** Undefined in a house without a tank, or without its sensor: nothing is charged there. */
  tankC: number | undefined;
  tankSetC: number;
  tankL: number;
  /** Now, and its minute of the local day. */
  timeMs: number;
  minute: number;
}

/** Price of power now and then; `atMs` is then. */
export interface Move {
  fromEur: number;
  toEur: number;
  atMs: number;
}

/** A gain must be this share of what the heat costs now, and this much for a kWh of heat: map, weather and house are guesses. */
const MARGIN = 0.2;
/** A house set back for an hour or two runs less evenly afterwards: small gains were measured to be lost (0.5 % dearer). */
const HOUSE_MARGIN = 0.3;
const LEAST_EUR = 0.01;
/** Half of what a clear day is warmer at three in the afternoon than at night, K. Nobody foretells the weather here. */
const DAY_K = 4;
const WARMEST_MIN = 15 * 60;
/** Speed at which the COP is asked for: neither end of the map. */
const LEVEL = 0.6;
/** The house makes up for what it waited with hotter water, K. */
const MADE_UP_K = 2;
/** Pipes, condenser and coil that each charge warms by some 20 K and that cool again, J. */
const CHARGE_LOSS_J = 1e6;
const WATER_J_PER_LK = 4180;
/** Tank below its set-point at which it would be charged later, K. */
const CHARGED_BELOW_K = 4;

/** Expected change of the outdoor temperature until then, K, by the hour alone. */
function outdoorChangeK({ timeMs, minute }: HeatFacts, atMs: number): number {
  const course = (at: number) => Math.cos((2 * Math.PI * (at - WARMEST_MIN)) / 1440);
  return DAY_K * (course(minute + (atMs - timeMs) / 60_000) - course(minute));
}

/** EUR for a kWh of heat. */
const heatEur = (f: HeatFacts, eur: number, sinkC: number, outdoorC: number): number =>
  eur / copAt(f.map, LEVEL, sinkC, outdoorC);

const isWorth = (nowEur: number, gainEur: number, share = MARGIN): boolean =>
  gainEur >= Math.max(LEAST_EUR, share * Math.abs(nowEur));

/** Later in the same tank at the same heat; a colder hour is reckoned with, a warmer one is not built on. */
export function tankMayWait(f: HeatFacts, { fromEur, toEur, atMs }: Move): boolean {
  const sinkC = f.tankSetC + COIL_K - CHARGED_BELOW_K / 2;
  const nowEur = heatEur(f, fromEur, sinkC, f.outdoorC);
  const thenEur = heatEur(f, toEur, sinkC, f.outdoorC + Math.min(0, outdoorChangeK(f, atMs)));
  return isWorth(nowEur, nowEur - thenEur);
}

export function houseMayWait(f: HeatFacts, { fromEur, toEur, atMs }: Move): boolean {
  const nowEur = heatEur(f, fromEur, f.houseSinkC, f.outdoorC);
  const outdoorC = f.outdoorC + Math.min(0, outdoorChangeK(f, atMs));
  return isWorth(nowEur, nowEur - heatEur(f, toEur, f.houseSinkC + MADE_UP_K, outdoorC), HOUSE_MARGIN);
}

/** Earlier, into a tank that is still fairly hot: a higher temperature, and more charges of less heat each. */
export function tankMayFill(f: HeatFacts, { fromEur, toEur, atMs }: Move): boolean {
  const missingK = f.tankSetC - (f.tankC ?? f.tankSetC);
  if (missingK <= 0) return false;
  const earlyK = Math.max(0, CHARGED_BELOW_K - missingK);
  const nowEur = heatEur(f, fromEur, f.tankSetC + COIL_K - missingK / 2, f.outdoorC);
  const outdoorC = f.outdoorC + Math.max(0, outdoorChangeK(f, atMs));
  const thenEur = heatEur(f, toEur, f.tankSetC + COIL_K - (missingK + earlyK) / 2, outdoorC);
  const lossShare = (CHARGE_LOSS_J * (earlyK / CHARGED_BELOW_K)) / (missingK * f.tankL * WATER_J_PER_LK);
  return isWorth(nowEur, thenEur - nowEur, MARGIN + lossShare);
}
