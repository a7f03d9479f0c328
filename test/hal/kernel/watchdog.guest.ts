import type { Outputs } from '../../../src/contract/points.ts';
import { startLoop } from '../../../src/control/loop.ts';
import { initialState } from '../../../src/control/step.ts';
import { createWatchdog } from '../../../src/hal/watchdog.ts';
import { createRig, HOUSE, imageOf } from '../../control/rig.ts';

/**
 * Runs in the guest: the control loop on sensors of the test's own, and the kernel's watchdog at its shortest. What then
 * happens is the argument: `starve`, the loop goes on ticking with sensors that nobody renews; `kill`; `stop`, as asked.
 */
const [, , how] = process.argv;
const monoMs = () => performance.now();
const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
const rig = createRig();
const watchdog = createWatchdog({ path: '/dev/watchdog', timeoutS: 2 }, monoMs);
let ordered: Outputs = rig.verdict.outputs;
let ticks = 0;
let fedMs: number | undefined;
const loop = startLoop({
  hal: {
    image(tick) {
      rig.atMs = monoMs();
      rig.tick = tick;
      return imageOf(rig, ordered);
    },
    apply(outputs) {
      ordered = outputs;
    },
    deadMan: {
      toggle() {
        fedMs = monoMs();
        watchdog.feed();
      },
      flippedMs: () => fedMs,
    },
  },
  monoMs,
  speed: 1,
  inputs: () => ({ setPoints: rig.setPoints, market: undefined, want: undefined, house: HOUSE }),
  start: initialState(HOUSE),
  onTick: () => {
    ticks += 1;
  },
  onFail: (error) => console.log(error),
  onStarve: (why) => console.log(`starved: ${why}`),
});

await wait(5000);
const { ok, absent, lastError } = watchdog.health();
console.log(`alive after 5 s: fed ${ok}, failed ${absent} ${lastError ?? ''}`);
if (how === 'kill') process.kill(process.pid, 'SIGKILL');
if (how === 'stop') {
  loop.stop();
  watchdog.close();
} else {
  for (const name of Object.keys(rig.values) as (keyof typeof rig.values)[]) rig.frozenAt[name] = rig.atMs;
  const before = ticks;
  await wait(4000);
  console.log(`still ticking: ${ticks - before}`);
  await wait(20_000);
}
