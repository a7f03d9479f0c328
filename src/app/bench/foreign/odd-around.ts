import type { Random } from '../../../core/random.ts';
import { between, oneOf } from './chance.ts';
import { type ForecastFacts, PERFECT, type Surroundings } from './surroundings.ts';

const DAY_S = 86_400;
const SLOT_S = 900;

/** Slow weather as a sum of waves of days, sun behind clouds of hours: nothing of the unit's own weather generator. */
function weatherOf(random: Random) {
  const meanC = oneOf(random, [-12, -4, 1, 4, 8, 12]);
  const waves = Array.from({ length: 5 }, (_, i) => ({
    k: between(random, 0.5, 1) * (i + 1),
    phase: between(random, 0, 6.3),
    size: between(random, 0.5, 3),
  }));
  const dailyK = between(random, 1, 7);
  const sunWm2 = between(random, 80, 750);
  const cloudy = between(random, 0.2, 1);
  return (t: number) => {
    const hour = (((t / 3600) % 24) + 24) % 24;
    const slow = waves.reduce((sum, w) => sum + w.size * Math.sin((w.k * t) / (5 * DAY_S) + w.phase), 0);
    const cloud = 0.5 + 0.5 * Math.sin(t / 9000 + 2 * Math.sin(t / 31_000) + waves[0]!.phase);
    const height = Math.max(0, Math.cos(((hour - 12.3) * Math.PI) / 10));
    const solarWm2 = Math.abs(hour - 12.3) > 5 ? 0 : sunWm2 * height * (1 - cloudy * cloud);
    return { outdoorC: meanC + slow - dailyK * Math.cos(((hour - 3) * Math.PI) / 12), solarWm2 };
  };
}

/** Tariffs as they come, and as they should not: negative and zero prices, spikes of a quarter of an hour, per MWh noise. */
function priceOf(random: Random) {
  const kind = oneOf(random, ['flat', 'negative', 'zero at night', 'spikes', 'two', 'quarters']);
  const phase = between(random, 0, 6);
  const at = (t: number): number => {
    const hour = (((t / 3600) % 24) + 24) % 24;
    const k = Math.floor(t / SLOT_S);
    const wave = Math.cos(((hour - 19) * Math.PI) / 6) + 0.5 * Math.sin(t / 60_000 + phase);
    if (kind === 'negative') return 0.12 + 0.2 * wave;
    if (kind === 'zero at night') return hour < 5 ? 0 : 0.28;
    if (kind === 'spikes') return k % 37 === 5 ? 1.9 : 0.22;
    if (kind === 'two') return hour >= 6 && hour < 21 ? 0.4 : 0.17;
    if (kind === 'quarters') return 0.25 + 0.06 * wave + 0.09 * (((k * 7919) % 11) / 5 - 1);
    return 0.32;
  };
  return { kind, at, told: random() < 0.85 };
}

function bandOf(random: Random) {
  const dayC = oneOf(random, [18, 20, 21, 22.5]);
  const kind = oneOf(random, ['constant', 'deep night', 'narrow', 'day off', 'jumps']);
  const wideK = kind === 'narrow' ? 1 : oneOf(random, [2, 3, 5]);
  const at = (t: number) => {
    const hour = (((t / 3600) % 24) + 24) % 24;
    const day = Math.floor(t / DAY_S);
    const away =
      (kind === 'deep night' && (hour < 7 || hour >= 20)) ||
      (kind === 'day off' && (day % 3 === 1 || hour < 6)) ||
      (kind === 'jumps' && Math.floor(hour / 3) % 2 === 0);
    return away ? { lowC: dayC - 6, highC: dayC + 6 } : { lowC: dayC, highC: dayC + wideK };
  };
  return { kind, at };
}

function forecastOf(random: Random): ForecastFacts | null {
  const errors = { errorK: oneOf(random, [0, 2]), errorShare: oneOf(random, [0, 0.4]) };
  return oneOf<ForecastFacts | null>(random, [
    { ...PERFECT, ...errors },
    { ...PERFECT, ...errors, stepS: SLOT_S, hours: 24 },
    { ...PERFECT, ...errors, stepS: SLOT_S, hours: 48 },
    { ...PERFECT, ...errors, hours: 6 },
    { ...PERFECT, ...errors, price: false },
    null,
  ]);
}

export interface Odd extends Surroundings {
  about: string;
}

export function oddAround(random: Random, areaM2: number): Odd {
  const weather = weatherOf(random);
  const price = priceOf(random);
  const band = bandOf(random);
  const gainsW = areaM2 * between(random, 0, 6);
  const eastH = between(random, -3, 3);
  return {
    about: `${price.kind}, ${band.kind}`,
    at(t) {
      const hour = (((t / 3600) % 24) + 24) % 24;
      const atHome = hour < 8 || hour >= 16 ? 1.4 : 0.5;
      return { ...weather(t), gainsW: gainsW * atHome, priceEurPerKwh: price.at(t), ...band.at(t) };
    },
    windowWm2(t) {
      const hour = (((t / 3600) % 24) + 24) % 24;
      return weather(t).solarWm2 * Math.max(0.2, 1 + 0.8 * Math.cos(((hour - 12 - eastH) * Math.PI) / 8));
    },
    forecast: forecastOf(random),
    comfortNext: random() < 0.7,
    priceTold: price.told,
  };
}
