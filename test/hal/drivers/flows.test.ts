import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as mag from '../../../src/hal/drivers/mag11.ts';
import * as flow from '../../../src/hal/drivers/pulse-flow.ts';
import * as tuf from '../../../src/hal/drivers/tuf2000m.ts';

const near = (value: number, expected: number, within: number) =>
  assert.ok(Math.abs(value - expected) <= within, `${value} is not within ${within} of ${expected}`);

/** Marks of a meter at `hz` edges a second, reported each `everyMs`. */
function marks(hz: number, everyMs: number, untilMs: number): flow.Mark[] {
  const made: flow.Mark[] = [];
  for (let ms = Math.max(0, untilMs - 1000); ms <= untilMs; ms += everyMs) {
    const sequence = Math.floor((ms * hz) / 1000);
    if (sequence !== made.at(-1)?.sequence) {
      made.push({ sequence, atNs: BigInt(Math.round((sequence / hz) * 1e9)), heardMs: ms });
    }
  }
  return made;
}

test('flow: 300 pulses a litre, 20 L/min is 100 pulses and 200 edges a second', () => {
  near(flow.decode(marks(200, 5, 3000), 3000, 300), 20, 0.2);
  near(flow.decode(marks(200, 50, 3000), 3000, 300), 20, 0.2);
  near(flow.decode(marks(200, 50, 3000), 3049, 300), 20, 0.2);
});

test('flow: edges lost on the way are counted by their sequence', () => {
  const kept = marks(200, 5, 3000).filter((_, i) => i % 7 !== 3);
  near(flow.decode(kept, 3000, 300), 20, 0.3);
});

test('flow: after the last edge it falls and is 0 within a second', () => {
  const stopped = marks(200, 50, 3000);
  const after = [100, 300, 600, 999].map((ms) => flow.decode(stopped, 3000 + ms, 300));
  for (let i = 1; i < after.length; i++) assert.ok(after[i]! <= after[i - 1]!, `${after}`);
  assert.ok(after[3]! < 3, `${after}`);
  assert.is(flow.decode(stopped, 4000, 300), 0);
  assert.is(flow.decode([], 4000, 300), 0);
  assert.is(flow.decode(stopped.slice(0, 1), 3000, 300), 0);
});

test('TUF-2000M: REAL4 with the low word first, as measured by its users', () => {
  const decoded = tuf.decode([0, 0x3f80, 0, 0x4000], [0x806b, 0x4212, 0, 0x41f0])!;
  near(decoded.supplyC, 36.625, 0.001);
  assert.is(decoded.returnC, 30);
  near(decoded.flowLpm, 1000 / 60, 1e-9);
  near(decoded.powerW, 2e9 / 3600, 1e-3);
  assert.is(tuf.decode([0, 0x7fc0, 0, 0], [0, 0, 0, 0]), undefined);
  assert.is(tuf.decode([], []), undefined);
});

test('MAG 11: the worked example of its manual, C1 48 00 00 is -12.5 m³/h', () => {
  const words = [0xc148, 0x0000, 0x42b4, 0x0000, 0x428c, 0x0000, 0x41a0, 0x0000, 0x4120, 0x0000];
  const decoded = mag.decode(words)!;
  near(decoded.flowLpm, -12_500 / 60, 1e-9);
  assert.equal([decoded.supplyC, decoded.returnC, decoded.powerW], [90, 70, 10_000]);
  assert.is(mag.decode(words.slice(0, 9)), undefined);
});

test.run();
