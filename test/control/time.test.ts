import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { localDate, minuteOfDay } from '../../src/control/comfort/time.ts';
import { seededRandom } from '../../src/core/random.ts';

/** Whole, half and three quarters of an hour off, a summer time of half an hour, a skipped day. */
const ZONES = ['Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Apia'];

test('local minute and date are those of the calendar, in any order of times and zones, summer time included', () => {
  const random = seededRandom(4);
  for (const timeZone of ZONES) {
    const format = new Intl.DateTimeFormat('en-CA', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit' },
      ...{ day: '2-digit', hour: '2-digit', minute: '2-digit' },
    });
    // Whole days here and there, minute by minute, the last Sunday of March among them.
    for (const dayMs of [Date.UTC(2024, 2, 31), Date.UTC(2011, 11, 30), Date.UTC(2025, Math.floor(12 * random()), 9)])
      for (let s = 0; s < 86_400; s += 240 + Math.floor(60 * random())) {
        const timeMs = dayMs + 1000 * s;
        const part = Object.fromEntries(format.formatToParts(timeMs).map((p) => [p.type, p.value]));
        const told = `${timeZone} ${new Date(timeMs).toISOString()}`;
        assert.is(minuteOfDay(timeMs, timeZone), 60 * Number(part.hour) + Number(part.minute), told);
        assert.is(localDate(timeMs, timeZone), Number(`${part.year}${part.month}${part.day}`), told);
      }
  }
});

test.run();
