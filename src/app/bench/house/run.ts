import type { ComputeWant } from '../../../contract/messages.ts';
import { SAFE_OUTPUTS } from '../../../contract/points.ts';
import { Config } from '../../../core/config.ts';
import { type CosimResult, cosimulate, type Drive } from '../../cosim.ts';
import { fixedRules, plainPump, vented } from './references.ts';
import type { World } from './world.ts';
import { START } from './world.ts';

const KWP = 10;
/** Feed-in limit without a smart meter's control box: 60 % of the rating (EEG 2023, § 9). */
const EXPORT_SHARE = 0.6;
const DT_S = 30;

/** The house of the bench: 12 kW, 5 kW accelerator, 10 kWp, hot water L; all else as the program ships. */
export function houseConfig(seed: number, accelerator: boolean): Config {
  return Config.parse({
    house: { designLoadW: 12_000, accelMaxW: accelerator ? 5_000 : 0 },
    grid: { exportLimitW: EXPORT_SHARE * KWP * 1000 },
    sim: { seed, startsAt: START, pvKwp: KWP, householdKwhPerYear: 4000, tapping: 'L' },
  });
}

export interface Case {
  world: World;
  seed: number;
  days: number;
}

export type Want = (timeMs: number) => ComputeWant | undefined;

/** Sold answers are always to be had at this income; at 0 nobody pays and only filler is there. */
const soldAt = (incomeEurPerKwh: number, maxW: number): Want =>
  incomeEurPerKwh > 0 ? () => ({ wantW: maxW, incomeEurPerKwh, queued: 0 }) : () => undefined;

function simulate(at: Case, config: Config, want: Want, drive?: Drive): CosimResult {
  return cosimulate({ config, days: at.days, dtS: DT_S, world: at.world, wantAt: want, ...(drive && { drive }) });
}

/** Our own control. */
export function ours(at: Case, incomeEurPerKwh: number): CosimResult {
  const config = houseConfig(at.seed, true);
  return simulate(at, config, soldAt(incomeEurPerKwh, config.house.accelMaxW));
}

/** B1: no accelerator in the house. */
export function plain(at: Case, shiftK: number): CosimResult {
  const config = houseConfig(at.seed, false);
  return simulate(at, config, () => undefined, plainPump(config.house, shiftK));
}

/** B2 and B3 beside the same plain pump. */
export function beside(at: Case, shiftK: number, incomeEurPerKwh: number, rule: 'vented' | 'fixed'): CosimResult {
  const config = houseConfig(at.seed, true);
  const { accelMaxW } = config.house;
  const accelerator = rule === 'vented' ? vented(accelMaxW, incomeEurPerKwh) : fixedRules(accelMaxW);
  return simulate(at, config, soldAt(incomeEurPerKwh, accelMaxW), plainPump(config.house, shiftK, accelerator));
}

/** Household and sun alone, nothing heated: the part of the bill that is no heating. */
export function nobody(at: Case): CosimResult {
  const still = { ...SAFE_OUTPUTS, accelPumpPct: 0, circulationPct: 0, dryCoolerPct: 0 };
  return simulate(
    at,
    houseConfig(at.seed, false),
    () => undefined,
    () => ({ outputs: still, safety: 'S0', workW: 0 }),
  );
}

const FROM_H = 8;
const TO_H = 20;
const FIXED_W = 2500;

/** Questions of people that wait from 8 to 20 o'clock UTC, 2.5 kW: hours that nobody can move. */
export function fixedHours(at: Case): CosimResult {
  const config = houseConfig(at.seed, true);
  const want: Want = (timeMs) => {
    const hour = (timeMs / 3_600_000) % 24;
    return hour >= FROM_H && hour < TO_H ? { wantW: FIXED_W, incomeEurPerKwh: 0, queued: 1 } : undefined;
  };
  return simulate(at, config, want);
}
