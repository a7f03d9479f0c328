import { readFileSync } from 'node:fs';
import { HeatmineError, messageOf } from '../../../core/errors.ts';
import type { WeatherSample } from '../plant/plant.ts';
import { generatedWeather } from './generator.ts';
import { parseTry, sampleTry } from './try.ts';

export interface Weather {
  /** What people are told the weather comes from. */
  source: string;
  at(timeMs: number): WeatherSample;
}

/** The file named in the config, or else the built-in generator. Throws WEATHER_INVALID. */
export function openWeather(options: { seed: number; file?: string | undefined }): Weather {
  const { seed, file } = options;
  if (file === undefined) {
    return { source: `generator shaped like Potsdam, seed ${seed}`, at: (timeMs) => generatedWeather(seed, timeMs) };
  }
  let text: string;
  try {
    // The header is Latin-1 or UTF-8, depending on who published it; the data are plain digits.
    text = readFileSync(file, 'latin1');
  } catch (error) {
    throw new HeatmineError('WEATHER_INVALID', `${file}: cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const hours = parseTry(text, file);
  return { source: file, at: (timeMs) => sampleTry(hours, timeMs) };
}
