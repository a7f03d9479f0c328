import { smoothNoise } from '../noise.ts';
import type { WeatherSample } from '../plant/plant.ts';
import { clearSkyWm2, dayOfYear, sunElevationSin } from './sun.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Independent chances of one seed. */
const STREAM = { synoptic: 1, front: 2, slow: 3, cloud: 4, shower: 5, humidity: 6 };

const clamp = (x: number, lo: number, hi: number) => Math.min(hi, Math.max(lo, x));

/** Cloud cover 0..1: mostly grey or mostly clear for a day or two, greyer in winter, with breaks of an hour. */
function cloudCover(seed: number, timeMs: number, winter: number): number {
  const state =
    1.1 * smoothNoise(seed, STREAM.cloud, timeMs, 1.4 * DAY_MS) +
    0.5 * smoothNoise(seed, STREAM.shower, timeMs, 1.5 * HOUR_MS) +
    0.72 +
    0.3 * winter;
  return 1 / (1 + Math.exp(-2.2 * state));
}

/**
 * Weather shaped like Potsdam's test reference year: mean 9.5 °C, coldest hour about -13 °C, 2455 heating degree days
 * below 15 °C. Yearly wave, weather systems of days, a daily wave that clear skies widen, sun by astronomy and clouds
 * (Kasten & Czeplak 1980). A function of seed and time alone, so any hour can be asked for in any order.
 */
export function generatedWeather(seed: number, timeMs: number): WeatherSample {
  const day = dayOfYear(timeMs);
  // 1 in mid January, -1 in mid July: the air lags the sun by almost four weeks.
  const winter = Math.cos((2 * Math.PI * (day - 19)) / 365.25);
  const cloud = cloudCover(seed, timeMs, winter);
  const clear = 1 - cloud;
  const systems =
    3.6 * smoothNoise(seed, STREAM.synoptic, timeMs, 4.5 * DAY_MS) +
    2.7 * smoothNoise(seed, STREAM.front, timeMs, 1.1 * DAY_MS) +
    1.5 * smoothNoise(seed, STREAM.slow, timeMs, 24 * DAY_MS);
  // Warmest about 14:30 local mean time.
  const localHour = (timeMs / HOUR_MS + 0.87) % 24;
  const daily = Math.cos((2 * Math.PI * (localHour - 14.5)) / 24);
  const widthK = (1.5 + 5.8 * clear) * (0.85 - 0.25 * winter);
  const outdoorC = 9.4 - 9.3 * winter + systems * (1 + 0.2 * winter) + widthK * daily - 2.5 * winter * (clear - 0.35);
  const solarWm2 = clearSkyWm2(sunElevationSin(timeMs)) * (1 - 0.75 * cloud ** 3.4);
  const humidityPct = clamp(
    79 +
      8 * winter +
      12 * (cloud - 0.6) -
      (9 - 4 * winter) * daily +
      5 * smoothNoise(seed, STREAM.humidity, timeMs, 6 * HOUR_MS),
    25,
    100,
  );
  return { outdoorC, solarWm2, humidityPct };
}
