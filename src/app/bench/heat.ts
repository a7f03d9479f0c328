import { say } from '../command.ts';
import { cosimulate } from '../cosim.ts';
import { decisionTimes } from './heat/decisions.ts';
import { askBeside } from './heat/queries.ts';
import { heatUnit } from './heat/unit.ts';
import { beside, type Case, houseConfig } from './house/run.ts';
import { openWorld } from './house/world.ts';
import { scoredPerCpuS } from './score-speed.ts';
import type { Bench, Figure } from './table.ts';

const DAY_MS = 86_400_000;
/** 1 April to 31 May, and the first days of it step by step. */
const SEASON_FROM_DAY = 90;
const SEASON_DAYS = 61;
const TRACKED_DAYS = 4;
const SEASON_DT_S = 30;

/** Control hears of a cloud a second after it, and what the simulated card was given by then it burns within the next seconds: never quite 0. */
const LOST_EUR_PER_DAY = 0.001;

const quantile = (sorted: readonly number[], q: number) => sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const median = (values: readonly number[]) => quantile(sorted(values), 0.5);

/** The world of the house bench from April on. */
function season(seed: number, days: number): Case {
  const { weather, marketAt, household, sources } = openWorld(houseConfig(seed, true));
  const laterMs = SEASON_FROM_DAY * DAY_MS;
  return {
    seed,
    days,
    world: {
      sources,
      weather: { source: weather.source, at: (t) => weather.at(t + laterMs) },
      household: { at: (t) => household.at(t + laterMs) },
      marketAt: (t) => marketAt(t + laterMs),
    },
  };
}

interface Loop {
  nmaePct: number;
  lostEurPerDay: number;
  burntKwh: number;
  excessPct: number;
  told: { admitted: number; refused: number };
}

function closedLoop(at: Case, dtS: number, msPerToken: number): Loop {
  const config = houseConfig(at.seed, true);
  let [offJ, paidJ, burntJ, lostEur] = [0, 0, 0, 0];
  const unit = heatUnit(config, at.seed, msPerToken, ({ paidW, drawnW, burntW, priceEurPerKwh }) => {
    // Without work only the idle power is left, which no watts of filler are for.
    offJ += Math.abs((paidW > 0 ? drawnW : burntW) - paidW) * dtS;
    paidJ += paidW * dtS;
    burntJ += burntW * dtS;
    lostEur += (Math.max(0, burntW - paidW) * dtS * Math.max(0, priceEurPerKwh)) / 3.6e6;
  });
  const result = cosimulate({ config, days: at.days, dtS, world: at.world, drive: unit.drive });
  const heatKwh = result.accelHeatKwh + result.rejectedKwh;
  return {
    nmaePct: (100 * offJ) / Math.max(1, paidJ),
    lostEurPerDay: lostEur / at.days,
    burntKwh: burntJ / 3.6e6,
    excessPct: (100 * result.rejectedKwh) / Math.max(1e-3, heatKwh),
    told: unit.told,
  };
}

const figure = (name: string, value: number, unit: string, most: number, reference?: Figure['reference']): Figure => ({
  ...{ figure: name, value, unit, goal: `<= ${most} ${unit}`, met: value <= most },
  ...(reference && { reference }),
});

/** Control, compute and plant in one loop. */
function loopFigures(seed: number, quick: boolean, msPerToken: number): Figure[] {
  const tracked = closedLoop(season(seed, quick ? 1 : TRACKED_DAYS), 1, msPerToken);
  const at = season(seed, quick ? 14 : SEASON_DAYS);
  const whole = closedLoop(at, SEASON_DT_S, msPerToken);
  const fixed = beside(at, 0, 0, 'fixed');
  const fixedPct = (100 * fixed.rejectedKwh) / Math.max(1e-3, fixed.accelHeatKwh + fixed.rejectedKwh);
  const { admitted, refused } = whole.told;
  say(
    `${at.days} days from 1 April: ${whole.burntKwh.toFixed(0)} kWh computed, economy ${admitted} answered, ${refused} refused`,
  );
  return [
    figure('watts drawn beside the watts that pay, 1 s steps (NMAE)', tracked.nmaePct, '%', 3),
    {
      ...figure('burnt beyond them, all of it counted as bought', tracked.lostEurPerDay, 'EUR/day', LOST_EUR_PER_DAY),
      goal: '0, to a tenth of a cent a day',
    },
    figure('heat of the accelerator thrown outdoors', whole.excessPct, '%', 5, {
      name: 'fixed rules',
      value: fixedPct,
    }),
  ];
}

export const heat: Bench = {
  name: 'heat',
  about:
    'watts that pay into tokens and heat: the closed loop in spring, what filler costs questions, time of a decision',
  async run({ quick, seed }) {
    const times = decisionTimes(quick ? 300 : 2000, seed);
    const msPerToken = 1000 / (await scoredPerCpuS(quick ? 2 : 6));
    const figures = loopFigures(seed, quick, msPerToken);
    const { filler, none, slower } = await askBeside(quick ? 24 : 96, 6, seed);
    const at = (q: number, { firstMs }: typeof filler) => quantile(sorted(firstMs), q);
    return [
      ...figures,
      figure('filler delays the first token, p99', at(0.99, filler) - at(0.99, none), 'ms', 50, {
        name: 'p50',
        value: at(0.5, filler) - at(0.5, none),
      }),
      figure('filler slows questions down', 100 * median(slower), '%', 1, {
        name: 'half of the pairs within',
        value: 50 * (quantile(sorted(slower), 0.75) - quantile(sorted(slower), 0.25)),
      }),
      figure('a decision on 1,000 questions and 200 experts, p99', quantile(times, 0.99), 'ms', 1, {
        name: 'p50',
        value: quantile(times, 0.5),
      }),
    ];
  },
};
