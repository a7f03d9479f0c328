import type { InBoth } from '../../contract/tour.ts';
import type { WeatherSample } from '../../hal/sim/plant/plant.ts';
import { generatedWeather } from '../../hal/sim/weather/generator.ts';
import { clearSkyWm2, sunElevationSin } from '../../hal/sim/weather/sun.ts';
import type { CosimOptions } from '../cosim.ts';

/** One chapter: a stretch of house time, what the world does in it, and what people are told when. */
export interface Scene {
  id: 'winter' | 'cloudburst' | 'failure';
  title: InBoth;
  /** House time of its first shown second. */
  startsAt: string;
  playS: number;
  /** Of the tour's seconds. */
  share: number;
  /** `sceneS` counts from `startsAt`; below 0 the house is brought to its temperatures unseen. */
  weather(timeMs: number, sceneS: number): WeatherSample;
  /** What strangers would pay for, if anything; all of it assumed. */
  want(sceneS: number): ReturnType<NonNullable<CosimOptions['wantAt']>>;
  faults?(sceneS: number): ReturnType<NonNullable<CosimOptions['faultsAt']>>;
  /** Somebody has been there and acknowledges what is latched. */
  acknowledges?(sceneS: number): boolean;
  captions: readonly [fromS: number, text: InBoth][];
}

const MINUTE_S = 60;
const HOUR_S = 3600;

const winter: Scene = {
  id: 'winter',
  title: { en: 'A January day', de: 'Ein Tag im Januar' },
  startsAt: '2025-01-14T23:00:00Z',
  playS: 24 * HOUR_S,
  share: 0.4,
  weather(timeMs) {
    const mild = generatedWeather(1, timeMs);
    return { ...mild, outdoorC: mild.outdoorC - 6 };
  },
  want: (sceneS) =>
    sceneS > 7 * HOUR_S && sceneS < 23 * HOUR_S ? { wantW: 2500, incomeEurPerKwh: 0.25, queued: 0 } : undefined,
  captions: [
    [
      0,
      {
        en: 'Midnight, around freezing. The heat pump warms the house alone: it makes three to four kWh of heat from one of electricity, computing would make one. Nobody asks, so the accelerator rests.',
        de: 'Mitternacht, um null Grad. Die Wärmepumpe heizt allein: Aus einer kWh Strom macht sie drei bis vier kWh Wärme, Rechnen machte eine. Niemand fragt, also ruht der Rechner.',
      },
    ],
    [
      7 * HOUR_S,
      {
        en: 'Morning. Strangers now pay 25 ct (assumed) for what a kWh computes. That and the heat it replaces decide, minute by minute, whether computing pays at this price.',
        de: 'Morgen. Fremde zahlen jetzt 25 ct (angenommen) für das, was eine kWh rechnet. Das und die ersetzte Wärme entscheiden Minute für Minute, ob Rechnen bei diesem Preis lohnt.',
      },
    ],
    [
      11 * HOUR_S,
      {
        en: 'Noon. The low sun brings a little power and the price falls: computing pays more often, and all its heat goes into the rooms.',
        de: 'Mittag. Die flache Sonne bringt etwas Strom, und der Preis sinkt: Rechnen lohnt öfter, und alle seine Wärme geht in die Räume.',
      },
    ],
    [
      17 * HOUR_S,
      {
        en: 'Evening peak. A kWh costs more than it brings: the accelerator gives way, the heat pump goes on. Open “Plant” to watch the water.',
        de: 'Abendspitze. Eine kWh kostet mehr, als sie bringt: Der Rechner tritt zurück, die Wärmepumpe läuft weiter. Unter „Anlage“ ist das Wasser zu sehen.',
      },
    ],
    [
      21.5 * HOUR_S,
      {
        en: 'Late evening. The price falls: computing pays again, until the strangers go to bed.',
        de: 'Später Abend. Der Preis sinkt: Rechnen lohnt wieder, bis die Fremden schlafen gehen.',
      },
    ],
  ],
};

const CLOUD_FROM_S = 35 * MINUTE_S;
const CLOUD_TO_S = 75 * MINUTE_S;
const cloudburst: Scene = {
  id: 'cloudburst',
  title: { en: 'A cloudburst in June', de: 'Ein Wolkenbruch im Juni' },
  startsAt: '2025-06-15T10:00:00Z',
  playS: 100 * MINUTE_S,
  share: 0.25,
  weather(timeMs, sceneS) {
    const clear = 0.95 * clearSkyWm2(sunElevationSin(timeMs));
    const dark = sceneS >= CLOUD_FROM_S && sceneS < CLOUD_TO_S;
    return { outdoorC: dark ? 17 : 24, solarWm2: dark ? 0.08 * clear : clear, humidityPct: dark ? 95 : 55 };
  },
  want: () => ({ wantW: 4900, incomeEurPerKwh: 0.12, queued: 0 }),
  captions: [
    [
      0,
      {
        en: 'Noon in June. Nobody wants heat. The roof gives more than the house takes, so the unit computes on it: 12 ct (assumed) for a kWh are more than feeding it in would pay. The heat leaves by the dry cooler.',
        de: 'Ein Mittag im Juni. Niemand will Wärme. Das Dach gibt mehr, als das Haus braucht, also rechnet das Gerät damit: 12 ct (angenommen) je kWh sind mehr, als das Einspeisen brächte. Die Wärme geht durch den Rückkühler hinaus.',
      },
    ],
    [
      CLOUD_FROM_S,
      {
        en: 'Cloudburst: the sun is gone within a minute. Power from the grid would cost more than computing brings, so the accelerator lets go at once instead of buying.',
        de: 'Wolkenbruch: Die Sonne ist binnen einer Minute weg. Strom aus dem Netz kostete mehr, als Rechnen bringt, also lässt der Rechner sofort los, statt zu kaufen.',
      },
    ],
    [
      CLOUD_TO_S,
      {
        en: 'The sun is back, and so is the computing.',
        de: 'Die Sonne ist wieder da, und damit das Rechnen.',
      },
    ],
  ],
};

const BROKEN_FROM_S = 25 * MINUTE_S;
const MENDED_S = 170 * MINUTE_S;
const SEEN_S = 2 * MINUTE_S;
const failure: Scene = {
  id: 'failure',
  title: { en: 'The compressor fails', de: 'Der Verdichter fällt aus' },
  startsAt: '2025-12-15T22:00:00Z',
  playS: 230 * MINUTE_S,
  share: 0.35,
  weather: () => ({ outdoorC: -8, solarWm2: 0, humidityPct: 80 }),
  want: () => undefined,
  faults: (sceneS) => (sceneS >= BROKEN_FROM_S && sceneS < MENDED_S ? { plant: { compressorBlocked: true } } : {}),
  acknowledges: (sceneS) => sceneS >= MENDED_S && sceneS < MENDED_S + SEEN_S,
  captions: [
    [
      0,
      {
        en: 'A December night at −8 °C. The heat pump runs at full power.',
        de: 'Eine Dezembernacht bei −8 °C. Die Wärmepumpe läuft mit voller Leistung.',
      },
    ],
    [
      BROKEN_FROM_S,
      {
        en: 'The compressor draws no current any more. The unit stops it, says so under “Log”, and heats with the accelerator: computing heat is here when nothing else is.',
        de: 'Der Verdichter zieht keinen Strom mehr. Das Gerät hält ihn an, sagt es unter „Protokoll“ und heizt mit dem Rechner: Rechenwärme ist da, wenn sonst nichts da ist.',
      },
    ],
    [
      60 * MINUTE_S,
      {
        en: 'Five kilowatts are not enough at −8 °C: the backup heater helps. This is dear, and the page says how dear. But the rooms stay warm all night.',
        de: 'Fünf Kilowatt reichen bei −8 °C nicht: Der Heizstab hilft. Das ist teuer, und die Seite sagt, wie teuer. Aber die Räume bleiben die ganze Nacht warm.',
      },
    ],
    [
      MENDED_S,
      {
        en: 'Mended. Somebody acknowledges the fault: the heat pump takes over.',
        de: 'Repariert. Jemand quittiert die Störung: Die Wärmepumpe übernimmt.',
      },
    ],
  ],
};

export const SCENES: readonly Scene[] = [winter, cloudburst, failure];

export const THE_END: InBoth = {
  en: 'That was the tour: the real control program on a simulated house. `npm start` runs a whole unit here, with experts to ask.',
  de: 'Das war die Führung: das echte Regelprogramm an einem simulierten Haus. `npm start` startet hier ein ganzes Gerät, mit Experten, die antworten.',
};
