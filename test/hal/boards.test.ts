import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadBoard } from '../../src/hal/board.ts';
import { CHAIN } from '../../src/hal/sim/outputs.ts';

test('sim, pi4 and pi5 are wired alike, but for what the chip is called', () => {
  const wiring = (name: string) => {
    const { devices, deadMan } = loadBoard(name);
    return { devices, deadMan };
  };
  for (const name of ['pi4', 'pi5']) assert.equal(wiring(name), wiring('sim'));
});

test('what the board says the dead-man drops is what the simulated relay drops', () => {
  assert.equal(loadBoard('sim').deadMan.drops.toSorted(), CHAIN.toSorted());
});

test('the mini-PC has the same points, all on Modbus', () => {
  const points = (name: string) =>
    Object.values(loadBoard(name).devices).flatMap((d) => [...Object.keys(d.sensors), ...Object.keys(d.actuators)]);
  assert.equal(points('minipc').toSorted(), points('pi4').toSorted());
  const kinds = new Set(Object.values(loadBoard('minipc').buses).map((b) => b.kind));
  assert.equal([...kinds].toSorted(), ['command', 'modbus']);
});

test.run();
