import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { knownOf } from '../../../src/control/foreign/known.ts';
import { type Random, seededRandom } from '../../../src/core/random.ts';
import { type Actuator, assertSound, type Line, run, type Spoil } from './lived.ts';

/** What another's plant may leave out, send in its own way, or do with a command: drawn by seed, house.json as well. */
const oneOf = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random() * of.length)]!;

const OPTIONAL = ['outdoorC', 'supplyC', 'returnC', 'compressorW', 'auxW', 'heatW', 'priceEurPerKwh', 'comfort'];

function teller(random: Random): Spoil {
  const left = OPTIONAL.filter(() => random() < 0.4);
  const deafH = oneOf(random, [0, 0, 6]);
  const stepS = oneOf(random, [300, 900, 3600]);
  const length = Math.ceil((3600 * oneOf(random, [0, 4, 24, 48])) / stepS);
  const low = oneOf(random, [0.3, 0, -0.2]);
  const price = (t: number) => low + 0.15 * Math.sin(t / 7000);
  return (line) => {
    const t = line.t as number;
    const ahead = Array.from({ length }, (_, i) => t + i * stepS);
    const sent: Line = { ...line, priceEurPerKwh: price(t) };
    for (const name of left) delete sent[name];
    if ((t / 3600) % 24 < deafH) delete sent.roomC;
    if (length > 0)
      sent.forecast = {
        stepS,
        outdoorC: ahead.map((s) => 2 - 4 * Math.cos((2 * Math.PI * s) / 86_400)),
        ...(random() < 0.9 && { priceEurPerKwh: ahead.map(price) }),
      };
    return [JSON.stringify(sent)];
  };
}

function actuatorOf(random: Random): Actuator {
  return oneOf<Actuator>(random, [
    (u) => u,
    (u) => (u < 0.45 ? 0 : u),
    (u) => (u > 0 ? Math.max(0.5, u) : 0),
    (u) => (u > 0 ? 1 : 0),
    (u, t) => ((t / 3600) % 24 < 1 ? 0 : u),
  ]);
}

function stepsOf(random: Random): () => number {
  const of = oneOf(random, [[60], [300], [900], [1, 30, 60, 300, 900]]);
  return () => oneOf(random, of);
}

const houseOf = (random: Random) =>
  knownOf(oneOf(random, [{}, { pump: { heatW: 4000 } }, { areaM2: 120, pump: { heatW: 16_000 } }, { areaM2: 120 }]));

for (const seed of [1, 3, 5, 8, 11, 13]) {
  test(`some fields, forecasts, steps, prices, house.json and pumps, seed ${seed}: sound answers and a room in its band`, () => {
    const random = seededRandom(seed);
    const [house, actuator, stepS] = [houseOf(random), actuatorOf(random), stepsOf(random)];
    const ran = run(3, stepS, teller(random), actuator, house);
    assertSound(ran);
    // This pump loses nothing in the cold; a controller that sees no room counts on that.
    assert.ok(ran.coldKh < 6 && ran.warmestC < 25.5, `${ran.coldKh} K h, ${ran.warmestC} °C`);
  });
}

test('a plant that tells nothing but the time is heated like a house of its size, not left cold', () => {
  const ran = run(
    3,
    () => 900,
    (line) => [JSON.stringify({ t: line.t })],
  );
  assertSound(ran);
  // Nobody knows better: 0.3 K too cold on the mean of two days.
  assert.ok(ran.coldKh < 15 && ran.warmestC < 28, `${ran.coldKh} K h, ${ran.warmestC} °C`);
});

test('without a room temperature the water says when it is enough, however strong the pump is for its house', () => {
  const blind = (line: Line) => [JSON.stringify({ ...line, roomC: null })];
  const ran = run(
    4,
    () => 600,
    blind,
    (level) => 3 * level,
    knownOf({ pump: { heatW: 24_000 } }),
  );
  assertSound(ran);
  assert.ok(ran.coldKh < 10 && ran.warmestC < 26, `${ran.coldKh} K h, ${ran.warmestC} °C`);
  assert.ok(ran.answers.some((a) => a.reasons.join().includes('by the weather curve')));
});

test('a house well known goes on for three days without its room temperature', () => {
  const lastS = 3 * 86_400;
  const ran = run(
    6,
    () => 900,
    (line) => [JSON.stringify((line.t as number) > lastS ? { ...line, roomC: null } : line)],
  );
  assertSound(ran);
  assert.ok(ran.coldKh < 5 && ran.warmestC < 23.5, `${ran.coldKh} K h, ${ran.warmestC} °C`);
});

test('a thermometer outdoors that says 20 °C all winter does not boil the house', () => {
  const ran = run(
    5,
    () => 900,
    (line) => [JSON.stringify({ ...line, outdoorC: 20 })],
  );
  assertSound(ran);
  assert.ok(ran.coldKh < 5 && ran.warmestC < 25, `${ran.coldKh} K h, ${ran.warmestC} °C`);
});

test.run();
