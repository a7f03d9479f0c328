import { type FitResult, fitHouse, STEP_S } from '../../control/learn/house/fit.ts';
import { type HouseModel, lossWPerK } from '../../control/learn/house/model.ts';
import { type Score, scoreOf } from '../../control/learn/house/score.ts';
import { type HouseSample, stretchesOf } from '../../control/learn/house/series.ts';
import { timeConstantsH } from '../../control/learn/house/times.ts';
import type { Random } from '../../core/random.ts';
import type { OnProgress } from '../progress-teller.ts';

export interface Judgement {
  days: number;
  /** Null where there is too little to fit anything. */
  house: null | {
    lossWPerK: number;
    /** One standard deviation, as a share of it. */
    lossSdShare: number;
    timeConstantsH: [number, number, number];
    /** Null where the sun was not measured. */
    solarM2: number | null;
    /** Heat load at the design outdoor temperature and 20 °C inside, without any gains. */
    designLoadW: number;
    model: HouseModel;
  };
  /** The last third foreseen from a fit to the first two thirds; null where that is too short. */
  foreseen: Score | null;
  suffices: boolean;
  /** What the owner can do for a better answer. */
  advice: string[];
}

const SURE_SHARE = 0.2;
const MIN_FORESEEN_DAYS = 6;
const GOOD_DAYS = 14;

/** Learns a house from its samples, proves it on those it has not seen, and says how sure that is. Pure but for its chance. */
export function judge(
  samples: readonly HouseSample[],
  prior: HouseModel,
  designOutdoorC: number,
  next: Random,
  onProgress: OnProgress = () => {},
): Judgement {
  // The last third is one more, over less.
  const fit = fitHouse(samples, prior, {
    random: { next, starts: 2 },
    onStart: (done, of) => onProgress(done, of + 1),
  });
  const sun = samples.some((s) => s.solarWm2 > 0);
  if (!fit)
    return {
      days: 0,
      house: null,
      foreseen: null,
      suffices: false,
      advice: ['record at least two days without a gap of an hour; two weeks of heating are better'],
    };
  const foreseen = foreseeLastThird(samples, prior);
  const loss = lossWPerK(fit.model);
  const house = {
    lossWPerK: loss,
    lossSdShare: fit.lossSdShare,
    timeConstantsH: timeConstantsH(fit.model),
    solarM2: sun ? fit.model.solarM2 : null,
    designLoadW: loss * (20 - designOutdoorC),
    model: fit.model,
  };
  const beats =
    foreseen !== null && foreseen.at24hK < foreseen.persistence24hK && foreseen.overDayK < foreseen.yesterdayDayK;
  const suffices = fit.lossSdShare <= SURE_SHARE && beats;
  return {
    days: fit.days,
    house,
    foreseen,
    suffices,
    advice: adviceOf(samples, fit, sun, foreseen !== null && !beats),
  };
}

function foreseeLastThird(samples: readonly HouseSample[], prior: HouseModel): Score | null {
  const stretch = stretchesOf(samples, STEP_S).at(-1);
  if (!stretch || stretch.roomC.length * STEP_S < MIN_FORESEEN_DAYS * 86_400) return null;
  const fromS = stretch.firstS + Math.floor((2 / 3) * stretch.roomC.length) * STEP_S;
  const fit = fitHouse(
    samples.filter((s) => s.atS <= fromS),
    prior,
  );
  return fit ? scoreOf(fit.model, stretch, fromS) : null;
}

function adviceOf(samples: readonly HouseSample[], fit: FitResult, sun: boolean, beaten: boolean): string[] {
  const advice: string[] = [];
  const mean = (of: (s: HouseSample) => number) => {
    const values = samples.map(of).filter(Number.isFinite);
    return values.reduce((sum, v) => sum + v, 0) / values.length;
  };
  const rooms = samples
    .map((s) => s.roomC)
    .filter((c) => c !== null)
    .sort((a, b) => a - b);
  const swingK = rooms[Math.floor(0.95 * (rooms.length - 1))]! - rooms[Math.floor(0.05 * (rooms.length - 1))]!;
  if (fit.days < GOOD_DAYS) advice.push(`${fit.days.toFixed(1)} days are few: two weeks tell much more`);
  if (mean((s) => s.heatW) < 0.05 * lossWPerK(fit.model) * 20)
    advice.push('hardly any heat was measured: check the flow sensor, or wait for the heating season');
  else if (mean((s) => (s.roomC ?? Number.NaN) - s.outdoorC) < 8)
    advice.push('it was mild: the heat loss shows when it is 8 K or more colder outside than inside');
  if (fit.lossSdShare > SURE_SHARE && swingK < 1)
    advice.push(
      `the room moved by ${swingK.toFixed(1)} K only: lower the set-point by 2 K for three nights, so that it swings`,
    );
  if (!sun)
    advice.push('the sun was not measured: --pv-kwp N reads it from your solar cells, a column solarWm2 from a file');
  if (beaten)
    advice.push(
      'yesterday foretells this house as well as the model does: the direction of the sun may be missing, a sensor in the wrong place, or a stove not measured',
    );
  return advice;
}
