import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ForeignHouse } from '../../../src/contract/foreign-house.ts';
import { knownOf } from '../../../src/control/foreign/known.ts';
import { foreignStart } from '../../../src/control/foreign/state.ts';
import { foreignStep } from '../../../src/control/foreign/step.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { assertSound, type Line, type Ran, run } from './lived.ts';

const told = { areaM2: 120, designLoadW: 6000, emitter: 'radiator', pump: { heatW: 8000 } } as const;
const paid = knownOf({
  ...told,
  accelerator: { maxW: 2000, incomeEurPerKwh: 0.22, wearEurPerKwh: 0, heatsHouse: true },
});

const sent = (line: object) => [JSON.stringify(line)];
const changes = ({ answers }: Ran, leastW: number) =>
  answers.filter((a, k) => k > 0 && Math.abs(a.computeBudgetW - answers[k - 1]!.computeBudgetW) > leastW).length;

test('a house with an accelerator that pays: watts are granted, and the room stays in its band', () => {
  const ran = run(4, () => 600, sent, undefined, paid);
  assertSound(ran, 2000);
  assert.ok(ran.coldKh < 3 && ran.warmestC < 23.5, `${ran.coldKh} K h, ${ran.warmestC} °C`);
  assert.ok(ran.answers.some((a) => a.computeBudgetW === 2000));
});

test('whatever computing earns, its heat does not drive the room out of its band; where it leaves the house, it may', () => {
  const rich = (heatsHouse: boolean) =>
    knownOf({ ...told, accelerator: { maxW: 5000, incomeEurPerKwh: 0.6, heatsHouse } });
  const mild = (line: Line) => sent({ ...line, comfort: { lowC: 18, highC: 21, next: [] } });
  const ran = run(4, () => 600, mild, undefined, rich(true));
  assertSound(ran, 5000);
  assert.ok(ran.warmestC < 21.5, `${ran.warmestC} °C`);
  assert.ok(ran.answers.some((a) => a.computeBudgetW === 5000));
  assert.ok(ran.answers.some((a) => a.reasons.join().includes('as warm as it may get')));
  const { out } = foreignStep(
    rich(false),
    foreignStart(rich(false)),
    JSON.stringify({ t: 0, roomC: 26, priceEurPerKwh: 0.3 }),
  );
  assert.is(out.computeBudgetW, 5000);
});

test('without a room temperature the accelerator and the pump together give what the weather asks for, whatever it earns', () => {
  const rich = knownOf({ ...told, accelerator: { maxW: 5000, incomeEurPerKwh: 0.6 } });
  const ran = run(
    4,
    () => 600,
    ({ roomC: _, supplyC: __, ...line }) => sent(line),
    undefined,
    rich,
  );
  assertSound(ran, 5000);
  assert.ok(ran.warmestC < 25 && ran.coldKh < 10, `${ran.warmestC} °C, ${ran.coldKh} K h`);
});

test('noise each second at the edge of the band does not make the budget jump', () => {
  const random = seededRandom(5);
  const err = () => 0.1 * (random() + random() - 1);
  const gas = knownOf({
    ...told,
    alternativeHeat: 'gas',
    accelerator: { maxW: 5000, incomeEurPerKwh: 0.2, wearEurPerKwh: 0, heatsHouse: true },
  });
  const ran = run(
    1 / 24,
    () => 1,
    (line) => sent({ ...line, roomC: 20.5 + err(), outdoorC: 5 + err() }),
    undefined,
    gas,
  );
  assertSound(ran, 5000);
  assert.ok(changes(ran, 100) <= 6, `${changes(ran, 100)} jumps in an hour`);
});

test('an accelerator of which only the rating is told heats the house and earns nothing', () => {
  const nulls = { maxW: 800, incomeEurPerKwh: null, wearEurPerKwh: null, heatsHouse: null };
  const { accelHeatsHouse, incomeEurPerKwh, house: h } = knownOf(ForeignHouse.parse({ accelerator: nulls }));
  assert.equal([accelHeatsHouse, incomeEurPerKwh, h.accelMaxW, h.wearEurPerKwh], [true, 0, 800, 0]);
  assert.is(knownOf({}).accelHeatsHouse, false);
});

test.run();
