import type { Fitting } from '../learn/house/fit.ts';
import type { HouseSample } from '../learn/house/series.ts';
import { type Growing, SAMPLE_S } from './samples.ts';

/**
 * Heat that comes late: through long pipes or ducts it is underway for a while, which no store of the house model can say.
 * A model that misses is fitted again with the heat that much later.
 */
export const LATE_S = [0, 900, 1800] as const;

/** A fit with the heat so much later, and the delays that may be tried after it. */
export interface LateFitting extends Fitting {
  lateS: number;
  then: readonly number[];
  /** Only to see whether this delay explains more. */
  trial: boolean;
}

type Samples = readonly HouseSample[];

/** A bridged gap leaves its quarter hours, half a day of them. */
const LAST_SAMPLES = 64;

/** Mean heat that the pump gave between two times, W, from the samples up to `last`; none before the first. */
function givenW(samples: Samples, last: number, fromS: number, untilS: number): number {
  let joules = 0;
  for (let i = last; i >= 0; i--) {
    const { atS, heatW } = samples[i]!;
    if (atS <= fromS) break;
    const beganS = samples[i - 1]?.atS ?? atS - SAMPLE_S;
    joules += heatW * Math.max(0, Math.min(atS, untilS) - Math.max(beganS, fromS));
  }
  return untilS > fromS ? joules / (untilS - fromS) : 0;
}

/** The heat that arrives from `inS` before or after `t`, the end of the last step, for `dtS`, W: on its way since `lateS`. */
export function arrivingW(
  { samples, growing, lateS }: { samples: Samples; growing: Growing; lateS: number },
  t: number,
  inS: number,
  dtS: number,
): number {
  const latest = { atS: t, roomC: null, heatW: growing.heatJ / growing.s, outdoorC: 0, solarWm2: 0 };
  const all = growing.s > 0 ? [...samples.slice(-LAST_SAMPLES), latest] : samples.slice(-LAST_SAMPLES);
  return givenW(all, all.length - 1, t + inS - lateS, t + inS + dtS - lateS);
}

/** The samples with the heat as it arrived. */
export const arrived = (samples: Samples, lateS: number): Samples =>
  lateS === 0
    ? samples
    : samples.map((sample, i) => {
        const fromS = (samples[i - 1]?.atS ?? sample.atS - SAMPLE_S) - lateS;
        const untilS = sample.atS - lateS;
        return { ...sample, heatW: givenW(samples, i, fromS, untilS) };
      });
