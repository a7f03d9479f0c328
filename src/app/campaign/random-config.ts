import { Config } from '../../core/config.ts';
import type { Random } from '../../core/random.ts';

export const between = (random: Random, low: number, high: number) => low + (high - low) * random();
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

/** A house that no test was tuned on, on a winter or summer day. */
export function randomConfig(random: Random, seed: number, summer: boolean): Config {
  const designLoadW = between(random, 4000, 16_000);
  const count = pick(random, [2, 4, 8, 14, 20]);
  const month = summer ? pick(random, [6, 7, 8]) : pick(random, [11, 12, 1, 2, 3]);
  const day = 1 + Math.floor(28 * random());
  const hour = Math.floor(24 * random());
  const two = (n: number) => String(n).padStart(2, '0');
  return Config.parse({
    house: {
      designLoadW,
      designOutdoorC: between(random, -18, -6),
      supplyDesignC: between(random, 32, 55),
      compressorMaxW: designLoadW / between(random, 2.2, 3.5),
      backupHeaterW: random() < 0.2 ? 0 : between(random, 2000, 9000),
      backupHeaterAt: pick(random, ['buffer', 'supply']),
      // Of the number of cards, so that a seed makes the house it always made.
      backupHeaterIs: count === 8 ? 'boiler' : 'electric',
      accelMaxW: 350 * count,
      alternativeHeat: pick(random, ['heatpump', 'gas', 'resistive']),
      comfort: random() < 0.3 ? { night: { setBackK: 2 }, quiet: { maxPct: 60 } } : {},
    },
    accelerator: { count },
    sim: {
      seed,
      startsAt: `2025-${two(month)}-${two(day)}T${two(hour)}:00:00Z`,
      pvKwp: random() < 0.3 ? 0 : between(random, 3, 15),
      householdKwhPerYear: between(random, 1500, 7000),
      tapping: pick(random, ['M', 'L']),
    },
  });
}
