import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { WeatherSample } from '../../../src/hal/sim/plant/plant.ts';
import { generatedWeather } from '../../../src/hal/sim/weather/generator.ts';
import { parseTry } from '../../../src/hal/sim/weather/try.ts';
import { openWeather } from '../../../src/hal/sim/weather/weather.ts';

interface Year {
  meanC: number;
  minC: number;
  maxC: number;
  /** Heating degree days below 15 °C, hour by hour. */
  hdd15: number;
  sunKwhM2: number;
  dayChangeK: number;
  summerSwingK: number;
}

function yearOf(at: (timeMs: number) => WeatherSample): Year {
  const days = Array.from({ length: 365 }, (_, d) =>
    Array.from({ length: 24 }, (_, h) => at(Date.UTC(2015, 0, 1) + (d * 24 + h - 0.5) * 3_600_000)),
  );
  const all = days.flat().map((s) => s.outdoorC);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const daily = days.map((day) => mean(day.map((s) => s.outdoorC)));
  const swing = days.map((day) => Math.max(...day.map((s) => s.outdoorC)) - Math.min(...day.map((s) => s.outdoorC)));
  return {
    meanC: mean(all),
    minC: Math.min(...all),
    maxC: Math.max(...all),
    hdd15: all.reduce((sum, t) => sum + Math.max(0, 15 - t) / 24, 0),
    sunKwhM2: days.flat().reduce((sum, s) => sum + s.solarWm2, 0) / 1000,
    dayChangeK: Math.sqrt(mean(daily.slice(1).map((t, i) => (t - daily[i]!) ** 2))),
    summerSwingK: mean(swing.slice(150, 240)),
  };
}
const near = (value: number, wanted: number, within: number, what: string) =>
  assert.ok(Math.abs(value - wanted) <= within, `${what}: ${value}, wanted ${wanted} ± ${within}`);

const years = [1, 2, 3, 4, 5, 6].map((seed) => yearOf((timeMs) => generatedWeather(seed, timeMs)));
const meanOf = (key: keyof Year) => years.reduce((sum, y) => sum + y[key], 0) / years.length;

/** Potsdam as SOURCES of the test reference year 2010 give it: 9.54 °C, -13.4 °C, 2455 degree days. */
test('the generator is Potsdam on average over seeds', () => {
  console.log((Object.keys(years[0]!) as (keyof Year)[]).map((key) => `${key} ${meanOf(key).toFixed(2)}`).join(', '));
  near(meanOf('meanC'), 9.54, 0.5, 'mean');
  near(meanOf('minC'), -13.4, 2, 'coldest hour');
  near(meanOf('maxC'), 34, 3, 'warmest hour');
  near(meanOf('hdd15'), 2455, 150, 'degree days');
  near(meanOf('sunKwhM2'), 1060, 60, 'sun');
  near(meanOf('dayChangeK'), 2.6, 0.3, 'change from day to day');
  near(meanOf('summerSwingK'), 10, 1.5, 'swing of a summer day');
});

test('no single seed is another climate', () => {
  for (const year of years) {
    near(year.meanC, 9.54, 1.5, 'mean');
    near(year.hdd15, 2455, 450, 'degree days');
    assert.ok(year.minC > -20 && year.minC < -7, `${year.minC}`);
  }
});

test('nights are dark, noons are not, and the same seed and time give the same weather', () => {
  assert.is(generatedWeather(1, Date.UTC(2025, 0, 15, 1)).solarWm2, 0);
  assert.ok(generatedWeather(1, Date.UTC(2025, 5, 15, 11)).solarWm2 > 100);
  const timeMs = Date.UTC(2025, 2, 3, 4, 5);
  assert.equal(generatedWeather(4, timeMs), generatedWeather(4, timeMs));
  assert.is.not(generatedWeather(4, timeMs).outdoorC, generatedWeather(5, timeMs).outdoorC);
});

test('ten seconds on, the weather is almost the same', () => {
  for (let i = 0; i < 5000; i++) {
    const timeMs = Date.UTC(2025, 0, 1) + i * 6_000_000;
    const change = generatedWeather(2, timeMs + 10_000).outdoorC - generatedWeather(2, timeMs).outdoorC;
    assert.ok(Math.abs(change) < 0.05, `${change} K`);
  }
});

/** A whole TRY2010 file of 8760 lines made here, one of which may be spoilt. */
function tryFile(spoil: (line: string, index: number) => string = (line) => line): string {
  const lines = Array.from({ length: 8760 }, (_, i) => {
    const at = new Date(Date.UTC(2015, 0, 1) + i * 3_600_000);
    const cells = [
      4,
      1,
      at.getUTCMonth() + 1,
      at.getUTCDate(),
      at.getUTCHours() + 1,
      7,
      230,
      5.7,
      i / 1000,
      1005.3,
      2.2,
      93,
      70,
      10,
      20,
      1,
      251,
      -285,
      9,
    ];
    return spoil(cells.join('  '), i);
  });
  return `TRY04\nRG    IS  MM  DD  HH  N   WR      WG       t       p        x   RF   W     B     D IK    A      E IL\n***\n${lines.join('\n')}\n`;
}

test('a sound file is read; hours are CET', () => {
  const hours = parseTry(tryFile(), 'good.dat');
  assert.is(hours.length, 8760);
  assert.equal(hours[5], { outdoorC: 0.005, humidityPct: 93, solarWm2: 30 });
});

test('a bad file is refused with file, line and reason', () => {
  const refused = (text: string): string => {
    try {
      parseTry(text, 'w.dat');
    } catch (error) {
      assert.is((error as { code: string }).code, 'WEATHER_INVALID');
      assert.match((error as { remedy: string }).remedy, 'TRY2010');
      return (error as Error).message;
    }
    throw new Error('was accepted');
  };
  assert.match(refused('a;b;c'), /w\.dat:1: no line/);
  assert.match(refused('A B C\n***\n'), 'neither TRY2010 nor TRY2015');
  assert.match(
    refused(tryFile((l, i) => (i === 9 ? l.replace('0.009', 'warm') : l))),
    /w\.dat:13: air temperature is "warm"/,
  );
  assert.match(refused(tryFile((l, i) => (i === 9 ? '1 2 3' : l))), /w\.dat:13: 3 columns/);
  assert.match(refused(tryFile((l, i) => (i === 9 ? '' : l))), 'missing or doubled');
  assert.match(refused(tryFile().split('\n').slice(0, 200).join('\n')), 'cut short');
  assert.throws(() => openWeather({ seed: 1, file: '/nowhere/w.dat' }), /w\.dat: cannot be read/);
});

const shared = new URL('../../../../shared/data/weather/', import.meta.url);
if (!existsSync(shared)) console.log('SKIP weather files: needs ../shared');
else {
  test('both published years are read, and the generator stands between them', () => {
    for (const [name, meanC, minC] of [
      ['TRY2010_04_Potsdam.dat', 9.54, -13.4],
      ['TRY2015_Zone4_normal.txt', 9.81, -11.2],
    ] as const) {
      const year = yearOf(openWeather({ seed: 1, file: fileURLToPath(new URL(name, shared)) }).at);
      near(year.meanC, meanC, 0.02, `${name} mean`);
      near(year.minC, minC, 0.05, `${name} minimum`);
      near(meanOf('meanC'), year.meanC, 0.6, 'mean against the file');
      near(meanOf('hdd15'), year.hdd15, 170, 'degree days against the file');
      near(meanOf('sunKwhM2'), year.sunKwhM2, 80, 'sun against the file');
      near(meanOf('dayChangeK'), year.dayChangeK, 0.5, 'change from day to day against the file');
    }
  });
}

test.run();
