import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { storedOf } from '../../../control/persist.ts';
import { changesBetween, controlStateOf } from '../../../control/report.ts';
import { initialState, step } from '../../../control/step.ts';
import type { Verdict } from '../../../control/types.ts';
import { seenBy, WATCH_START, watchStep } from '../../../control/watchdog.ts';
import { Config } from '../../../core/config.ts';
import { openCosim } from '../../cosim.ts';
import { type Slope, slopeOf } from './slope.ts';

const TICK_S = 0.1;
const SAMPLES = 36;
/** What a new process still compiles and fills counts for nothing. */
const WARM_SAMPLES = 6;
const DAY_TICKS = 864_000;
const MIB = 2 ** 20;

/** Heap that `ticks` ticks of control leave behind, MiB for a day of them: the real step, watchdog, report and state file beside the plant. */
export function coreLeak(ticks: number): Slope {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const config = Config.parse({});
  let state = initialState(config.house);
  let watch = WATCH_START;
  let verdict: Verdict | undefined;
  let bytes = 0;
  const house = openCosim({
    config,
    dtS: TICK_S,
    drive(input) {
      const done = step(state, { ...input, image: seenBy(watch, input.image) });
      watch = watchStep(watch, input.image, done.verdict).watch;
      for (const event of changesBetween(verdict, done.verdict, 0)) bytes += event.text.length;
      state = done.state;
      verdict = done.verdict;
      if (input.image.tick % 10 === 0) bytes += told(input, done.verdict);
      if (input.image.tick % 600 === 0) bytes += JSON.stringify(storedOf(input.setPoints, state)).length;
      const { outputs, safety, fillerW } = done.verdict;
      return { outputs, safety, workW: fillerW };
    },
  });
  const points: [number, number][] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    for (let i = 0; i < ticks / SAMPLES; i++) house.next();
    collect();
    if (sample >= WARM_SAMPLES) points.push([((sample + 1) * ticks) / SAMPLES, process.memoryUsage().heapUsed]);
  }
  if (bytes === 0) throw new Error('control has said nothing');
  const { perX, halfWidth } = slopeOf(points);
  return { perX: (perX * DAY_TICKS) / MIB, halfWidth: (halfWidth * DAY_TICKS) / MIB };
}

const LATENESS = { p50Ms: 0, p99Ms: 0, maxMs: 0, ticks: 0, realtime: false };
type Input = Parameters<typeof step>[1];

/** What a second of control puts on the broker. */
const told = ({ image, setPoints }: Input, verdict: Verdict): number =>
  JSON.stringify(
    controlStateOf({
      image,
      verdict,
      setPoints,
      houseTimeMs: 0,
      board: 'sim',
      simulated: true,
      speed: 1,
      lateness: LATENESS,
    }),
  ).length;
