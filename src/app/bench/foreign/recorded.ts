import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PlantFacts } from './plant.ts';
import { PERFECT, type Surroundings } from './surroundings.ts';

/**
 * The recorded third-party house (BOPTEST bestest_hydronic_heat_pump), as a plant: stores and conductances fitted by least
 * squares to both recordings, open loop over weeks (0.16 K rms on the random excitation, 0.23 K over the year; return
 * temperature 0.5 K rms), the pump by linear regression on the year (compressor 5 W rms, heat 50 W rms). Weather, people,
 * bands and tariffs are read from the recordings at run time.
 */
const DATA = fileURLToPath(new URL('../../../../../shared/data/house/', import.meta.url));
export const haveRecording = existsSync(DATA);

export const RECORDED: PlantFacts = {
  name: 'recorded house',
  house: { areaM2: 192, emitter: 'floor', pump: { heatW: 15_000 } },
  airJPerK: 8.707e6,
  emitterJPerK: 1.0239e7,
  wallJPerK: 5.92e7,
  innerJPerK: 1e6,
  emitterAirWPerK: 1048.4,
  airWallWPerK: 2138.6,
  airInnerWPerK: 1,
  wallOutWPerK: 41,
  airOutWPerK: 228.7,
  emitterGroundWPerK: 49.6,
  groundC: 15.26,
  sunAirM2: 7.73,
  sunEmitterM2: 10.33,
  sunWallM2: 3.34,
  waterKPerW: 3.82e-4,
  spreadKPerW: 2.39e-4,
  pump: {
    heatW: (u, o, s) => 272.7 + 16_477 * u + 14.24 * o + 31.05 * s + 398.3 * u * o - 227.6 * u * s,
    powerW: (u, o, s) => 1030.5 + 1323.7 * u + 1.59 * o + 2.28 * s + 28 * u * o + 20.27 * u * s,
    fanW: 530.7,
    minModulation: 0,
    onOff: false,
    startLossS: 0,
  },
  dtS: 900,
  roomNoiseK: 0,
  powerNoise: 0,
};

type Columns = Record<string, Float64Array>;

function readCsv(file: string): Columns {
  const [head, ...rows] = readFileSync(`${DATA}${file}`, 'utf8').trimEnd().split('\n');
  const names = head!.trim().split(',');
  const columns = names.map(() => new Float64Array(rows.length));
  rows.forEach((row, i) => {
    row.split(',').forEach((cell, j) => {
      columns[j]![i] = Number(cell);
    });
  });
  return Object.fromEntries(names.map((name, j) => [name, columns[j]!]));
}

/** Irradiance on a south window at 50.9° N, 4.5° E: beam, half of the diffuse, a little off the ground. */
function southWm2(t: number, beam: number, diffuse: number, global: number): number {
  const day = Math.floor(t / 86_400) + 1;
  const declination = ((23.45 * Math.PI) / 180) * Math.sin((2 * Math.PI * (284 + day)) / 365);
  const b = (2 * Math.PI * (day - 81)) / 364;
  const equationH = (9.87 * Math.sin(2 * b) - 7.53 * Math.cos(b) - 1.5 * Math.sin(b)) / 60;
  const angle = ((15 * Math.PI) / 180) * ((t % 86_400) / 3600 + equationH + (4.5 - 15) / 15 - 12);
  const latitude = (50.9 * Math.PI) / 180;
  const sinH =
    Math.sin(latitude) * Math.sin(declination) + Math.cos(latitude) * Math.cos(declination) * Math.cos(angle);
  const cosIncidence = (sinH * Math.sin(latitude) - Math.sin(declination)) / Math.cos(latitude);
  return (sinH > 0.02 ? beam * Math.max(0, cosIncidence) : 0) + 0.5 * diffuse + 0.1 * global;
}

export const TARIFFS = ['Constant', 'Dynamic', 'HighlyDynamic'] as const;

let year: { weather: Columns; people: Columns; prices: Columns } | undefined;

/** The year of the recording under one of its three tariffs; after its end it begins again. */
export function recordedYear(tariff: (typeof TARIFFS)[number]): Surroundings {
  year ??= {
    weather: readCsv('boptest_hp_baseline_year_900s.csv'),
    people: readCsv('boptest_ref/dataFromModel.csv'),
    prices: readCsv('boptest_prices.csv'),
  };
  const { weather, people, prices } = year;
  const price = prices[`PriceElectricPower${tariff}`]!;
  const row = (t: number, columns: Columns) => Math.floor(Math.max(0, t) / 900) % Object.values(columns)[0]!.length;
  return {
    at(t) {
      const i = row(t, weather);
      const p = row(t, people);
      return {
        outdoorC: weather.Tout![i]! - 273.15,
        solarWm2: weather.Hglo![i]!,
        gainsW: people['InternalGainsCon[1]']![p]! + people['InternalGainsRad[1]']![p]!,
        priceEurPerKwh: price[row(t, prices)]!,
        lowC: people['LowerSetp[1]']![p]! - 273.15,
        highC: people['UpperSetp[1]']![p]! - 273.15,
      };
    },
    windowWm2(t) {
      const i = row(t, weather);
      return southWm2(t, weather.HdirNor![i]!, weather.HdifHor![i]!, weather.Hglo![i]!);
    },
    forecast: PERFECT,
    comfortNext: true,
    priceTold: true,
  };
}
