import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inGerman } from '../../src/contract/german/german.ts';
import { House } from '../../src/contract/house.ts';
import type { SensorName } from '../../src/contract/points.ts';
import { ROWS } from '../../src/control/interlock/rows.ts';
import { computing, createRig, type Rig, tick } from './rig.ts';
import { contextOf } from './rows-context.ts';
import { EDGES as MACHINE } from './rows-edges.ts';
import { STORE_EDGES } from './rows-edges-store.ts';
import { VALVE_EDGES } from './rows-edges-valve.ts';

/** What control composes while it runs, taken apart again: no word of English may be left. */
const ENGLISH = /\b(the|is|are|and|of|with|not|has|its|no|while|after|for|by|that|may|because|check|from|until)\b/i;

const EDGES = [...MACHINE, ...VALVE_EDGES, ...STORE_EDGES];

const STORIES: [string, Partial<Record<SensorName, number>>, (rig: Rig) => void][] = [
  ['heats', { bufferTopC: 25, bufferBottomC: 22, supplyC: 25, returnC: 22 }, () => {}],
  ['rests', { roomC: 24, bufferTopC: 45 }, () => {}],
  ['charges the tank', { hotWaterC: 30 }, () => {}],
  ['computes', {}, (rig) => computing(rig, 3000)],
  ['is off', {}, (rig) => Object.assign(rig.setPoints, { mode: 'off' })],
  ['cools', { roomC: 27, outdoorC: 30 }, (rig) => Object.assign(rig.setPoints, { mode: 'cooling' })],
  ['chooses', { outdoorC: 12 }, (rig) => Object.assign(rig.setPoints, { mode: 'auto' })],
  ['observes', { bufferTopC: 25 }, (rig) => Object.assign(rig.setPoints, { operation: 'observe' })],
  ['is commissioned', {}, (rig) => Object.assign(rig.setPoints, { operation: 'commission' })],
  ['has an alarm', { gasOk: 0 }, () => {}],
  ['has lost pressure', { pressureHighOk: 0 }, () => {}],
  ['is hot', { accelOutC: 75, supplyC: 80 }, () => {}],
  [
    'has nothing else to heat with',
    { supplyC: 4, returnC: 4, pressureHighOk: 0 },
    (rig) => {
      rig.setPoints.computeOn = false;
      rig.house = House.parse({ backupHeaterW: 0 });
    },
  ],
  ['reads nonsense', { hotWaterC: 140, returnC: Number.NaN }, () => {}],
];

for (const [name, values, begin] of STORIES) {
  test(`a unit that ${name} says it in German`, () => {
    const rig = createRig(values);
    begin(rig);
    const said = new Set<string>();
    for (let i = 0; i < 400; i++) for (const { text } of tick(rig, 1, 0.5).reasons) said.add(text);
    assert.ok(said.size > 0);
    for (const text of said) assert.not.match(inGerman(text), ENGLISH, text);
  });
}

test('what each row of the fault table says is said in German, too', () => {
  for (const [id, speaks, , also = []] of EDGES) {
    const row = ROWS.find((r) => r.id === id)!;
    for (const change of [{}, ...also]) {
      const text = row.text(contextOf(speaks, change)).replace(/\w+: as this test has it/g, '');
      assert.not.match(inGerman(text), ENGLISH, `${id}: ${text}`);
    }
  }
});

test('a tail belongs to the clause before it, not to the first that has a comma', () => {
  const rests = 'Idle: buffer 32.0 °C of 35.3 °C, the compressor rests 5 min more';
  const gains = 'a kWh from the grid costs 0.364 EUR and gains 0.094 EUR as heat it replaces';
  assert.is(inGerman(`${rests}; ${gains}`), `${inGerman(rests)}; ${inGerman(gains)}`);
});

test.run();
