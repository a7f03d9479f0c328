import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MACHINE_START, machineAged, machineStep } from '../../../src/control/foreign/machine.ts';

test('a speed a little below full becomes full where it is wanted, and does not tremble back', () => {
  let machine = machineStep(MACHINE_START, 0.96).state;
  const then = (wish: number) => {
    machine = machineStep(machineAged(machine, 300), wish).state;
    return machine.level;
  };
  assert.is(then(1), 1);
  assert.is(then(0.97), 1);
  assert.is(then(0.9), 0.9);
});

test.run();
