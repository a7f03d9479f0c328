import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { caseOf } from '../../src/app/bench/sensors/cases.ts';
import { observe } from '../../src/app/bench/sensors/house.ts';

/** A slice of `heatmine bench sensors`; the long run has its own seeds. */
test('a slice of bench sensors: a sound house is silent, and each way of lying is told while it is so', () => {
  assert.is(observe({ ...caseOf('none', [], 'heating', 881), hours: 3, fromS: 10_800 }).falseAlarm, undefined);
  const told = (kind: 'drift' | 'swap' | 'stuck', points: Parameters<typeof caseOf>[1], seed: number) => {
    const c = caseOf(kind, points, 'heating', seed);
    const outcome = observe({ ...c, hours: 3 });
    assert.is(outcome.falseAlarm, undefined, `${kind} of ${points}`);
    return outcome;
  };
  const swap = told('swap', ['supplyC', 'returnC'], 883);
  assert.ok(swap.wrongS <= 600, `swap: ${JSON.stringify(swap)}`);
  const stuck = told('stuck', ['condenserOutC'], 884);
  // F2 of water: replaced once it is off by 4 to 6 K.
  assert.ok(stuck.toldS < Number.POSITIVE_INFINITY && stuck.offK < 6.5, `stuck: ${JSON.stringify(stuck)}`);
});

test('sound houses that were called broken: cold coolant behind hot, and a tank’s hot water when cooling starts', () => {
  const silent = (mode: 'heating' | 'cooling', seed: number, hours: number) => {
    const { falseAlarm } = observe({ ...caseOf('none', [], mode, seed), hours, fromS: hours * 3600 });
    assert.is(falseAlarm, undefined, `${mode}, house ${seed}`);
  };
  silent('cooling', 100_082, 6);
  silent('heating', 100_084, 3);
  silent('cooling', 100_094, 7);
  silent('cooling', 200_122, 17);
  silent('cooling', 300_050, 21);
});

test.run();
