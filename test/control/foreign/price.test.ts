import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { usualPrice } from '../../../src/control/foreign/ahead.ts';
import { DAILY_START, type Daily, seen, shareOfHour } from '../../../src/control/learn/daily.ts';

const HOUR_S = 3600;

/** Prices that nobody foresaw, as seen at each step of so many days. */
function livedOf(days: number, dtS: number, at: (t: number) => number): Daily {
  let daily = DAILY_START;
  for (let t = 0; t < days * 86_400; t += dtS) daily = seen(daily, t, at(t), shareOfHour(t, dtS));
  return daily;
}

const spikes = (t: number) => (Math.floor(t / 900) % 37 === 5 ? 1.9 : 0.2);

for (const dtS of [60, 900])
  test(`a spike of a quarter hour makes no other hour dear and none cheaper than any was, steps of ${dtS} s`, () => {
    const daily = livedOf(3, dtS, spikes);
    const t = 72 * HOUR_S;
    for (let h = 1; h < 28; h++) {
      const quietEur = usualPrice(daily, 0.2, t, h * HOUR_S)!;
      assert.ok(quietEur > 0.1 && quietEur < 0.3, `${quietEur} in ${h} h`);
      const spikeEur = usualPrice(daily, 1.9, t, h * HOUR_S)!;
      if (h >= 6) assert.ok(spikeEur < 0.35, `${spikeEur} ${h} h after a spike`);
    }
  });

test('an hour has the mean of its quarters; dear evenings are expected again, on the level of the last day', () => {
  const quarters = livedOf(1, 900, (t) => 0.1 * Math.floor((t % HOUR_S) / 900));
  assert.ok(quarters.hours.slice(0, 24).every((v) => Math.abs(v! - 0.15) < 1e-9));
  const evening = (t: number) => ((t / HOUR_S) % 24 >= 17 ? 0.4 : 0.2);
  const dearer = livedOf(4, 900, (t) => evening(t) + (t >= 3 * 86_400 ? 0.1 : 0));
  assert.ok(Math.abs(usualPrice(dearer, 0.3, 96 * HOUR_S, 18 * HOUR_S)! - 0.5) < 0.02);
  assert.ok(Math.abs(usualPrice(dearer, 0.3, 96 * HOUR_S, 4 * HOUR_S)! - 0.3) < 0.02);
  assert.is(usualPrice(DAILY_START, null, 0, HOUR_S), null);
  assert.is(usualPrice(DAILY_START, 0.3, 0, HOUR_S), 0.3);
});

test.run();
