/** What a unit measures of its house. `roomC` is read at `atS`; the rest are means over the time since the last sample. */
export interface HouseSample {
  /** Seconds of a clock whose days begin at any fixed hour. */
  atS: number;
  /** null where the sensor said nothing; on the grid, NaN. */
  roomC: number | null;
  heatW: number;
  outdoorC: number;
  /** Global horizontal, or any sun that goes with it; 0 throughout where nobody measures it. */
  solarWm2: number;
}

/** Samples on an even grid without a hole. `firstS` is the time of sample 0. */
export interface Stretch {
  firstS: number;
  stepS: number;
  roomC: Float64Array;
  heatW: Float64Array;
  outdoorC: Float64Array;
  solarWm2: Float64Array;
}

/** A hole longer than this ends a stretch: nobody knows what the heating did meanwhile. */
const HOLE_S = 3600;

const usable = (s: HouseSample) =>
  Number.isFinite(s.atS) && Number.isFinite(s.heatW) && Number.isFinite(s.outdoorC) && Number.isFinite(s.solarWm2);

/** Puts samples of any spacing on an even grid; times that go back or come twice, and broken values, are left out. */
export function stretchesOf(samples: readonly HouseSample[], stepS: number): Stretch[] {
  const runs: HouseSample[][] = [];
  let last: HouseSample | undefined;
  for (const sample of samples) {
    if (!usable(sample) || (last && sample.atS <= last.atS)) continue;
    if (last && sample.atS - last.atS <= Math.max(HOLE_S, stepS)) runs.at(-1)!.push(sample);
    else runs.push([sample]);
    last = sample;
  }
  return runs.map((run) => gridOf(run, stepS)).filter((stretch) => stretch.roomC.length > 1);
}

const roomOf = ({ roomC }: HouseSample): number => roomC ?? Number.NaN;

/** Inputs are averaged over each step by the time they held; the room is read between the samples around the grid point. */
function gridOf(run: readonly HouseSample[], stepS: number): Stretch {
  const firstS = run[0]!.atS;
  const n = Math.floor((run.at(-1)!.atS - firstS) / stepS) + 1;
  const grid = () => new Float64Array(n);
  const stretch = { firstS, stepS, roomC: grid(), heatW: grid(), outdoorC: grid(), solarWm2: grid() };
  stretch.roomC[0] = roomOf(run[0]!);
  let i = 1;
  for (let k = 1; k < n; k++) {
    const endS = firstS + k * stepS;
    let fromS = endS - stepS;
    const hold = (held: HouseSample, untilS: number) => {
      const share = (untilS - fromS) / stepS;
      stretch.heatW[k]! += share * held.heatW;
      stretch.outdoorC[k]! += share * held.outdoorC;
      stretch.solarWm2[k]! += share * held.solarWm2;
      fromS = untilS;
    };
    while (run[i]!.atS < endS) hold(run[i]!, run[i++]!.atS);
    const [before, after] = [run[i - 1]!, run[i]!];
    hold(after, endS);
    const share = (endS - before.atS) / (after.atS - before.atS);
    stretch.roomC[k] = share >= 1 ? roomOf(after) : roomOf(before) + share * (roomOf(after) - roomOf(before));
  }
  return stretch;
}
