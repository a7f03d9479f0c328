import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sunAt } from '../../../src/control/foreign/learn.ts';
import { run } from './lived.ts';

const HOUR_S = 3600;
const sunWm2 = (t: number) => 600 * Math.max(0, Math.sin((2 * Math.PI * (t - 6 * HOUR_S)) / 86_400));

test('a forecast of six hours: what lies beyond it is sunny at noon and dark at night, as the days before were', () => {
  const plant = run(
    3,
    () => 900,
    (line) => {
      const solarWm2 = Array.from({ length: 6 }, (_, h) => sunWm2((line.t as number) + h * HOUR_S));
      return [JSON.stringify({ ...line, forecast: { stepS: HOUR_S, outdoorC: [], solarWm2, priceEurPerKwh: [] } })];
    },
  );
  const { learned, memory } = plant.state;
  const t = 3 * 86_400;
  assert.ok(Math.abs(sunAt(learned, memory, t, 12 * HOUR_S) - 600) < 60, `${sunAt(learned, memory, t, 12 * HOUR_S)}`);
  assert.ok(sunAt(learned, memory, t, 22 * HOUR_S) < 1);
});

test('sun that nobody ever foresees is none: its mean is among the gains', () => {
  const { learned, memory } = run(
    2,
    () => 900,
    (line) => [JSON.stringify(line)],
  ).state;
  assert.is(sunAt(learned, memory, 2 * 86_400, 12 * HOUR_S), 0);
});

test.run();
