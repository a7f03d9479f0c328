import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createPace } from '../../../src/net/swarm/turns.ts';

const PER_S = 1_000_000;

test('all who share a pace share its rate, in the order of asking', async () => {
  const pace = createPace(PER_S);
  const startMs = performance.now();
  const order: number[] = [];
  // What a second may pass at once, then half a second's worth.
  await Promise.all([PER_S, 100_000, 100_000, 300_000, 1].map((bytes, i) => pace(bytes).then(() => order.push(i))));
  assert.equal(order, [0, 1, 2, 3, 4]);
  assert.ok(performance.now() - startMs >= 450, `${performance.now() - startMs} ms`);
});

test('a stranger with many questions in line keeps another one waiting for one of them', async () => {
  const pace = createPace(PER_S);
  await pace(PER_S + 200_000);
  const order: string[] = [];
  const ask = (origin: string) => pace(1, undefined, origin).then(() => order.push(origin));
  const all = [...Array.from({ length: 50 }, () => ask('greedy')), ask('honest'), ask('honest'), ask('third')];
  await Promise.all(all);
  assert.equal(order.slice(0, 5), ['greedy', 'honest', 'third', 'greedy', 'honest']);
  assert.is(order.length, 53);
});

test('who had a little lately has its turn beside ever new ones, who had much comes after them', async () => {
  const pace = createPace(1000);
  await pace(10, undefined, 'known');
  await pace(990 + 20, undefined, 'greedy');
  const order: string[] = [];
  let fresh = 0;
  const flood = async () => {
    for (; fresh < 300 && !(order.includes('known') && order.includes('greedy')); ) {
      const name = `fresh ${fresh++}`;
      await pace(1, undefined, name);
      order.push(name);
    }
  };
  const floods = Array.from({ length: 20 }, flood);
  for (const name of ['greedy', 'known']) floods.push(pace(1, undefined, name).then(() => void order.push(name)));
  await Promise.all(floods);
  const at = order.indexOf('known');
  assert.ok(at >= 15 && at <= 25, `known after ${at}`);
  assert.ok(order.indexOf('greedy') > at + 100, `greedy after ${order.indexOf('greedy')}`);
});

test('who gives up waits no longer and takes nothing of the rate', async () => {
  const pace = createPace(PER_S);
  await pace(PER_S + 200_000);
  const stop = new AbortController();
  const given = Array.from({ length: 100 }, () => pace(60 * PER_S, stop.signal));
  const honest = pace(1000);
  const startMs = performance.now();
  stop.abort();
  await Promise.all(given);
  await honest;
  // A minute for the first of them alone, were it still in the way.
  assert.ok(performance.now() - startMs < 30_000);
  await pace(60 * PER_S, stop.signal);
  await pace(1000);
  assert.ok(performance.now() - startMs < 30_000, 'nor does who had given up before');
});

test.run();
