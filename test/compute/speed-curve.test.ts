import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { economicW } from '../../src/compute/scheduler/power.ts';
import { readCurve, watchSpeed } from '../../src/compute/speed.ts';
import { curveOf, measuredCard, type SpeedSample } from '../../src/compute/speed-curve.ts';
import { CARDS } from '../../src/contract/cards.ts';
import { SPEED_CHECK } from '../../src/contract/commission.ts';
import type { ControlState } from '../../src/contract/messages.ts';
import { manualClock } from '../../src/core/clock.ts';
import { createLog } from '../../src/core/log.ts';
import { seededRandom } from '../../src/core/random.ts';

const CAPS = [1500, 2250, 3000, 4000, 5000];
const COUNT = 10;
const card = CARDS['rtx3090-8b-q4']!;
/** A card whose speed saturates: `kneeW` differs from house to house. */
const speedAt = (powerW: number, kneeW: number) => 1000 * (1 - Math.exp(-powerW / kneeW));

/** One run of the check: 25 samples a cap, the first seven as lagging as the mean of the old cap and the new. */
function run(kneeW: number, random: () => number): SpeedSample[] {
  return CAPS.flatMap((capW, i) =>
    Array.from({ length: 25 }, (_, s) => {
      const powerW = 0.97 * capW * (1 + 0.02 * (random() - 0.5));
      const old = speedAt(0.97 * (CAPS[i - 1] ?? 0), kneeW);
      const share = Math.min(1, s / 6);
      const tokensPerS = (1 - share) * old + share * speedAt(powerW, kneeW);
      return { atMs: 1000 * (25 * i + s), capW, powerW, tokensPerS };
    }),
  );
}

test('a measured card is as fast as it was seen to be, and its economic watts follow its own knee', () => {
  let before = 0;
  for (const kneeW of [600, 1000, 1600, 2600, 5000]) {
    const points = curveOf(run(kneeW, seededRandom(kneeW)))!;
    assert.is(points.length, CAPS.length);
    for (const { powerW, tokensPerS } of points)
      assert.ok(Math.abs(tokensPerS / speedAt(powerW, kneeW) - 1) < 0.02, `${kneeW}: ${powerW} W ${tokensPerS}`);
    const measured = measuredCard(card, COUNT, {
      measuredAt: '2026-01-01T00:00:00Z',
      card: card.id,
      count: COUNT,
      points,
    });
    const top = points.at(-1)!;
    assert.ok(Math.abs(measured.jPerToken - top.powerW / top.tokensPerS) < 1e-9);
    const economic = economicW(card.tdpW * 2, measured.byCap!.points);
    assert.ok(economic >= before - 5, 'a later knee is worth more watts');
    before = economic;
  }
  assert.ok(before > 250, 'a card that goes on getting faster is worth its power');
});

test('what was measured with other cards does not count for these', () => {
  const points = curveOf(run(1600, seededRandom(3)))!;
  const curve = { measuredAt: '2026-01-01T00:00:00Z', card: card.id, count: COUNT, points };
  assert.not(measuredCard(card, COUNT + 1, curve).measured);
  assert.not(measuredCard(CARDS['h100-8b-bs64']!, COUNT, curve).measured);
  assert.is(measuredCard(card, COUNT, undefined).jPerToken, card.jPerToken);
});

test('nothing is made of a run in which nothing computed, or that was broken off', () => {
  assert.is(curveOf([]), undefined);
  assert.is(curveOf(run(1600, seededRandom(1)).map((s) => ({ ...s, tokensPerS: 0 }))), undefined);
  assert.is(curveOf(run(1600, seededRandom(1)).slice(0, 60)), undefined);
  assert.is(
    curveOf(run(1600, seededRandom(1)).map((s) => ({ ...s, powerW: 700 }))),
    undefined,
    'a cap that does nothing',
  );
});

test('commissioning is watched, and its curve is there at the next start; a broken file is told and left out', () => {
  const dir = mkdtempSync(join(tmpdir(), 'hm-speed-'));
  const file = join(dir, 'speed.json');
  const clock = manualClock(Date.parse('2026-01-01T00:00:00Z'));
  const log = createLog('test', 'silent');
  let hear = (_: ControlState) => {};
  let tokensPerS = 0;
  const link = {
    on(_: string, listener: never) {
      hear = listener;
    },
  };
  watchSpeed({ link, tokensPerS: () => tokensPerS, card: card.id, count: COUNT, file, clock, log });
  const say = (running: string | null, s: Partial<SpeedSample>, simulated = false) =>
    hear({
      simulated,
      commission: { running, finished: running === null, rows: [] },
      sensors: { accelW: { value: s.powerW ?? 0, quality: 'good', ageMs: 0 } },
      outputs: { accelCapW: s.capW ?? 0 },
    } as unknown as ControlState);
  for (const s of run(1600, seededRandom(5))) {
    tokensPerS = s.tokensPerS;
    say('rest', s);
  }
  assert.is(readCurve(file, log), undefined, 'other checks say nothing of speed');
  for (const s of run(1600, seededRandom(5))) {
    tokensPerS = s.tokensPerS;
    say(SPEED_CHECK, s, true);
  }
  say(null, {}, true);
  assert.is(readCurve(file, log), undefined, 'simulated watts say nothing of a card, whatever the board is called');
  for (const s of run(1600, seededRandom(5))) {
    tokensPerS = s.tokensPerS;
    say(SPEED_CHECK, s);
    clock.advance(1000);
  }
  say(null, {});
  const kept = readCurve(file, log)!;
  assert.equal(kept.points, curveOf(run(1600, seededRandom(5))));
  assert.is(kept.measuredAt, '2026-01-01T00:02:05.000Z');
  for (const broken of ['', '{', '{"points":[]}', readFileSync(file, 'utf8').replace(/"count":10/, '"count":-1')]) {
    writeFileSync(file, broken);
    assert.is(readCurve(file, log), undefined, broken);
  }
  rmSync(dir, { recursive: true });
});

test.run();
