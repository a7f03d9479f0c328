import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { knownOf } from '../../../src/control/foreign/known.ts';
import { type Answer, foreignStart } from '../../../src/control/foreign/state.ts';
import { foreignStep } from '../../../src/control/foreign/step.ts';
import { assertSound, type Line, run } from './lived.ts';

/** Computing earns nothing: whatever is granted is bought for its heat. */
const accelerator = { maxW: 5000, incomeEurPerKwh: 0, wearEurPerKwh: 0, heatsHouse: true };
const known = knownOf({ areaM2: 120, designLoadW: 6000, emitter: 'radiator', pump: { heatW: 8000 }, accelerator });
const DEAD = 'pump seems dead';
const HOUR_S = 3600;

function feed(lines: readonly Line[], house = known): Answer[] {
  let state = foreignStart(house);
  return lines.map((line) => {
    const step = foreignStep(house, state, JSON.stringify(line));
    state = step.state;
    return step.out;
  });
}

/** Two days; from the 12th to the 36th hour the pump gives nothing. `tell`: what the plant sends of its line. */
function dead(tell: (line: Line) => Line, house = known) {
  let coldest = 99;
  const at: { t: number; out: () => Answer }[] = [];
  const ran = run(
    2,
    () => 300,
    (line, k) => {
      coldest = Math.min(coldest, line.roomC as number);
      at.push({ t: line.t as number, out: () => ran.answers[k]! });
      return [JSON.stringify(tell(line))];
    },
    (level, t) => (t >= 12 * HOUR_S && t < 36 * HOUR_S ? 0 : level),
    house,
  );
  assertSound(ran, 5000);
  const between = (fromH: number, toH: number) =>
    at.filter(({ t }) => t >= fromH * HOUR_S && t < toH * HOUR_S).map(({ out }) => out());
  return { coldest, between };
}

const bare = ({ heatW: _h, compressorW: _p, auxW: _a, ...line }: Line): Line => line;
const TELLERS: [string, (line: Line) => Line][] = [
  ['heat and power', (l) => l],
  ['heat alone', ({ compressorW: _, ...l }) => l],
  ['power alone', ({ heatW: _, ...l }) => l],
  ['a standby of 15 W', (l) => (l.heatW === 0 ? { ...l, compressorW: 15 } : l)],
];

for (const [name, tell] of TELLERS)
  test(`a pump that dies is told by ${name}: the accelerator heats at any price, until the pump gives heat again`, () => {
    const { coldest, between } = dead(tell);
    assert.ok(coldest > 19, `${coldest} °C`);
    const helped = between(12, 36).filter((a) => a.computeBudgetW > 0);
    assert.ok(helped.length > 20, `${helped.length} lines with heat`);
    assert.match(helped[0]!.reasons[0]!, DEAD);
    assert.match(helped[0]!.reasons[0]!, /\d\.\d\d EUR an hour/);
    assert.ok([...between(0, 12), ...between(37, 48)].every((a) => a.computeBudgetW === 0));
  });

test('a dead pump that gives heat again needs no help, however cold the room has become meanwhile', () => {
  const weak = { ...accelerator, maxW: 500 };
  const { coldest, between } = dead((l) => l, knownOf({ areaM2: 120, pump: { heatW: 8000 }, accelerator: weak }));
  assert.ok(coldest < 17.5, `${coldest} °C`);
  for (const a of between(36.5, 48)) {
    assert.is(a.computeBudgetW, 0);
    assert.not.match(a.reasons.join(), 'falling');
  }
});

test('where nothing is measured, a room that falls 2 K below its band at full speed is enough', () => {
  const { coldest, between } = dead(bare);
  assert.ok(coldest > 15, `${coldest} °C`);
  assert.ok(between(12, 36).some((a) => a.computeBudgetW > 0 && a.reasons[0]!.includes('did not stop the room')));
  assert.ok(between(0, 12).every((a) => a.computeBudgetW === 0));
});

test('a sound pump that warms a cold house up needs no help, whatever it tells', () => {
  for (const tell of [bare, ...TELLERS.map(([, t]) => t)]) {
    const rising = Array.from({ length: 60 }, (_, k) =>
      tell({
        ...{ t: 300 * k, roomC: 14 + 0.05 * k, outdoorC: 0, priceEurPerKwh: 0.3, comfort: { lowC: 20, highC: 23 } },
        ...{ heatW: k ? 8000 : 0, compressorW: k ? 2300 : 0, auxW: 80 },
      }),
    );
    assert.ok(feed(rising).every((a) => a.computeBudgetW === 0));
  }
});

test('a dead pump is named where no accelerator can help, too', () => {
  const line = { roomC: 18, outdoorC: -8, heatW: 0, compressorW: 0, auxW: 0 };
  const answers = feed(
    [0, 900, 1800].map((t) => ({ ...line, t })),
    knownOf({}),
  );
  assert.match(answers[2]!.reasons[0]!, DEAD);
  assert.is(answers[2]!.computeBudgetW, 0);
});

test("the accelerator's own heat on the heat meter is no sign of life", () => {
  const cold = (k: number) => ({ t: 300 * k, roomC: 18 - 0.01 * k, outdoorC: -5, comfort: { lowC: 20, highC: 23 } });
  let budgetW = 0;
  let state = foreignStart(known);
  const granted = Array.from({ length: 48 }, (_, k) => {
    const step = foreignStep(known, state, JSON.stringify({ ...cold(k), heatW: budgetW }));
    state = step.state;
    budgetW = step.out.computeBudgetW;
    return budgetW;
  });
  assert.is(granted[1], 0);
  assert.ok(granted.slice(6).every((w) => w === 5000));
});

test('frost in the room or the water: heat at any price, whatever the reason; not in a warm room, and not by heat that leaves', () => {
  const line = { t: 0, outdoorC: -5, comfort: { lowC: 16, highC: 23 } };
  const [room] = feed([{ ...line, roomC: 5 }]);
  assert.is(room!.computeBudgetW, 5000);
  assert.match(room!.reasons[0]!, 'frost');
  assert.is(feed([{ ...line, roomC: 14, returnC: 3 }])[0]!.computeBudgetW, 5000);
  assert.is(feed([{ ...line, roomC: 23, returnC: 3 }])[0]!.computeBudgetW, 0);
  const away = knownOf({ accelerator: { ...accelerator, heatsHouse: false } });
  assert.is(feed([{ ...line, roomC: 5 }], away)[0]!.computeBudgetW, 0);
});

test('water at its limit: compressor and accelerator off at once with a reason, the pump on, and on again below it', () => {
  const lines = [40, 60, 74, 76, 110, 110, 70, 60].map((supplyC, k) => ({
    ...{ t: 60 * k, roomC: 5, outdoorC: 0, supplyC, returnC: supplyC - 5 },
  }));
  const answers = feed([...lines, { ...lines.at(-1)!, t: 1000 }]);
  assert.equal(
    answers.map((a) => a.compressor > 0 && a.computeBudgetW > 0),
    [true, true, true, false, false, false, false, false, true],
  );
  assert.match(answers[3]!.reasons[0]!, 'water at 76.0 °C');
  assert.ok(answers.every((a) => a.pump === 1));
});

test.run();
