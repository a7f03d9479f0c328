import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { Reply, SUBPROTOCOL } from '../../src/contract/wire.ts';
import type { HeatmineError } from '../../src/core/errors.ts';
import { askUnit } from '../../src/net/ask-client.ts';
import { closed, PROMPT_MS, sleep, until } from './helpers.ts';
import { METER, testNet } from './stubs.ts';

type Net = Awaited<ReturnType<typeof testNet>>;
const withNet = (body: (net: Net) => Promise<void>) => async () => {
  const net = await testNet();
  try {
    await body(net);
  } finally {
    await net.end();
  }
};

/** An open connection that gathers its replies and how it was closed. */
async function dial(net: Net, options = {}) {
  const socket = new WebSocket(`${net.ws}/ask`, SUBPROTOCOL, options);
  const replies: Reply[] = [];
  const state = { socket, replies, code: 0 };
  socket.on('error', () => {});
  socket.on('message', (data) => replies.push(Reply.parse(JSON.parse(String(data)))));
  socket.on('close', (code) => {
    state.code = code;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  return state;
}
const question = (id: string, content: string) =>
  JSON.stringify({ type: 'ask', id, expert: 'auto', messages: [{ role: 'user', content }] });
const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'answered',
    (error: HeatmineError) => error.code ?? error.message,
  );

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

const INVALID: Record<string, string | Buffer> = {
  'no JSON': 'hello',
  'deep JSON': `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
  'wrong type': '{"type":"tell","id":"1"}',
  'unknown key': '{"type":"ask","id":"1","messages":[{"role":"user","content":"x"}],"extra":1}',
  'no messages': '{"type":"ask","id":"1","messages":[]}',
  'too long': question('1', 'x'.repeat(16_001)),
  'proto key': '{"__proto__":{"type":"ask"},"id":"1"}',
  binary: Buffer.from(question('1', 'x')),
};

for (const [name, message] of Object.entries(INVALID)) {
  test(
    `invalid message (${name}): error with a code, then closed with 1008, quickly`,
    withNet(async (net) => {
      const asker = await dial(net);
      const sentMs = performance.now();
      for (let i = 0; i < 3; i++) asker.socket.send(message);
      await closed(asker.socket);
      assert.is(asker.code, 1008);
      assert.ok(performance.now() - sentMs < PROMPT_MS);
      assert.ok(asker.replies.length === 3);
      for (const reply of asker.replies) assert.ok(reply.type === 'error' && reply.code === 'MESSAGE_INVALID');
      assert.is(net.compute.seen.length, 0);
    }),
  );
}

test(
  'frames that break the protocol close only their own connection',
  withNet(async (net) => {
    const good = await dial(net);
    const key = 'dGhlIHNhbXBsZSBub25jZQ==';
    const head = `GET /ask HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n`;
    const mask = Buffer.alloc(4);
    const frames: Record<string, Buffer> = {
      garbage: Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
      unmasked: Buffer.from([0x81, 1, 0x61]),
      'reserved bit (deflate)': Buffer.concat([Buffer.from([0xc1, 0x81]), mask, Buffer.from('a')]),
      'invalid UTF-8': Buffer.concat([Buffer.from([0x81, 0x82]), mask, Buffer.from([0xc3, 0x28])]),
      'frame of 2^62 bytes': Buffer.concat([Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0]), mask]),
      'frame of 65,537 bytes': Buffer.concat([Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 1]), mask]),
      'a hundred fragments': Buffer.concat([
        Buffer.concat([Buffer.from([0x01, 0x81]), mask, Buffer.from('a')]),
        ...Array.from({ length: 100 }, () => Buffer.concat([Buffer.from([0x00, 0x81]), mask, Buffer.from('a')])),
      ]),
      'ping of 126 bytes': Buffer.concat([Buffer.from([0x89, 0xfe, 0, 126]), mask, Buffer.alloc(126)]),
    };
    for (const [name, frame] of Object.entries(frames)) {
      const socket = connect(net.port, '127.0.0.1');
      socket.on('error', () => {});
      let answer = '';
      socket.on('data', (d) => (answer += d.toString('latin1')));
      socket.write(head);
      await until('upgrade', () => answer.includes('\r\n\r\n'));
      assert.not.match(answer, /extensions/i, `${name}: deflate is not agreed to`);
      const sentMs = performance.now();
      socket.write(frame);
      // A close frame is due; the socket follows once the client has answered or been cut.
      await until(name, () => socket.destroyed || answer.split('\r\n\r\n')[1]!.startsWith('\x88'));
      assert.ok(performance.now() - sentMs < PROMPT_MS, name);
      socket.destroy();
    }
    good.socket.send(question('1', 'still there'));
    await until('answer', () => good.replies.some((r) => r.type === 'end'));
    good.socket.close();
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
