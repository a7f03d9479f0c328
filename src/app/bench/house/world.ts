import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Market } from '../../../contract/messages.ts';
import type { Config } from '../../../core/config.ts';
import { billed } from '../../../core/tariff.ts';
import { createHousehold, type Household } from '../../../hal/sim/household.ts';
import { createMarket } from '../../../hal/sim/market.ts';
import { createTapping } from '../../../hal/sim/tapping.ts';
import { openWeather, type Weather } from '../../../hal/sim/weather/weather.ts';

/** Third-party data lie beside the project; a clone has none and gets the seeded generators. */
const SHARED = join(import.meta.dirname, '../../../../../shared/data');
const FILES = {
  weather: 'weather/TRY2010_04_Potsdam.dat',
  prices: 'prices/de_dayahead_2024_hourly_ct_kwh.csv',
  load: 'load/h25.csv',
} as const;

/** The year begins at local midnight. */
export const START = '2023-12-31T23:00:00.000Z';
const START_MS = Date.parse(START);
const CET_MS = 3_600_000;
const CENTS = 100;

export interface World {
  weather: Weather;
  marketAt(timeMs: number): Market;
  household: Household;
  /** Where each of the three comes from, for people. */
  sources: string[];
}

const fileOf = (name: keyof typeof FILES): string | undefined => {
  const file = join(SHARED, FILES[name]);
  return existsSync(file) ? file : undefined;
};

const HOUR_MS = 3_600_000;

/** Wholesale prices in file order: one row an hour, summer time included, so that rows count hours from the first. */
function marketOf(file: string, config: Config): World['marketAt'] {
  const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  const spotEurPerKwh = rows.map((row, i) => {
    const price = Number(row.split(',').at(-1));
    if (!Number.isFinite(price)) throw new Error(`${file}:${i + 2}: no price in "${row}"`);
    return price / CENTS;
  });
  return (timeMs) => {
    const eurPerKwh = spotEurPerKwh[Math.floor((timeMs - START_MS) / HOUR_MS)];
    if (eurPerKwh === undefined) throw new Error(`${file}: no price for ${new Date(timeMs).toISOString()}`);
    return { timeMs, ...billed({ eurPerKwh, final: false }, config.tariff), modelled: false };
  };
}

const QUARTERS = 96;
/** Columns of a month: Saturday, Sunday, working day. */
const DAY_TYPES = { saturday: 0, sunday: 1, working: 2 } as const;

/** BDEW's profile of 2025, kWh of each quarter hour for 1,000,000 kWh a year; its Sundays stand for holidays too. */
function householdOf(file: string, config: Config): Household {
  const rows = readFileSync(file, 'utf8').trim().split('\n').slice(2);
  if (rows.length !== QUARTERS) throw new Error(`${file}: ${rows.length} quarter hours instead of ${QUARTERS}`);
  const table = rows.map((row) => row.split(',').slice(1).map(Number));
  const tapped = createTapping(config.sim.seed, config.sim.tapping);
  const wattsPer = (4 * 1000 * config.sim.householdKwhPerYear) / 1e6;
  return {
    at(timeMs) {
      const local = new Date(timeMs + CET_MS);
      const weekday = local.getUTCDay();
      const type = weekday === 0 ? 'sunday' : weekday === 6 ? 'saturday' : 'working';
      const quarter = local.getUTCHours() * 4 + Math.floor(local.getUTCMinutes() / 15);
      const householdW = table[quarter]![local.getUTCMonth() * 3 + DAY_TYPES[type]]! * wattsPer;
      return { householdW, ...tapped(timeMs + CET_MS) };
    },
  };
}

/** Weather, prices and household of the bench's year: the files where they are, else the generators, and it says which. */
export function openWorld(config: Config): World {
  const { seed, householdKwhPerYear, tapping } = config.sim;
  const [weatherFile, priceFile, loadFile] = [fileOf('weather'), fileOf('prices'), fileOf('load')];
  const weather = openWeather({ seed, file: weatherFile });
  const told = (what: string, file: string | undefined, else_: string) =>
    `${what}: ${file ? file.slice(SHARED.length + 1) : `${else_}, seed ${seed} (the file is not here)`}`;
  return {
    weather,
    marketAt: priceFile ? marketOf(priceFile, config) : createMarket(seed, config.tariff).at,
    household: loadFile ? householdOf(loadFile, config) : createHousehold(seed, householdKwhPerYear, tapping),
    sources: [
      told('weather', weatherFile, 'generator shaped like Potsdam'),
      told('prices', priceFile, 'generator shaped like Germany 2024'),
      told('household', loadFile, 'generator shaped like H0'),
    ],
  };
}
