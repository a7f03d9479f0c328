import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BOX_HEIGHT, flowDrawing, isFlowing, NARROW, WIDE } from '../../web/src/drawings/flow-layout.ts';
import { type FlowWatts, flowWatts } from '../../web/src/drawings/flow-watts.ts';
import { heatColour } from '../../web/src/drawings/heat-colour.ts';
import type { Snapshot } from '../../web/src/snapshot.ts';
import { snapshot } from './snapshots.ts';

const given = () => snapshot(1) as Snapshot & { control: NonNullable<Snapshot['control']> };

test('the flow keeps the first law: pump heat and outside air are the condenser, all of it reaches the house', () => {
  const now = given();
  const flow = flowWatts(now)!;
  const { condenserW, accelW } = now.control.heat;
  assert.is(flow.pumpHeat! + flow.fromAir!, condenserW);
  assert.is(flow.rooms + flow.hotWater, condenserW + accelW);
  assert.is(flow.hotWater, 0);
});

test('a pump that has stopped gives off what it holds, and no heat of the air; one that starts warms itself first', () => {
  const now = given();
  now.control.heat = { condenserW: 190, accelW: 0, rejectedW: 0 };
  now.control.sensors.compressorW!.value = 0;
  const rest = flowWatts(now)!;
  assert.equal([rest.pumpHeat, rest.fromAir, rest.fromRest, rest.toAir, rest.rooms], [0, 0, 190, 0, 190]);
  now.control.sensors.compressorW!.value = 1500;
  now.control.heat = { condenserW: 9000, accelW: 0, rejectedW: 0, storedW: 3000 };
  const flushed = flowWatts(now)!;
  assert.equal([flushed.pumpHeat, flushed.fromAir, flushed.fromRest, flushed.rooms], [1500, 4500, 3000, 9000]);
  now.control.heat = { condenserW: 190, accelW: 0, rejectedW: 0 };
  const start = flowWatts(now)!;
  assert.equal([start.pumpHeat, start.fromAir, start.fromRest, start.toAir, start.rooms], [190, 0, 0, 0, 190]);
});

test('a boiler in place of the backup heater heats and draws nothing', () => {
  const now = given();
  now.control.heat = { ...now.control.heat, backupW: 9000, backupDrawsW: 0 };
  const burning = flowWatts({ ...now, plant: null })!;
  assert.equal([burning.backup, burning.backupHeat], [0, 9000]);
  now.control.heat = { ...now.control.heat, backupW: 0, backupDrawsW: 0 };
  assert.is(flowWatts({ ...now, plant: null })!.household, burning.household, 'nobody draws the less');
});

test('what reaches the water leaves it, whatever the pump does', () => {
  const watts = fc.integer({ min: -9000, max: 15_000 });
  fc.assert(
    fc.property(
      watts,
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 0, max: 5000 }),
      (condenserW, compressorW, accelW) => {
        const now = given();
        now.control.heat = { condenserW, accelW, rejectedW: 0 };
        now.control.sensors.compressorW!.value = compressorW;
        const f = flowWatts(now)!;
        const into = f.computeHeat + (f.backupHeat ?? 0) + f.pumpHeat! + f.fromAir! + f.fromRest! + f.fromHouse;
        const out = f.rooms + f.hotWater + f.toAir!;
        assert.ok(Math.abs(into - out) < 1e-6, JSON.stringify(f));
      },
    ),
    { seed: 11, numRuns: 300 },
  );
});

test('the valve decides whether heat is drawn to the rooms or to the tank', () => {
  const now = given();
  now.control.outputs.hotWaterOn = 1;
  const flow = flowWatts(now)!;
  assert.is(flow.rooms, 0);
  assert.is(flow.hotWater, 9430);
});

test('without a meter of its own the household is what sun, grid and battery leave, never less than nothing', () => {
  const now = { ...given(), plant: null };
  assert.is(flowWatts(now)!.household, 5010 - 2840 - 1720);
  now.control.sensors.batteryW!.value = 200;
  assert.is(flowWatts(now)!.household, 5010 - 2840 - 1720 - 200);
  now.control.sensors.gridW!.value = -3000;
  assert.is(flowWatts(now)!.household, 0);
});

test('the backup heater is drawn while it is on: its watts reach the house, and are no part of the household', () => {
  const now = { ...given(), plant: null };
  assert.not(flowDrawing(flowWatts(now), WIDE).nodes.some(({ id }) => id === 'backup'));
  now.control.heat = { ...now.control.heat, backupW: 400 };
  const watts = flowWatts(now)!;
  assert.equal([watts.backup, watts.backupHeat, watts.rooms], [400, 400, 9430 + 400]);
  assert.is(watts.household, 5010 - 2840 - 1720 - 400);
  assert.ok(flowDrawing(watts, WIDE).nodes.some(({ id }) => id === 'backup'));
});

test('a meter that is silent is no zero: neither it nor what follows from it is drawn', () => {
  const now = { ...given(), plant: null };
  now.control.sensors.compressorW = { value: null, ageMs: 9000, quality: 'bad' };
  const { compressor, fromAir, toAir, household } = flowWatts(now)!;
  assert.equal([compressor, fromAir, toAir, household], [null, null, null, null]);
});

test('cooling takes heat out of the house and gives it, and what the compressor draws, to the outside air', () => {
  const now = given();
  now.control.heat = { condenserW: -3000, accelW: 0, rejectedW: 2700 };
  const { rooms, fromHouse, fromAir, toAir, pumpHeat, rejected } = flowWatts(now)!;
  assert.equal([rooms, fromAir, fromHouse, pumpHeat, toAir, rejected], [0, 0, 3000, 1720, 4720, 2700]);
});

const feedingIn = () => {
  const now = given();
  Object.assign(now.control.sensors.gridW!, { value: -1800 });
  Object.assign(now.control.sensors.pvW!, { value: 7000 });
  return flowWatts(now)!;
};

test('a line is as wide as its power, and every box has room for its words, however little or much flows', () => {
  const quiet = { ...feedingIn(), sun: 0, gridOut: 0, gridIn: 0, household: 0, compute: 0, compressor: 0 };
  const huge = Object.fromEntries(Object.keys(quiet).map((key) => [key, 20_000])) as unknown as FlowWatts;
  for (const format of [WIDE, NARROW]) {
    for (const watts of [null, quiet, flowWatts(given()), feedingIn(), huge]) {
      const { nodes, links } = flowDrawing(watts, format);
      const flowing = links.filter(isFlowing);
      const perWatt = flowing.map((link) => link.width / link.watts!);
      for (const each of perWatt) assert.ok(Math.abs(each / perWatt[0]! - 1) < 1e-6);
      const half = ({ y0, y1 }: { y0: number; y1: number }) => Math.max(BOX_HEIGHT, y1 - y0) / 2;
      for (const [i, node] of nodes.entries()) {
        const middle = (node.y0 + node.y1) / 2;
        assert.ok(middle - half(node) >= 0 && middle + half(node) <= format.height, node.id);
        const next = nodes[i + 1];
        if (next?.layer !== node.layer) continue;
        const gap = (next.y0 + next.y1) / 2 - half(next) - middle - half(node);
        assert.ok(gap >= 5, `${node.id} ${next.id}: ${gap} px`);
      }
    }
  }
});

test('from tick to tick nothing jumps: fixed order, and a little more or less power moves a node by a little', () => {
  const keys = Object.keys(feedingIn()) as (keyof FlowWatts)[];
  const watts = fc.record(Object.fromEntries(keys.map((key) => [key, fc.integer({ min: 0, max: 9000 })])));
  const nothing = Object.fromEntries(keys.map((key) => [key, 0])) as unknown as FlowWatts;
  const order = flowDrawing(nothing, WIDE).nodes.map(({ id }) => id);
  fc.assert(
    fc.property(watts, fc.constantFrom(...keys), (given, key) => {
      const before = given as unknown as FlowWatts;
      const after = { ...before, [key]: before[key]! + 20 };
      const [a, b] = [flowDrawing(before, WIDE).nodes, flowDrawing(after, WIDE).nodes];
      assert.equal(
        b.map(({ id }) => id),
        order,
      );
      for (const [i, node] of a.entries()) {
        const moved = Math.abs(node.y0 - b[i]!.y0);
        assert.ok(moved < 1, `${node.id} by ${moved} px`);
        const below = b[i + 1];
        if (below?.layer === node.layer) assert.ok(b[i]!.y1 < below.y0, `${node.id} above ${below.id}`);
      }
    }),
    { seed: 7, numRuns: 300 },
  );
});

test('water gets no colour without a value, and no step between neighbouring temperatures', () => {
  assert.is(heatColour(null), 'var(--line)');
  const channels = (celsius: number) => heatColour(celsius).match(/\d+/g)!.map(Number);
  for (let celsius = -20; celsius < 110; celsius++) {
    const [a, b] = [channels(celsius), channels(celsius + 1)];
    for (const [i, value] of a.entries()) assert.ok(Math.abs(value - b[i]!) <= 16, `${celsius} °C`);
  }
});

/** WCAG 2.2 relative luminance: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

test('every text colour stands out from what it is written on: 4.5 in both themes (WCAG AA)', () => {
  const css = readFileSync(new URL('../../web/src/style/base.css', import.meta.url), 'utf8');
  const themes = [...css.matchAll(/:root \{([^}]*)\}/g)].map((block) =>
    Object.fromEntries([...block[1]!.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6})/g)].map((m) => [m[1]!, m[2]!])),
  );
  assert.is(themes.length, 2);
  const pairs = ['ink', 'quiet', 'accent', 'warn', 'fault'].flatMap((ink) => [
    [ink, 'card'],
    [ink, 'paper'],
  ]);
  for (const tone of ['good', 'warn', 'fault']) pairs.push([tone, `${tone}-paper`]);
  pairs.push(['accent-ink', 'accent']);
  for (const theme of themes) {
    for (const [ink, paper] of pairs) {
      const [a, b] = [luminance(theme[ink!]!), luminance(theme[paper!]!)].sort((x, y) => y - x);
      const contrast = (a! + 0.05) / (b! + 0.05);
      assert.ok(contrast >= 4.5, `${ink} on ${paper}: ${contrast.toFixed(2)}`);
    }
  }
});

test.run();
