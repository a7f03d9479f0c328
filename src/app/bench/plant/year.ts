import { House } from '../../../contract/house.ts';
import { SAFE_OUTPUTS } from '../../../contract/points.ts';
import { createPlant, plantParams, plantStep } from '../../../hal/sim/plant/plant.ts';
import { generatedWeather } from '../../../hal/sim/weather/generator.ts';
import type { Figure } from '../table.ts';

const STEP_S = 30;
const LIMIT_S = 8;

/** Processor time of the plant alone for so many days at 30 s, scaled to a year; the weather is drawn before. */
export function yearFigure(days: number): Figure {
  const steps = (days * 86_400) / STEP_S;
  const hours = Array.from({ length: days * 24 }, (_, h) => generatedWeather(1, h * 3_600_000));
  const outputs = { ...SAFE_OUTPUTS, compressorOn: 1, accelSupplyOn: 1, accelCapW: 2000, rejectOn: 0 };
  let s = createPlant(plantParams(House.parse({}), { pvKwp: 10, accelIdleW: 280 }), 1);
  const before = process.cpuUsage();
  for (let i = 0; i < steps; i++) {
    const weather = hours[Math.floor((i * STEP_S) / 3600)]!;
    const compressorPct = weather.outdoorC < 15 ? 60 : 0;
    const by = { outputs: { ...outputs, compressorPct }, accelWorkW: 2000, weather, householdW: 400, hotWaterLpm: 0 };
    s = plantStep(s, by, STEP_S);
  }
  const { user, system } = process.cpuUsage(before);
  const tookS = ((user + system) / 1e6) * (365 / days);
  return {
    figure: `a year of ${STEP_S} s steps, processor time of the plant${days < 365 ? ` (from ${days} days)` : ''}`,
    value: tookS,
    unit: 's',
    goal: `<= ${LIMIT_S} s`,
    met: tookS <= LIMIT_S,
  };
}
