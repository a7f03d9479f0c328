import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MACHINE_START, machineAged, machineStep } from '../../../src/control/foreign/machine.ts';
import { assertSound, type Line, run } from './lived.ts';

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

/** Speeds commanded on the fifth day of a pump whose power nobody tells. */
function commanded(actuator: (level: number) => number): number[] {
  const untold = ({ compressorW: _, auxW: __, ...line }: Line) => [JSON.stringify(line)];
  const ran = run(5, () => 600, untold, actuator);
  assertSound(ran);
  return ran.answers.slice(-144).map(({ compressor }) => compressor);
}

test('a pump that gives all its heat at any speed is taken for on/off, though nobody said so nor tells its power', () => {
  const levels = commanded((level) => (level > 0 ? 1 : 0));
  assert.ok(levels.includes(1), 'it never runs');
  assert.equal([...new Set(levels)].sort(), [0, 1]);
});

test('one that follows its speed goes on being driven at part speed', () => {
  assert.ok(commanded((level) => level).some((level) => level > 0 && level < 0.9));
});

test.run();
