import type { Sample } from './check.ts';

/** Water between a valve and the sensor that tells of it, exchanger included, L: this late it tells. */
const PIPE_L = 3;
/** Noise of a few samples, over minutes, would pass for seconds of travel. */
const END_SAMPLES = 30;

/**
 * Seconds from end to end, from a signature that goes with the valve's position. Its mean delay is that of the pipes and a
 * share of the stroke, whatever noise it has: half of it where the signature follows evenly.
 */
export function strokeS(
  trail: readonly Sample[],
  before: number,
  signature: (s: Sample) => number,
  delayShare: number,
): number {
  const ends = trail.slice(-END_SAMPLES);
  const span = ends.reduce((sum, s) => sum + signature(s), 0) / ends.length - before;
  let delayS = 0;
  let lateS = 0;
  let atS = 0;
  for (const sample of trail) {
    const dtS = sample.s - atS;
    delayS += (1 - (signature(sample) - before) / span) * dtS;
    lateS += ((60 * PIPE_L) / Math.max(1, sample.heatFlowLpm) / trail.at(-1)!.s) * dtS;
    atS = sample.s;
  }
  return Math.max(0, (delayS - lateS) / delayShare);
}
