import type { Random } from '../../../core/random.ts';
import { createMarket } from '../../../hal/sim/market.ts';
import { generatedWeather } from '../../../hal/sim/weather/generator.ts';
import { between, oneOf } from './chance.ts';
import { type ForecastFacts, type Moment, PERFECT, type Surroundings } from './surroundings.ts';

const DAY_S = 86_400;
const WEATHER_STEP_S = 900;

function forecastOf(random: Random): ForecastFacts | null {
  const errors = { errorK: oneOf(random, [0, 1, 2.5]), errorShare: oneOf(random, [0, 0.3, 0.6]) };
  const kinds: (ForecastFacts | null)[] = [
    { ...PERFECT, ...errors },
    { ...PERFECT, ...errors, stepS: 900, hours: 24 },
    { ...PERFECT, ...errors, hours: 8 },
    { ...PERFECT, ...errors, solar: false },
    { ...PERFECT, ...errors, outdoor: false, solar: false },
    null,
  ];
  return oneOf(random, kinds);
}

/** Lower edge by hour and day of the week. */
function bandOf(random: Random, setbackK: number) {
  const dayC = oneOf(random, [19, 20, 20.5, 21, 22]);
  const kind = oneOf(random, ['none', 'night', 'work', 'office', 'two']);
  const lowAt = (hour: number, weekend: boolean) => {
    const home = {
      none: true,
      night: hour >= 6 && hour < 22,
      work: weekend || hour < 8 || hour >= 17,
      office: !weekend && hour >= 7 && hour < 19,
      two: (hour >= 6 && hour < 9) || (hour >= 16 && hour < 23),
    }[kind]!;
    return home ? dayC : dayC - setbackK;
  };
  return { dayC, lowAt };
}

function priceOf(random: Random, seed: number, startMs: number) {
  const fees = { feesEurPerKwh: 0.12, vatPct: 19, exportEurPerKwh: 0.08, exportPaidBelowZero: false };
  const market = createMarket(seed, fees);
  const kind = oneOf(random, ['flat', 'two', 'spot', 'wide', 'untold']);
  const at = (t: number, hour: number) => {
    const spot = market.at(startMs + t * 1000).priceEurPerKwh;
    if (kind === 'two') return hour >= 6 && hour < 22 ? 0.34 : 0.22;
    if (kind === 'spot') return spot;
    // Grid fees that follow the spot price: the widest tariffs on offer.
    if (kind === 'wide') return Math.max(0.02, 0.28 + 2.5 * (spot - 0.25));
    return 0.3;
  };
  return { at, told: kind !== 'untold' };
}

/** People by their day, with an hour of cooking; not the smooth rhythm that control's model has. */
function gainsOf(random: Random, areaM2: number) {
  const meanW = areaM2 * between(random, 1, 4);
  const cookW = between(random, 300, 2000);
  const cookH = between(random, 16, 20);
  return (hour: number, weekend: boolean, day: number) => {
    const home = weekend || hour >= 17 || hour < 8;
    const cooking = hour >= cookH && hour < cookH + 1 && (day * 7) % 5 !== 0;
    return meanW * (home ? 1.3 : 0.4) + (cooking ? cookW : 0);
  };
}

export function wildAround(random: Random, seed: number, areaM2: number): Surroundings {
  const startMs = Date.UTC(2025, oneOf(random, [0, 0, 1, 2, 9, 11]), 5 + Math.floor(between(random, 0, 20)));
  const { dayC, lowAt } = bandOf(random, oneOf(random, [2, 3, 5, 6]));
  const upK = oneOf(random, [1.5, 2.5, 3, 4]);
  const price = priceOf(random, seed, startMs);
  const gains = gainsOf(random, areaM2);
  const azimuthH = between(random, -3, 3);
  const kept = new Map<number, ReturnType<typeof generatedWeather>>();
  const weatherAt = (t: number) => {
    const k = Math.floor(t / WEATHER_STEP_S);
    const found = kept.get(k) ?? generatedWeather(seed, startMs + k * WEATHER_STEP_S * 1000);
    kept.set(k, found);
    return found;
  };
  const moments = new Map<number, Moment>();
  const clock = (t: number) => {
    const day = Math.floor(t / DAY_S);
    return { day, hour: (t - day * DAY_S) / 3600, weekend: ((day % 7) + 7) % 7 >= 5 };
  };
  const momentAt = (t: number): Moment => {
    const { outdoorC, solarWm2 } = weatherAt(t);
    const { day, hour, weekend } = clock(t);
    const gainsW = gains(hour, weekend, day);
    const band = { lowC: lowAt(hour, weekend), highC: dayC + upK };
    return { outdoorC, solarWm2, gainsW, priceEurPerKwh: price.at(t, hour), ...band };
  };
  return {
    at(t) {
      const found = moments.get(t) ?? momentAt(t);
      moments.set(t, found);
      return found;
    },
    windowWm2(t) {
      const { hour } = clock(t);
      return weatherAt(t).solarWm2 * Math.max(0.2, 1 + 0.9 * Math.cos(((hour - 12 - azimuthH) * Math.PI) / 8));
    },
    forecast: forecastOf(random),
    comfortNext: random() < 0.75,
    priceTold: price.told,
  };
}
