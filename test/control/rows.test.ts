import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROWS } from '../../src/control/interlock/rows.ts';
import { CALM } from './rig.ts';
import { contextOf, lost, t, v } from './rows-context.ts';
import { EDGES as MACHINE } from './rows-edges.ts';
import { STORE_EDGES } from './rows-edges-store.ts';
import { VALVE_EDGES } from './rows-edges-valve.ts';

const EDGES = [...MACHINE, ...VALVE_EDGES, ...STORE_EDGES];
const rowOf = (id: string) => ROWS.find((r) => r.id === id)!;

test('every row has its edges here', () => {
  assert.equal(EDGES.map(([id]) => id).sort(), ROWS.map((r) => r.id).sort());
});

test('each row speaks in its situation and falls silent with each single change that should silence it', () => {
  for (const [id, speaks, silent, also = []] of EDGES) {
    const row = rowOf(id);
    assert.is(row.active(contextOf(speaks)), true, `${id} in its situation`);
    assert.ok(row.text(contextOf(speaks)).length > 15, `${id} says why`);
    for (const change of silent)
      assert.is(row.active(contextOf(speaks, change)), false, `${id}: ${JSON.stringify(change)}`);
    for (const change of also)
      assert.is(row.active(contextOf(speaks, change)), true, `${id}: ${JSON.stringify(change)}`);
  }
});

test('a machine that runs as it should makes no row speak', () => {
  const sound = contextOf(v({ ...CALM, accelW: 3000, compressorW: 2000, compressorHz: 60 }));
  for (const row of ROWS) assert.is(row.active(sound), false, row.id);
});

test('F4t: heat that goes uphill is told once the tank has been stirred, not before and not where none goes', () => {
  const uphill = { on: { hotWaterOn: 1 }, values: { hotWaterC: 48.1, supplyC: 45, returnC: 42 } };
  const speaks = (change = {}) => rowOf('F4t').active(contextOf(uphill, change));
  assert.is(speaks(), true);
  assert.is(speaks(v({ hotWaterC: 48 })), false);
  assert.is(speaks({ timers: { tankS: 1500 } }), false);
  assert.is(speaks(v({ returnC: 44.5 })), false);
  assert.match(rowOf('F4t').text(contextOf(uphill)), 'gives heat to a tank');
});

test('F1a: outlet or flow lost alone stops the accelerator, the inlet alone does not; F9 and F10w name the pump that is not on', () => {
  const lostOf = (name: 'accelOutC' | 'accelFlowLpm' | 'accelInC') => rowOf('F1a').active(contextOf(lost(name)));
  assert.equal([lostOf('accelOutC'), lostOf('accelFlowLpm'), lostOf('accelInC')], [true, true, false]);
  const water = (waterPumpS: number) => rowOf('F10w').text(contextOf(t({ waterPumpS })));
  assert.match(water(0.21), 'water pump is on and');
  assert.match(water(0.2), 'water pump is not on as ordered');
  const says = (accelPumpS: number) => rowOf('F9').text(contextOf(t({ accelPumpS })));
  assert.match(says(2.1), 'with the pump on');
  assert.match(says(2), 'the pump is not on as ordered');
});

/** Effect, patience, quiet time and latch of each row: the fault table in numbers. A change here is a decision. */
const TABLE: Record<string, string> = {
  F13h: 'heatPumpOff 0 300 3/1800',
  F13l: 'heatPumpOff 0 300 3/1800',
  F13d: 'heatPumpOff 0 300 3/1800',
  F12: 'heatPumpOff 2.5 300 3/3600',
  F10w: 'heatOff 2.5 300 3/3600',
  F6: 'heatPumpOff 0 30 -',
  F6w: 'heatOff 0 30 -',
  F6d: 'warn 0 10 -',
  F16: 'allOff 0 600 1/86400',
  F16s: 'allOff 0.2 30 -',
  F16l: 'allOff 10 30 1/86400',
  F9: 'accelOff 0.6 30 3/3600',
  F9b: 'accelOff 0.8 60 3/3600',
  F10: 'machineOff 2.5 300 3/3600',
  F14: 'accelOff 0 60 -',
  F14c: 'accelCut 0 60 -',
  F14w: 'bothOff 0 300 -',
  F14s: 'derate 1 60 -',
  F24: 'accelOff 0 300 -',
  F24b: 'accelCut 26 300 3/7200',
  F1a: 'accelOff 0 30 -',
  F1d: 'derate 0 10 -',
  F4: 'derate 60 300 -',
  F4c: 'derate 60 300 -',
  F5: 'derate 60 300 -',
  F11r: 'heatPumpOff 45 300 3/7200',
  F11d: 'heatPumpOff 900 300 2/14400',
  F11c: 'heatPumpOff 45 300 3/7200',
  F11h: 'accelOff 30 120 -',
  F11o: 'warn 30 120 -',
  F11t: 'heatPumpOff 30 1800 -',
  F11b: 'heatPumpOff 30 1800 -',
  F5w: 'warn 120 300 -',
  F4w: 'warn 300 600 -',
  F4x: 'warn 150 600 -',
  F4r: 'warn 300 600 -',
  F4b: 'warn 300 600 -',
  F4t: 'warn 120 600 -',
  F4h: 'warn 0 600 -',
  F4p: 'derate 300 300 -',
  F12l: 'heatPumpOff 2.5 300 3/3600',
  F12p: 'heatPumpOff 900 300 2/14400',
};

test('effects, patience and latches are those of the fault table', () => {
  const now = ROWS.map(({ id, effect, holdS, clearS, latch }) => {
    return [id, `${effect} ${holdS} ${clearS} ${latch ? `${latch.trips}/${latch.windowS}` : '-'}`];
  });
  assert.equal(Object.fromEntries(now), TABLE);
});

test.run();
