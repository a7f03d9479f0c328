import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createDeadMan } from '../../src/hal/dead-man.ts';
import type { BusBackend } from '../../src/hal/types.ts';

for (const [kind, place] of [
  ['GPIO', { bus: 'io', line: 26 }],
  ['Modbus', { bus: 'io', unit: 1, register: 125, high: 10_000 }],
] as const) {
  for (const failures of [1, 2, 3, 4]) {
    test(`F20: after ${failures} failed writes the ${kind} line of the dead-man has changed when it tells a flip`, async () => {
      let level = 0;
      let edges = 0;
      let fails = 0;
      const set = (to: number) => {
        if (to !== level) edges += 1;
        level = to;
      };
      const write = async (to: number) => {
        if (fails > 0) throw new Error(`no answer, ${fails--} more`);
        set(to);
      };
      const opened = (_line: number, initial: number) => {
        set(initial);
        return { write };
      };
      const buses = {
        gpio: () => ({ output: async (line: number, initial: number) => opened(line, initial) }),
        modbus: () => ({ writeHolding: (_unit: number, _register: number, [word]: [number]) => write(word) }),
      } as unknown as BusBackend;
      let nowMs = 0;
      const deadMan = createDeadMan({ ...place, drops: ['compressorOn'], note: 'to the relay' }, buses, () => nowMs);
      const toggle = async () => {
        nowMs += 100;
        edges = 0;
        deadMan.toggle();
        await sleep(1);
        return { told: deadMan.flippedMs() === nowMs, edges };
      };
      for (const good of [1, 2, 3, 4]) {
        for (let n = 0; n < good; n++) assert.ok((await toggle()).edges > 0, 'flips each time');
        fails = failures;
        let first = await toggle();
        for (let n = 0; n < 10 && !first.told; n++) first = await toggle();
        assert.ok(first.told && first.edges > 0, `after ${good} good ones: ${JSON.stringify(first)}`);
      }
    });
  }
}

test.run();
