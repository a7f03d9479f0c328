import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { SUBPROTOCOL } from '../../src/contract/wire.ts';
import { askUnit } from '../../src/net/ask-client.ts';
import { codeOf, dial, question, withNet } from './ask-rig.ts';
import { closed, PROMPT_MS, sleep, until } from './helpers.ts';
import { METER } from './stubs.ts';

test(
  'askUnit streams start, chunks and the meter',
  withNet(async (net) => {
    const chunks: string[] = [];
    const starts: string[] = [];
    const end = await askUnit({
      url: `${net.ws}/ask`,
      question: 'why is my flow too low',
      onStart: (start) => starts.push(start.expert),
      onChunk: (text) => chunks.push(text),
    });
    assert.equal(starts, ['faults']);
    assert.is(chunks.join(''), 'why is my flow too low ');
    assert.equal(end.meter, METER);
    assert.is(end.finish, 'stop');
    const sent = JSON.parse(net.compute.seen[0]!.body);
    assert.is(sent.model, 'auto');
    assert.is(sent.stream, true);
  }),
);

test(
  'a refusal keeps its code, a break-off is an error and not an end',
  withNet(async (net) => {
    const ask = (question: string) => codeOf(askUnit({ url: `${net.ws}/ask`, question, onChunk: () => {} }));
    assert.is(await ask('!busy'), 'BUSY');
    assert.is(await ask('!unknown'), 'EXPERT_UNKNOWN');
    assert.is(await ask('one !fail two'), 'NO_POWER');
    assert.is(await ask('one !cut two'), 'NOT_RUNNING');
    assert.is(await codeOf(askUnit({ url: 'ws://127.0.0.1:1/ask', question: 'x', onChunk: () => {} })), 'NOT_RUNNING');
    const asker = await dial(net);
    asker.socket.send(question('7', '!busy'));
    const refused = await until('refusal', () => asker.replies[0]);
    assert.equal([refused.type, refused.id, 'retryAfterS' in refused && refused.retryAfterS], ['error', '7', 2]);
    asker.socket.close();
  }),
);

test(
  'an asker who goes away stops the work',
  withNet(async (net) => {
    const abort = new AbortController();
    const slow = `!slow ${'word '.repeat(500)}`;
    const asking = codeOf(
      askUnit({ url: `${net.ws}/ask`, question: slow, signal: abort.signal, onChunk: () => abort.abort() }),
    );
    await asking;
    const fromMs = performance.now();
    await until('abort at compute', () => net.compute.aborted() === 1);
    assert.ok(performance.now() - fromMs < PROMPT_MS);
    assert.is(net.compute.open(), 0);
  }),
);

test(
  'one question at a time per connection, in order; a fifth waiting one is refused',
  withNet(async (net) => {
    const asker = await dial(net);
    for (const id of ['1', '2', '3', '4', '5']) asker.socket.send(question(id, '!slow a b c d'));
    await until('four ends', () => asker.replies.filter((r) => r.type === 'end').length === 4);
    const order = asker.replies.filter((r) => r.type === 'start' || r.type === 'end').map((r) => `${r.type} ${r.id}`);
    assert.equal(
      order,
      ['1', '2', '3', '4'].flatMap((id) => [`start ${id}`, `end ${id}`]),
    );
    const busy = asker.replies.find((r) => r.type === 'error');
    assert.ok(busy?.type === 'error' && busy.id === '5' && busy.code === 'BUSY');
    asker.socket.close();
  }),
);

test(
  'a long chunk is split into frames that the asker takes',
  withNet(async (net) => {
    let text = '';
    await askUnit({ url: `${net.ws}/ask`, question: '!big', onChunk: (t) => (text += t) });
    assert.is(text.length, 60_000);
    assert.is(text, 'ü\u0000'.repeat(30_000));
  }),
);

test(
  'too fast is refused with RATE_LIMITED and then closed',
  withNet(async (net) => {
    const asker = await dial(net);
    for (let i = 0; i < 60; i++) asker.socket.send(question(String(i), 'x'));
    await closed(asker.socket);
    assert.is(asker.code, 1008);
    assert.ok(asker.replies.some((r) => r.type === 'error' && r.code === 'RATE_LIMITED'));
  }),
);

test(
  'a reader who stops is cut and compute is not read meanwhile',
  withNet(async (net) => {
    const asker = await dial(net);
    // Some 36 MB as JSON: more than the socket's and our own buffer take.
    asker.socket.pause();
    asker.socket.send(question('1', '!big '.repeat(200).trim()));
    await sleep(300);
    assert.is(net.compute.open(), 1);
    const good = await dial(net);
    const sentMs = performance.now();
    good.socket.send(question('1', 'hello'));
    await until('answer', () => good.replies.some((r) => r.type === 'end'));
    assert.ok(performance.now() - sentMs < PROMPT_MS);
    asker.socket.terminate();
    await until('release', () => net.compute.open() === 0);
    good.socket.close();
  }),
);

test(
  'upgrades: wrong subprotocol, foreign Origin, foreign Host, unknown path are refused with a status',
  withNet(async (net) => {
    const statusOf = (path: string, protocol: string | undefined, options = {}) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(`${net.ws}${path}`, protocol ? [protocol] : [], options);
        socket.on('error', () => {});
        socket.on('unexpected-response', (_req, res) => {
          resolve(res.statusCode!);
          socket.terminate();
        });
        socket.on('open', () => {
          resolve(101);
          socket.terminate();
        });
      });
    assert.is(await statusOf('/ask', undefined), 400);
    assert.is(await statusOf('/ask', 'other.v1'), 400);
    assert.is(await statusOf('/ask', SUBPROTOCOL, { origin: 'http://evil.example' }), 403);
    assert.is(await statusOf('/ask', SUBPROTOCOL, { headers: { host: 'evil.example' } }), 403);
    assert.is(await statusOf('/live', undefined, { origin: 'null' }), 403);
    assert.is(await statusOf('/else', undefined), 404);
    assert.is(await statusOf('/ask', SUBPROTOCOL, { origin: net.url }), 101);
  }),
);

test(
  '200 idle connections disturb nobody',
  withNet(async (net) => {
    const idle = await Promise.all(Array.from({ length: 200 }, () => dial(net)));
    const sentMs = performance.now();
    await askUnit({ url: net.url, question: 'hello' });
    assert.ok(performance.now() - sentMs < PROMPT_MS);
    for (const { socket } of idle) socket.terminate();
  }),
);

test.run();
