import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bootPi, missingPi, type Pi } from './kernel/pi.ts';
import { PI_SENSORS } from './kernel/pi-board.ts';

/**
 * A closed loop over an emulated Raspberry Pi: the plant is here, the control process in there (kernel/pi.guest.ts).
 * Temperatures go in over QEMU's machine protocol, the compressor's enable line is read at the pin controller.
 */
const SPEED = 120;
const LOOP_S = 60;
/** Five times what it takes on an idle machine of two cores; test/run.ts gives this file more time than others. */
const LIMIT_MS = 450_000;
const COMPRESSOR_LINE = 17;
const START_C = 31;

interface Told {
  atMs: number;
  temperatures: (number | null)[];
  on: 0 | 1;
  reason: string;
}

/** 300 L of water, 10 kW into it while the line is high, a house that takes 5 kW at 35 °C. */
function plantStep(bufferC: number, on: boolean, houseS: number): number {
  const heatW = (on ? 10_000 : 0) - (5000 * (bufferC - 20)) / 15;
  return bufferC + (heatW * houseS) / (300 * 4186);
}

/** What the chips measure: the water is warmer after the condenser while it runs, the hot gas far more so. */
const seen = (bufferC: number, on: boolean): Record<string, number> => ({
  accelInC: bufferC,
  accelOutC: bufferC + 1,
  condenserOutC: bufferC + (on ? 5 : 0),
  supplyC: bufferC + (on ? 5 : 0),
  returnC: bufferC - 1,
  bufferTopC: bufferC,
  bufferBottomC: bufferC - 1,
  dischargeC: on ? 65 : 35,
});

const told = (pi: Pi): Told[] =>
  [...new Set([...pi.output().matchAll(/^told (\{.*\})\r?$/gm)].map((m) => m[1]!))].map((line) => JSON.parse(line));

async function closedLoop(pi: Pi, untilMs: number) {
  const log: { bufferC: number; on: boolean; read: number | null; reason: string }[] = [];
  let bufferC = START_C;
  let lastMs: number | undefined;
  let spentS = 0;
  while (spentS < LOOP_S && performance.now() < untilMs && !pi.ended()) {
    const on = ((await pi.levels()) & (1 << COMPRESSOR_LINE)) !== 0;
    const last = told(pi).at(-1);
    if (last && (lastMs !== undefined || last.temperatures.every((t) => t !== null))) {
      const stepS = lastMs === undefined ? 0 : (last.atMs - lastMs) / 1000;
      lastMs = last.atMs;
      spentS += stepS;
      const before = bufferC;
      bufferC = plantStep(bufferC, on, stepS * SPEED);
      const read = last.temperatures[Object.keys(PI_SENSORS).indexOf('bufferTopC')] ?? null;
      if (stepS > 0) log.push({ bufferC: before, on, read, reason: last.reason });
    }
    const now = seen(bufferC, on);
    for (const [point, address] of Object.entries(PI_SENSORS)) await pi.setC(address, now[point]!);
    await sleep(100);
  }
  return { log, spentS };
}

const skip = missingPi();
if (skip) process.stdout.write(skip);
else {
  test('a minute of a house at 120 times its speed: the buffer is held by a line of the emulated Pi', async () => {
    const startedMs = performance.now();
    const pi = await bootPi('test/hal/kernel/pi.guest.ts', Object.values(PI_SENSORS));
    try {
      for (const [point, address] of Object.entries(PI_SENSORS)) await pi.setC(address, seen(START_C, false)[point]!);
      await pi.setC(PI_SENSORS.bufferTopC!, START_C);
      const { log, spentS } = await closedLoop(pi, startedMs + LIMIT_MS);
      const text = `${pi.output().slice(-2000)}\n${log.map((l) => `${l.bufferC.toFixed(1)} ${l.read} ${l.on ? 1 : 0}`).join('\n')}`;
      assert.ok(spentS >= LOOP_S, `${spentS.toFixed(0)} s of the loop; ${text}`);
      assert.match(pi.output(), /process \d+: \/bin\/node .*src\/control\/main\.ts/);
      // 31 °C, before its driver was taken off and after it was put back.
      assert.match(pi.output(), /adapter: 31 0; reset; 31 0/);
      const changes = log.filter((l, n) => n > 0 && l.on !== log[n - 1]!.on).length;
      const buffers = log.map((l) => l.bufferC);
      const [low, high] = [Math.min(...buffers), Math.max(...buffers)];
      const reads = log.flatMap(({ read, bufferC }) => (read === null ? [] : [Math.abs(read - bufferC)]));
      console.log(
        `${spentS.toFixed(0)} s, ${changes} switchings, buffer ${low.toFixed(1)} to ${high.toFixed(1)} °C, ` +
          `${reads.length} of ${log.length} reads good, worst ${Math.max(...reads).toFixed(1)} K off, after ${((performance.now() - startedMs) / 1000).toFixed(0)} s`,
      );
      assert.ok(changes >= 2, `the line has followed: ${text}`);
      assert.ok(low > START_C - 6 && high < 50, `${low} to ${high} °C`);
      assert.ok(reads.length > log.length * 0.8, text);
    } finally {
      await pi.stop();
    }
  });
}

test.run();
