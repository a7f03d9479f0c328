import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FLOOR_START, floorAfter, lowestLevel } from '../../../src/control/foreign/floor.ts';
import { knownOf } from '../../../src/control/foreign/known.ts';
import { MACHINE_START, machineStep } from '../../../src/control/foreign/machine.ts';
import { foreignStart } from '../../../src/control/foreign/state.ts';
import { foreignStep } from '../../../src/control/foreign/step.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { run } from './lived.ts';

const KNOWN = knownOf({});

/** Commands to a pump that stays off below `least` for as long as it takes, each held for 20 minutes. */
function asked(seed: number, least: number, dtS: number) {
  const random = seededRandom(seed);
  let floor = FLOOR_START;
  let runS = 0;
  for (let k = 0; k < 200; k++) {
    const lowest = lowestLevel(KNOWN, floor);
    const level = random() < 0.2 ? 0 : lowest + (1 - lowest) * random() ** 2;
    for (let s = 0; s < 1200; s += dtS) {
      runS = level > 0 ? runS + dtS : 0;
      floor = floorAfter(floor, level, level > 0 ? level >= least : null, runS, dtS);
    }
  }
  return floor;
}

for (const seed of [1, 2, 3]) {
  test(`the lowest speed of a pump is found to a tenth, whatever it is, seed ${seed}`, () => {
    for (const dtS of [30, 300, 900])
      for (const least of [0.4, 0.55, 0.7]) {
        const found = lowestLevel(KNOWN, asked(seed, least, dtS));
        assert.ok(found > least - 0.1 && found < least + 0.1, `${dtS} s, ${least}: ${found}`);
      }
    assert.is(lowestLevel(KNOWN, asked(seed, 0.1, 300)), KNOWN.minModulation);
  });
}

test('a pump that does nothing at full speed is in trouble, not asked for too little; what was learnt fades', () => {
  let floor = floorAfter(FLOOR_START, 1, false, 3600, 900);
  assert.is(floor.level, 0);
  floor = floorAfter({ ...FLOOR_START, level: 0.5 }, 0, null, 0, 86_400);
  assert.ok(floor.level < 0.5 && floor.level > 0.4);
  // Nothing measured, nothing learnt.
  assert.is(floorAfter(FLOOR_START, 0.3, null, 3600, 900).level, 0);
  // The rest of a minimum run is no sign of life at this speed; later it is.
  assert.is(floorAfter({ ...FLOOR_START, level: 0.5 }, 0.4, true, 600, 1).level > 0.49, true);
  assert.ok(floorAfter({ ...FLOOR_START, level: 0.5 }, 0.4, true, 1800, 1).level < 0.4);
});

test('full speed is full: a pump that stops a little below it is not held there', () => {
  const running = { ...MACHINE_START, on: true, sinceS: 3600, level: 0.97, decidedS: 3600 };
  assert.is(machineStep(running, 1).state.level, 1);
  assert.is(machineStep(running, 0.94).state.level, 0.97);
  assert.ok(floorAfter(FLOOR_START, 0.97, false, 3600, 900).level > 0.9);
});

test('a pump that runs at full speed only and nobody said so heats all the same', () => {
  const { coldKh, warmestC } = run(
    3,
    () => 300,
    (line) => [JSON.stringify(line)],
    (level) => (level < 1 ? 0 : 1),
    KNOWN,
  );
  assert.ok(coldKh < 3 && warmestC < 23.5, `${coldKh} K·h, ${warmestC} °C`);
});

/** Five days of a house whose pump stops below 50 %: starts, kelvin hours too cold after the first day, and the floor found. */
function lived(minModulation: number | null) {
  const known = knownOf({ areaM2: 120, emitter: 'radiator', pump: { heatW: 8000, minModulation } });
  let state = foreignStart(known);
  let [roomC, wallC, waterC, speed, starts, coldKh] = [20.5, 18, 25, 0, 0, 0];
  for (let t = 0; t < 5 * 86_400; t += 300) {
    const outdoorC = 5 - 3 * Math.cos((2 * Math.PI * t) / 86_400);
    const heatW = 8000 * speed;
    const measured = { outdoorC, roomC, supplyC: waterC + heatW / 2000, compressorW: heatW / 3.5, heatW };
    const line = { t, ...measured, priceEurPerKwh: 0.3, comfort: { lowC: 20, highC: 23 } };
    const step = foreignStep(known, state, JSON.stringify(line));
    state = step.state;
    const next = step.out.compressor < 0.5 ? 0 : step.out.compressor;
    if (next > 0 && speed === 0) starts++;
    speed = next;
    const toRoomW = 260 * (waterC - roomC);
    const toWallW = 900 * (roomC - wallC);
    waterC += ((8000 * speed - toRoomW) * 300) / 6e5;
    roomC += ((toRoomW + 300 - toWallW - 110 * (roomC - outdoorC)) * 300) / 4e6;
    wallC += ((toWallW - 90 * (wallC - outdoorC)) * 300) / 2e7;
    if (t > 86_400) coldKh += Math.max(0, 20 - roomC) / 12;
  }
  return { starts, coldKh, level: state.learned.floor.level };
}

test('a pump that stops below 50 % runs as well when nobody tells so as when it is told', () => {
  const [told, untold] = [lived(0.5), lived(null)];
  assert.ok(untold.level > 0.35 && untold.level < 0.5, `floor ${untold.level}`);
  assert.ok(untold.starts < 1.25 * told.starts + 5, `${untold.starts} starts, told ${told.starts}`);
  assert.ok(untold.coldKh < told.coldKh + 3, `${untold.coldKh} K h, told ${told.coldKh}`);
});

test.run();
