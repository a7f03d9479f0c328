import { cosimulate } from '../../src/app/cosim.ts';
import type { SensorName } from '../../src/contract/points.ts';
import type { StepInput, Verdict } from '../../src/control/types.ts';
import { Config } from '../../src/core/config.ts';
import type { PlantParams } from '../../src/hal/sim/plant/plant.ts';
import { unitW } from './random-houses.ts';

export interface Sample {
  s: number;
  unitW: number;
  accelW: number;
  compressorW: number;
  backupW: number;
  gridW: number;
  on: boolean;
  verdict: Verdict;
}

/** The whole house at 10 Hz for `seconds`, with paid questions that take 5 kW; sampled each tick. */
export function house(
  seconds: number,
  more: object,
  sensors: (s: number) => Partial<Record<SensorName, number>>,
  emsAt?: (s: number) => StepInput['ems'],
  sizes: Partial<PlantParams> = {},
): Sample[] {
  const samples: Sample[] = [];
  cosimulate({
    config: Config.parse(more),
    days: seconds / 86_400,
    dtS: 0.1,
    demandW: 5000,
    sizes,
    faultsAt: (s) => ({ sensors: sensors(s) }),
    ...(emsAt && { emsAt }),
    watch: (s, p, verdict) =>
      samples.push({
        s,
        unitW: unitW(p),
        accelW: p.accelW,
        compressorW: p.compressorW,
        backupW: p.backupW,
        gridW: p.gridW,
        on: p.compressorShare > 0,
        verdict,
      }),
  });
  return samples;
}

export const between = (all: readonly Sample[], fromS: number, toS: number) =>
  all.filter((x) => x.s >= fromS && x.s < toS);
export const most = (all: readonly Sample[], of: (x: Sample) => number) => Math.max(...all.map(of));
export const records = (all: readonly Sample[]) => all.flatMap((x) => (x.verdict.dimming ? [x.verdict.dimming] : []));
