import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MIN_OFF_S, MIN_RUN_S } from '../../../src/control/decide/compressor.ts';
import { knownOf } from '../../../src/control/foreign/known.ts';
import { type Answer, foreignStart } from '../../../src/control/foreign/state.ts';
import { foreignStep } from '../../../src/control/foreign/step.ts';

const known = knownOf({
  areaM2: 150,
  accelerator: { maxW: 3000, incomeEurPerKwh: 1, wearEurPerKwh: 0, heatsHouse: true },
});

function feed(lines: readonly unknown[]): Answer[] {
  let state = foreignStart(known);
  return lines.map((line) => {
    const step = foreignStep(known, state, typeof line === 'string' ? line : JSON.stringify(line));
    // The state is plain JSON: what is restored from text goes on alike.
    state = step.state;
    return step.out;
  });
}

const number = fc.oneof(
  fc.double({ min: -50, max: 60, noNaN: true }),
  fc.constantFrom(null, 'NaN', 1e308, -1e9, 0, true, [], {}),
);
const line = fc.record(
  {
    t: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 100_000 }) }, { weight: 1, arbitrary: number }),
    outdoorC: number,
    roomC: number,
    supplyC: number,
    compressorW: number,
    heatW: number,
    priceEurPerKwh: number,
    comfort: fc.oneof(
      number,
      fc.record({
        lowC: number,
        highC: number,
        next: fc.array(fc.record({ inS: number, lowC: number, highC: number })),
      }),
    ),
    forecast: fc.oneof(
      number,
      fc.record({
        stepS: number,
        outdoorC: fc.array(number),
        solarWm2: fc.array(number),
        priceEurPerKwh: fc.array(number),
      }),
    ),
  },
  { requiredKeys: [] },
);

test('whatever the lines are: one sound answer each, and the compressor keeps its times', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 9, arbitrary: line }, { weight: 1, arbitrary: fc.string() }), { maxLength: 60 }),
      (lines) => {
        for (const a of feed(lines)) {
          assert.ok(a.compressor >= 0 && a.compressor <= 1 && (a.pump === 0 || a.pump === 1), JSON.stringify(a));
          assert.ok(
            Number.isFinite(a.supplySetC) && a.computeBudgetW >= 0 && a.computeBudgetW <= 3000,
            JSON.stringify(a),
          );
          assert.ok(a.reasons.length > 0);
        }
      },
    ),
    { seed: 4, numRuns: 300 },
  );
});

test('minimum times hold in a room that jumps about', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 17, max: 24, noNaN: true }), { minLength: 100, maxLength: 200 }), (rooms) => {
      const answers = feed(rooms.map((roomC, k) => ({ t: 60 * k, roomC, outdoorC: 0 })));
      let since = 0;
      for (let k = 1; k < answers.length; k++) {
        const [was, is] = [answers[k - 1]!.compressor > 0, answers[k]!.compressor > 0];
        if (was === is) continue;
        if (since > 0 || was) assert.ok(60 * (k - since) >= (was ? MIN_RUN_S : MIN_OFF_S), `line ${k}`);
        since = k;
      }
    }),
    { seed: 5, numRuns: 50 },
  );
});

test('time that stands, goes back or leaps has a stated reaction', () => {
  const [, twice, back, on, again, , leap] = feed([
    { t: 1000, roomC: 20 },
    { t: 1000, roomC: 5 },
    { t: 400, roomC: 20 },
    { t: 1060, roomC: 20 },
    { t: 100, roomC: 20 },
    { t: 160, roomC: 20 },
    { t: 90_000, outdoorC: 0 },
  ]);
  assert.match(twice!.reasons[0]!, 'came twice');
  assert.match(back!.reasons[0]!, 'went back');
  assert.not.match(on!.reasons.join(), 'clock');
  assert.match(again!.reasons[0]!, 'went back');
  assert.match(leap!.reasons.join(), 'gap of');
  assert.match(leap!.reasons.join(), 'no room temperature');
});

/** Refused lines until the compressor stops, in steps of `stepS`; `text`: what comes of a line. */
function refusedUntilOff(stepS: number, text: (t: number) => string): number {
  const sound = Array.from({ length: 70 }, (_, k) => ({ t: stepS * k, roomC: 15 + 0.2 * (k % 2), outdoorC: 0 }));
  const bad = Array.from({ length: 4000 }, (_, k) => text(stepS * (70 + k)));
  const answers = feed([...sound, ...bad, { t: stepS * 5000, roomC: 15 }, { t: stepS * 5000 + 900, roomC: 15 }]);
  assert.is(answers.at(-1)!.compressor, 1, 'it goes on when lines make sense again');
  const off = answers.slice(70).findIndex((a) => a.compressor === 0);
  assert.is(answers[70 + off]!.pump, 1);
  return off + 1;
}

test('a blind pump stops after an hour without a sound line, whatever the steps, and goes on when lines make sense again', () => {
  const torn = (t: number) => `{"t": ${t}, "roomC": `;
  for (const stepS of [1, 60, 300, 900])
    for (const text of [() => '?', torn]) {
      const blindS = stepS * refusedUntilOff(stepS, text);
      assert.ok(blindS > 3500 && blindS <= 4500, `${blindS} s in steps of ${stepS} s`);
    }
});

test('a burst of rubbish within seconds does not stop the pump, nor does one torn line that names a far time', () => {
  const at = (t: number) => ({ t, roomC: 15, outdoorC: 0 });
  const burst = feed([at(0), ...new Array(10).fill('garbage'), at(1)]);
  assert.ok(burst.every((a) => a.compressor === 1));
  const far = feed([at(0), at(300), '{"t": 99999999, "roomC": ', at(600)]);
  assert.ok(far.every((a) => a.compressor === 1));
});

test('frost: a cold room heats and cold water moves, whatever else is missing', () => {
  const answers = feed([0, 400].map((t) => ({ t, roomC: 4, returnC: 3 })));
  assert.is(answers[1]!.compressor, 1);
  assert.match(answers[0]!.reasons.join(), 'frost');
  assert.is(answers[0]!.pump, 1);
});

test('the accelerator gets watts by the dispatch rule, and none without a price', () => {
  const [without, paid] = feed([
    { t: 0, roomC: 20, outdoorC: 0 },
    { t: 60, roomC: 20, outdoorC: 0, priceEurPerKwh: 0.3 },
  ]);
  assert.is(without!.computeBudgetW, 0);
  assert.is(paid!.computeBudgetW, 3000);
});

test.run();
