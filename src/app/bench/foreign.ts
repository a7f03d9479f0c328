import { say } from '../command.ts';
import { hysteresis, ours, setbackHysteresis, weatherCurve } from './foreign/controllers.ts';
import type { PlantFacts, Surroundings } from './foreign/plant.ts';
import { randomHouse } from './foreign/random-house.ts';
import { haveRecording, RECORDED, recordedYear, TARIFFS } from './foreign/recorded.ts';
import { type Controller, runPlant, type Tally } from './foreign/run.ts';
import type { Bench, Figure } from './table.ts';

/** What SOURCES.md publishes of the six-line hysteresis on the real recording. */
const PUBLISHED = { kwh: 6066, starts: 954 };
const COLD_KH = 10;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const P99_MS = 100;

interface Case {
  name: string;
  facts: PlantFacts;
  around: Surroundings;
  fromDay: number;
  days: number;
  lossWPerK: number;
}

const row = (name: string, t: Tally) =>
  say(
    `  ${name.padEnd(22)} ${t.costEur.toFixed(1).padStart(7)} EUR ${t.kwh.toFixed(0).padStart(6)} kWh ${t.coldKh.toFixed(1).padStart(6)} K·h cold ${t.warmKh.toFixed(1).padStart(6)} K·h warm ${String(t.starts).padStart(5)} starts`,
  );

/** Every controller on one house, told on standard error; then the goals against the full-speed hysteresis. */
function compared({ name, facts, around, fromDay, days, lossWPerK }: Case): Figure[] {
  const fromS = fromDay * 86_400;
  const dayLowC = Math.max(...Array.from({ length: 48 }, (_, h) => around.at(fromS + 3600 * h).lowC));
  const run = (title: string, controller: Controller) => {
    const tally = runPlant(facts, around, controller, fromS, days);
    row(title, tally);
    return tally;
  };
  say(`${name}, ${days} d, steps of ${facts.dtS} s`);
  const beaten = run('hysteresis', hysteresis(dayLowC));
  run('hysteresis, set back', setbackHysteresis());
  run('weather curve PI', weatherCurve(dayLowC, lossWPerK, facts.house.pump?.heatW ?? 10_000, facts.dtS));
  const own = run('ours', ours(facts.house));
  const reference = (value: number) => ({ name: 'full-speed hysteresis', value });
  const coldMax = Math.max(beaten.coldKh, COLD_KH);
  const warmMax = Math.max(beaten.warmKh, COLD_KH);
  return [
    {
      figure: `${name}: cost`,
      value: own.costEur,
      unit: 'EUR',
      reference: reference(beaten.costEur),
      goal: '<= reference',
      met: own.costEur <= beaten.costEur,
    },
    {
      figure: `${name}: too cold`,
      value: own.coldKh,
      unit: 'K·h',
      reference: reference(beaten.coldKh),
      goal: `<= ${coldMax.toFixed(1)}`,
      met: own.coldKh <= coldMax,
    },
    {
      figure: `${name}: too warm`,
      value: own.warmKh,
      unit: 'K·h',
      reference: reference(beaten.warmKh),
      goal: `<= ${warmMax.toFixed(0)}`,
      met: own.warmKh <= warmMax,
    },
    {
      figure: `${name}: starts`,
      value: own.starts,
      unit: '',
      reference: reference(beaten.starts),
      goal: 'fewer',
      met: own.starts < beaten.starts,
    },
    {
      figure: `${name}: p99 of a step`,
      value: own.p99Ms,
      unit: 'ms',
      goal: `<= ${P99_MS} ms`,
      met: own.p99Ms <= P99_MS,
    },
  ];
}

/** Does the fitted plant stand for the recording? The published hysteresis, run on it. */
function fidelity(): Figure[] {
  const year = runPlant(RECORDED, recordedYear('Constant'), hysteresis(21), 0, 365);
  const near = (figure: string, value: number, published: number, unit: string): Figure => ({
    figure,
    value,
    unit,
    reference: { name: 'published', value: published },
    goal: 'within 10 %',
    met: Math.abs(value / published - 1) <= 0.1,
  });
  return [
    near('fitted plant, hysteresis year: energy', year.kwh, PUBLISHED.kwh, 'kWh'),
    near('fitted plant, hysteresis year: starts', year.starts, PUBLISHED.starts, ''),
  ];
}

function cases(quick: boolean): Case[] {
  const days = quick ? 7 : 28;
  const drawn = SEEDS.slice(0, quick ? 3 : SEEDS.length).map((seed): Case => {
    const { facts, around } = randomHouse(seed);
    const lossWPerK = (facts.house.designLoadW ?? 45 * facts.house.areaM2!) / 30;
    return { name: facts.name, facts, around, fromDay: 0, days, lossWPerK };
  });
  if (!haveRecording) {
    say('no ../shared/data/house: without the recorded house, random houses only');
    return drawn;
  }
  const recorded = (tariff: (typeof TARIFFS)[number], fromDay: number, span: number): Case => ({
    name: `recorded house, ${tariff}`,
    facts: RECORDED,
    around: recordedYear(tariff),
    fromDay,
    days: span,
    lossWPerK: 300,
  });
  if (quick) return [recorded('HighlyDynamic', 9, 14), ...drawn];
  return [recorded('Dynamic', 0, 365), ...TARIFFS.map((t) => recorded(t, 9, 28)), ...drawn];
}

export const foreign: Bench = {
  name: 'foreign',
  about: 'houses the controller has never seen (all simulated), against a full-speed hysteresis, one configuration',
  run: async ({ quick }) => [...(haveRecording ? fidelity() : []), ...cases(quick).flatMap((house) => compared(house))],
};
