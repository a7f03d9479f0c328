import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { flowWatts } from '../../web/src/drawings/flow-watts.ts';
import { heatColour } from '../../web/src/drawings/heat-colour.ts';
import type { Snapshot } from '../../web/src/snapshot.ts';
import { snapshot } from './snapshots.ts';

const given = () => snapshot(1) as Snapshot & { control: NonNullable<Snapshot['control']> };

test('the flow drawing keeps the first law: pump heat and outside air are the condenser, all of it reaches the house', () => {
  const now = given();
  const flow = flowWatts(now)!;
  const { condenserW, accelW } = now.control.heat;
  assert.is(flow.pumpHeat! + flow.air!, condenserW);
  assert.is(flow.rooms + flow.hotWater, condenserW + accelW);
  assert.is(flow.hotWater, 0);
});

test('the valve decides whether heat is drawn to the rooms or to the tank', () => {
  const now = given();
  now.control.outputs.hotWaterOn = 1;
  const flow = flowWatts(now)!;
  assert.is(flow.rooms, 0);
  assert.is(flow.hotWater, 9430);
});

test('without a meter of its own the household is what is left of sun and grid, never less than nothing', () => {
  const now = { ...given(), plant: null };
  assert.is(flowWatts(now)!.household, 5010 - 2840 - 1720);
  now.control.sensors.gridW!.value = -3000;
  assert.is(flowWatts(now)!.household, 0);
});

test('a meter that is silent is no zero: neither it nor what follows from it is drawn', () => {
  const now = { ...given(), plant: null };
  now.control.sensors.compressorW = { value: null, ageMs: 9000, quality: 'bad' };
  const { compressor, air, household } = flowWatts(now)!;
  assert.equal([compressor, air, household], [null, null, null]);
});

test('cooling draws heat backwards: out of the rooms and into the outside air', () => {
  const now = given();
  now.control.heat = { condenserW: -3000, accelW: 0, rejectedW: 2700 };
  const flow = flowWatts(now)!;
  assert.is(flow.rooms, -3000);
  assert.is(flow.air, -4720);
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
