import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { topicPath } from '../../src/contract/topics.ts';
import { keepPoolSmall } from '../../src/core/small-pool.ts';
import { testBroker, UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const MIB = 2 ** 20;

test('F32: messages of every length there is leave no slab of memory behind in broker and clients', async () => {
  keepPoolSmall();
  const limits = { packets: { perS: 1e6, burst: 1e6 }, bytes: { perS: 1e9, burst: 1e9 } };
  const broker = await testBroker(limits);
  try {
    const control = await broker.client('control');
    const net = await broker.client('net');
    let heard = 0;
    net.on('message', () => heard++);
    const path = topicPath(UNIT, 'controlState');
    await net.subscribeAsync(path);
    const kept = () => {
      collect();
      collect();
      return process.memoryUsage().arrayBuffers;
    };
    const before = kept();
    const lengths = 1500;
    for (let i = 1; i <= lengths; i++) {
      // Each a byte longer than the one before, over several reasons of at most 400.
      const reasons = [0, 1, 2, 3].map((n) => ({
        what: 'unit',
        code: 'idle',
        text: 'x'.repeat(Math.max(0, Math.min(400, i - 400 * n))),
      }));
      const state = { ...SAMPLES.controlState, reasons };
      await control.publishAsync(path, JSON.stringify(state), { retain: true });
      // What a process allocates besides, so that the slabs move on as in life.
      for (let k = 0; k < 10; k++) Buffer.from('z'.repeat(4000));
    }
    await until('all were heard', () => heard === lengths, 30_000);
    const grownMib = (kept() - before) / MIB;
    assert.ok(grownMib < 3, `${grownMib.toFixed(1)} MiB for ${lengths} messages`);
  } finally {
    await broker.end();
  }
});

test.run();
