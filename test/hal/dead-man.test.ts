import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createDeadMan } from '../../src/hal/dead-man.ts';
import type { BusBackend } from '../../src/hal/types.ts';

const PLACES = [
  { bus: 'io', line: 26 },
  { bus: 'io', unit: 1, register: 125, high: 10_000 },
];

test('F20: a flip that is told has changed the line, GPIO or Modbus, however many writes failed before it', async () => {
  for (const place of PLACES) await flipsTruly(place);
});

async function flipsTruly(place: (typeof PLACES)[number]): Promise<void> {
  let level = 0;
  let edges = 0;
  let fails = 0;
  let nowMs = 0;
  const set = (to: number) => {
    if (to !== level) edges += 1;
    level = to;
  };
  const write = async (to: number) => {
    if (fails > 0) throw new Error(`no answer, ${fails--} more`);
    set(to);
  };
  const buses = {
    gpio: () => ({
      output: async (_line: number, initial: number) => {
        set(initial);
        return { write };
      },
    }),
    modbus: () => ({ writeHolding: (_unit: number, _register: number, [word]: [number]) => write(word) }),
  } as unknown as BusBackend;
  const deadMan = createDeadMan({ ...place, drops: ['compressorOn'], note: 'to the relay' }, buses, () => nowMs);
  const flip = async () => {
    nowMs += 100;
    edges = 0;
    deadMan.toggle();
    await sleep(1);
    return deadMan.flippedMs() === nowMs;
  };
  for (const failures of [1, 2, 3, 4]) {
    for (const good of [1, 2, 3, 4]) {
      for (let n = 0; n < good; n++) assert.ok((await flip()) && edges > 0, 'flips each time');
      fails = failures;
      assert.not.ok(await flip(), 'a failed write is no flip');
      let tries = 1;
      while (!(await flip())) assert.ok(tries++ < failures, 'no more tries than failures');
      assert.ok(edges > 0, `after ${good} good and ${failures} failed`);
    }
  }
}

test.run();
