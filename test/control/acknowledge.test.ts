import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { changesBetween } from '../../src/control/report.ts';
import { seededRandom } from '../../src/core/random.ts';
import { createRig, type Rig, run, tick } from './rig.ts';

/** Each latches after three trips of its input; the gas alarm after one. */
const CAUSES = {
  F13h: { break: (r: Rig) => (r.values.pressureHighOk = 0), mend: (r: Rig) => (r.values.pressureHighOk = 1), trips: 3 },
  F13l: { break: (r: Rig) => (r.values.pressureLowOk = 0), mend: (r: Rig) => (r.values.pressureLowOk = 1), trips: 3 },
  F16: { break: (r: Rig) => (r.values.gasOk = 0), mend: (r: Rig) => (r.values.gasOk = 1), trips: 1 },
} as const;
type Id = keyof typeof CAUSES;
const IDS = Object.keys(CAUSES) as Id[];

const latched = (rig: Rig) => rig.verdict.latches.map((l) => l.id);
const DAY_S = 86_400;

/** Breaks it until it latches, and leaves it broken. */
function latch(rig: Rig, id: Id): void {
  for (let i = 0; i < CAUSES[id].trips; i++) {
    if (i > 0) {
      CAUSES[id].mend(rig);
      run(rig, 330, 10);
    }
    CAUSES[id].break(rig);
    run(rig, 1);
  }
}

function acknowledge(rig: Rig) {
  rig.acknowledge = { by: 'owner' };
  const before = rig.verdict;
  tick(rig);
  return changesBetween(before, rig.verdict, 0);
}

test('random causes come and go: an acknowledgement lifts those that are gone, and no other thing ever lifts one', () => {
  const random = seededRandom(404);
  for (let round = 0; round < 12; round++) {
    const rig = createRig();
    run(rig, 40);
    const chosen = IDS.filter(() => random() < 0.7);
    for (const id of chosen) latch(rig, id);
    const gone = chosen.filter(() => random() < 0.5);
    for (const id of gone) CAUSES[id].mend(rig);
    for (const mode of ['off', 'heating', 'cooling', 'auto', 'heating'] as const) {
      rig.setPoints.mode = mode;
      rig.setPoints.operation = random() < 0.5 ? 'observe' : 'auto';
      run(rig, 400 * random(), 5);
    }
    rig.setPoints.operation = 'auto';
    assert.equal(latched(rig).sort(), [...chosen].sort(), `round ${round}: before`);
    for (const { id, present } of rig.verdict.latches) assert.is(present, !gone.includes(id as Id), id);
    acknowledge(rig);
    assert.equal(latched(rig).sort(), chosen.filter((id) => !gone.includes(id)).sort(), `round ${round}: after`);
  }
});

test('what is acknowledged and what stays is told by name', () => {
  const rig = createRig();
  run(rig, 40);
  latch(rig, 'F13l');
  const [refused] = acknowledge(rig);
  assert.is(refused?.code, 'acknowledge-refused');
  assert.match(refused!.text, /cause is still there: the low-pressure switch/);
  CAUSES.F13l.mend(rig);
  run(rig, 1);
  const [lifted] = acknowledge(rig);
  assert.is(lifted?.code, 'acknowledged');
  assert.match(lifted!.text, /owner: low-pressure/);
  assert.equal(acknowledge(rig), [], 'with nothing to lift nothing is told');
});

test('five a day: what acknowledges by itself gets no further, a day later a person does', () => {
  const rig = createRig();
  run(rig, 40);
  let lifts = 0;
  for (let i = 0; i < 8; i++) {
    CAUSES.F16.break(rig);
    run(rig, 1);
    CAUSES.F16.mend(rig);
    run(rig, 700, 10);
    const codes = acknowledge(rig).map((e) => e.code);
    if (codes.includes('acknowledged')) lifts++;
    else assert.ok(codes.includes('acknowledge-refused'), codes.join());
  }
  assert.is(lifts, 5);
  assert.equal(latched(rig), ['F16']);
  run(rig, DAY_S, 60);
  acknowledge(rig);
  assert.equal(latched(rig), []);
});

test.run();
