import { type CosimOptions, openCosim } from '../../src/app/cosim.ts';
import type { Image } from '../../src/contract/points.ts';
import { restoredState, storedOf } from '../../src/control/persist.ts';
import type { CoreState } from '../../src/control/state.ts';
import { initialState, step } from '../../src/control/step.ts';
import type { Verdict } from '../../src/control/types.ts';
import { Config } from '../../src/core/config.ts';
import type { Random } from '../../src/core/random.ts';
import type { PlantState } from '../../src/hal/sim/plant/plant.ts';

/** Houses that no test was tuned on: every rating drawn anew. */
export function randomHouse(random: Random, startsAt: string, more: { grid?: object; house?: object } = {}): Config {
  const between = (low: number, high: number) => low + (high - low) * random();
  const designLoadW = between(4000, 16_000);
  const count = 2 + Math.floor(18 * random());
  return Config.parse({
    house: {
      designLoadW,
      designOutdoorC: between(-18, -6),
      supplyDesignC: between(32, 55),
      compressorMaxW: designLoadW / between(2.2, 3.5),
      backupHeaterW: between(3000, 9000),
      backupHeaterAt: random() < 0.5 ? 'buffer' : 'supply',
      hotWaterTankL: between(150, 400),
      accelMaxW: 350 * count,
      startsPerDay: 6 + Math.floor(18 * random()),
      ...more.house,
    },
    accelerator: { count },
    grid: more.grid ?? {},
    sim: {
      seed: Math.floor(1e6 * random()),
      startsAt,
      pvKwp: random() < 0.4 ? 0 : between(3, 12),
      householdKwhPerYear: between(1500, 7000),
      tapping: random() < 0.5 ? 'M' : 'L',
    },
  });
}

export interface Seen {
  s: number;
  plant: PlantState;
  verdict: Verdict;
}

/**
 * Runs a house; before each step whose second `restarts` names, control is killed and begins from its state file. `bend` is what
 * sensors make of the truth.
 */
export function live(
  options: Omit<CosimOptions, 'days' | 'watch' | 'onDay' | 'drive'>,
  seconds: number,
  see: (seen: Seen) => void,
  restarts: (s: number) => boolean = () => false,
  bend: (image: Image, s: number) => Image = (image) => image,
): void {
  const { house } = options.config;
  let state: CoreState = initialState(house);
  let verdict: Verdict | undefined;
  let s = 0;
  const both = openCosim({
    ...options,
    drive(input) {
      if (restarts(s)) state = restoredState(house, JSON.parse(JSON.stringify(storedOf(input.setPoints, state))));
      const done = step(state, { ...input, image: bend(input.image, s) });
      state = done.state;
      verdict = done.verdict;
      const { outputs, safety, grantW, payW, fillerW } = verdict;
      const askedW = input.want && input.want.queued > 0 ? input.want.wantW : 0;
      return { outputs, safety, workW: Math.min(grantW, Math.max(payW, fillerW, askedW)) };
    },
  });
  for (; s < seconds; s += options.dtS) {
    const { plant } = both.next();
    see({ s, plant, verdict: verdict! });
  }
}

/** Watts of the unit by the plant's own truth. */
export const unitW = (p: PlantState): number => p.compressorW + p.accelW + p.backupW + p.auxW;
