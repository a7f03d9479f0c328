import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Seen, setOnPage, watchUnit } from '../../src/app/bench/echo/watch.ts';
import { type SpawnedUnit, spawnUnit } from '../../src/app/spawn-unit.ts';
import { freeBase } from './free-base.ts';

let unit: SpawnedUnit;
/** The word is one second, and each try begins when the regular state of a second has just gone by, so that waiting for the next would break it. */
const EFFECTIVE_MS = 850;
/** What a quiet machine does in a tenth of that, a busy one does in one of these. */
const TRIES = 2;
const START_MS = 120_000;
const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const heatmine = (...args: string[]) =>
  promisify(execFile)(process.execPath, [entry, ...args, '--home', unit.home], { encoding: 'utf8' });

test.before(async () => {
  unit = spawnUnit({ portBase: await freeBase(), args: ['--speed', '20'] });
  await unit.until((s) => s.control !== null && s.compute !== null, START_MS);
});
test.after(async () => {
  await unit.stop();
});

test('a set-point moved over MQTT, on the page or on the command line is one effective value everywhere', async () => {
  const watch = await watchUnit(unit);
  const ways: [way: string, set: (valueC: number) => unknown][] = [
    ['as Home Assistant sends it', (valueC) => watch.thermostat(valueC)],
    ['on the page', (valueC) => setOnPage(unit.url, 'roomSetC', valueC)],
  ];
  let valueC = 18;
  // It ends with 1 where a busy machine makes simulated sensors late.
  const told = () => heatmine('status', '--json').catch((error: { stdout: string }) => error);
  const printed = async () => JSON.parse((await told()).stdout).control.setPoints.roomSetC;
  try {
    for (const [way, set] of ways) {
      let best: Seen | undefined;
      for (let i = 0; i < TRIES; i++) {
        valueC += 0.5;
        const seen = await watch.timed('roomSetC', valueC, () => set(valueC));
        if (!best || seen.pageMs < best.pageMs) best = seen;
      }
      const { mqttMs, pageMs } = best!;
      process.stdout.write(`  ${way}: MQTT ${Math.round(mqttMs)} ms, page ${Math.round(pageMs)} ms\n`);
      assert.ok(Math.max(mqttMs, pageMs) < EFFECTIVE_MS, `${way}: ${mqttMs} and ${pageMs} ms`);
      assert.is(await printed(), valueC);
    }
    // A program takes its time to start: what counts is that all have the value when it has said so.
    let endedMs = 0;
    const fromMs = performance.now();
    const { pageMs } = await watch.timed('roomSetC', 23.5, async () => {
      assert.match((await heatmine('set', 'roomSetC', '23.5')).stdout, /^roomSetC is 23\.5$/m);
      endedMs = performance.now() - fromMs;
    });
    assert.ok(pageMs < endedMs + EFFECTIVE_MS, `${pageMs} and ${endedMs} ms`);
    assert.is(await printed(), 23.5);
  } finally {
    await watch.close();
  }
});

test.run();
