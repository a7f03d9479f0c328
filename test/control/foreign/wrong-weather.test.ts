import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSound, run } from './lived.ts';

const fahrenheit = (c: number) => 1.8 * c + 32;
const foreseen = (t: number, told: (c: number) => number) => ({
  stepS: 3600,
  outdoorC: Array.from({ length: 36 }, (_, h) => told(2 - 4 * Math.cos((2 * Math.PI * (t + 3600 * h)) / 86_400))),
});

test('a thermometer that tells °F from some day on is named, and the forecast taken', () => {
  const ran = run(
    5,
    () => 900,
    (line) => {
      const [t, outdoorC] = [line.t as number, line.outdoorC as number];
      const told = t < 3 * 86_400 ? outdoorC : fahrenheit(outdoorC);
      return [JSON.stringify({ ...line, outdoorC: told, forecast: foreseen(t, (c) => c) })];
    },
  );
  assertSound(ran);
  assert.ok(ran.coldKh < 3 && ran.warmestC < 23.5, `${ran.coldKh} K h, ${ran.warmestC} °C`);
  assert.match(ran.answers.at(-1)!.reasons.join(), 'outdoorC leapt');
});

test('a forecast in °F beside a sound thermometer is named and left out', () => {
  const ran = run(
    3,
    () => 900,
    (line) => [JSON.stringify({ ...line, forecast: foreseen(line.t as number, fahrenheit) })],
  );
  assertSound(ran);
  assert.ok(ran.coldKh < 1 && ran.warmestC < 23.5, `${ran.coldKh} K h, ${ran.warmestC} °C`);
  assert.match(ran.answers.at(-1)!.reasons.join(), 'forecast.outdoorC begins');
});

test.run();
