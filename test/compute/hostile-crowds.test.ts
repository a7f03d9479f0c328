/** Requests that are abandoned, and many bad ones: nothing stays behind. */
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { askedUnit } from './asking.ts';
import { sleep } from './fixture.ts';

let unit: Awaited<ReturnType<typeof askedUnit>>;
test.before(async () => {
  unit = await askedUnit();
});
test.after(() => unit.end());

test('requests that are begun and abandoned leave nothing behind', async () => {
  const { hostname, port } = new URL(unit.url);
  const body = JSON.stringify({
    model: 'talker',
    messages: [{ role: 'user', content: 'x' }],
    max_tokens: 400,
    stream: true,
  });
  const head = (length: number) =>
    `POST /v1/chat/completions HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: ${length}\r\n\r\n`;
  const beginnings = [
    'POST /v1/chat',
    head(1e6),
    `${head(1e6)}{"model"`,
    `${head(body.length)}${body}`,
    `${head(body.length)}${body}`,
  ];
  for (let round = 0; round < 20; round++) {
    const sockets = beginnings.map((beginning) => {
      const socket = connect(Number(port), hostname).on('error', () => {});
      socket.write(beginning);
      return socket;
    });
    await sleep(20);
    for (const socket of sockets) round % 2 ? socket.destroy() : socket.resetAndDestroy();
  }
  // The state is told once a second: the one from before does not count.
  await sleep(2500);
  for (let i = 0; i < 100 && (unit.link.last('computeState')?.busy ?? true); i++) await sleep(100);
  assert.is(unit.link.last('computeState')!.busy, false);
  assert.is(unit.link.last('want')!.value.queued, 0);
  await unit.well();
});

test('memory stays flat under all this', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const words = 'word '.repeat(150_000);
  const round = async () => {
    await Promise.all([
      unit.ask({ messages: [{ role: 'user', content: words }] }).then((r) => r.text()),
      unit.ask({ max_tokens: 1e9 }).then((r) => r.text()),
      unit.post('/v1/chat/completions', '['.repeat(300_000)).then((r) => r.text()),
      unit.post('/api/chat', { model: 'talker', messages: 7 }).then((r) => r.text()),
      unit
        .ask({
          response_format: {
            type: 'json_schema',
            json_schema: { name: 'x', schema: { enum: [words.slice(0, 50_000), Math.random()] } },
          },
        })
        .then((r) => r.text()),
    ]);
  };
  // Buffers of requests go some collections after their owners.
  const settledMiB = async () => {
    for (let i = 0; i < 4; i++) {
      await sleep(150);
      gc();
    }
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 2 ** 20;
  };
  for (let i = 0; i < 20; i++) await round();
  const before = await settledMiB();
  for (let i = 0; i < 60; i++) await round();
  const grown = (await settledMiB()) - before;
  assert.ok(grown < 4, `${grown.toFixed(1)} MiB more after 300 requests`);
});

test.run();
