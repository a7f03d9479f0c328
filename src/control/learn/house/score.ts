import type { HouseModel } from './model.ts';
import { DAY_LOOKS, predictionErrors, startsOf } from './predict.ts';
import type { Stretch } from './series.ts';

/** Root mean square errors of predicted room temperatures, K, over every full hour as a start. */
export interface Score {
  starts: number;
  /** Exactly 24 h ahead. Yesterday's profile says the same as persistence there: the temperature of now. */
  at24hK: number;
  persistence24hK: number;
  /** Over each hour of the 24. */
  overDayK: number;
  persistenceDayK: number;
  yesterdayDayK: number;
}

const rms = (errors: readonly number[]) => {
  const sound = errors.filter(Number.isFinite);
  return Math.sqrt(sound.reduce((sum, v) => sum + v * v, 0) / sound.length);
};

/**
 * How well the model, and two rules without any model, foresee the room on this stretch (a grid of `STEP_S`).
 * @param fromS only predictions that start at this time or later count; what is before lets the observer settle
 */
export function scoreOf(model: HouseModel, stretch: Stretch, fromS: number): Score {
  const { roomC, firstS, stepS } = stretch;
  const firstStep = Math.max(DAY_LOOKS.firstStep, Math.ceil((fromS - firstS) / stepS));
  const looks = { ...DAY_LOOKS, firstStep };
  const starts = startsOf(stretch, looks);
  const horizons = looks.horizonsSteps;
  const day = horizons.at(-1)!;
  const errors = predictionErrors(model, stretch, looks);
  const persistence = starts.flatMap((k) => horizons.map((h) => roomC[k]! - roomC[k + h]!));
  const yesterday = starts.flatMap((k) => horizons.map((h) => roomC[k + h - day]! - roomC[k + h]!));
  const last = (all: ArrayLike<number>) => starts.map((_, i) => all[(i + 1) * horizons.length - 1]!);
  return {
    starts: starts.length,
    at24hK: rms(last(errors)),
    persistence24hK: rms(last(persistence)),
    overDayK: rms([...errors]),
    persistenceDayK: rms(persistence),
    yesterdayDayK: rms(yesterday),
  };
}
