import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { endRaws, helloOf, OP, provenPeer, type RawPeer, rawPeer, rawTcp } from '../../../src/app/bench/hostile/raw.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { readDescriptor, signDescriptor } from '../../../src/net/swarm/descriptor.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { encodeData, WINDOW_BYTES } from '../../../src/net/swarm/wire/frames.ts';
import { sleep, until } from '../helpers.ts';
import { type EchoNode, eventually, SERVE, testSwarm } from './swarm.ts';

/** A node in a process of its own, and somebody honest who asks it. */
const swarm = testSwarm();
let node: EchoNode;
let honest: Awaited<ReturnType<typeof swarm.asker>>;
test.before(async () => {
  node = await swarm.node({ serve: { ...SERVE, bandwidthKBps: 100_000 } });
  honest = await swarm.asker({ bootstrap: [`127.0.0.1:${node.port}`] });
  await eventually(() => honest.ask('hello'));
});
test.after(async () => {
  endRaws();
  await swarm.end();
});

async function stillAnswers(during: string): Promise<void> {
  const text = `why is my flow too low, ${during}?`;
  assert.is((await honest.ask(text)).said, text);
}
const memoryBytes = () => 1024 * Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${node.pid}/status`, 'utf8'))![1]);
const MB = 1_000_000;
const LIMIT_MS = 60_000;

type Attack = [name: string, code: number, attack: (peer: RawPeer & { said: string[] }) => unknown];

/** Each attack on a connection of its own ends it with its code, and nobody else's. */
async function each(attacks: Attack[], begin: () => Promise<RawPeer & { said: string[] }>): Promise<void> {
  const ends = attacks.map(async ([name, code, attack]) => {
    const peer = await begin();
    attack(peer);
    assert.is(await peer.end(), code, name);
  });
  await Promise.all([...ends, stillAnswers('while others break rules')]);
}

const deep = '['.repeat(60_000);
const nonce = Buffer.alloc(32, 9).toString('base64url');

test('what is no hello is refused before anything else is said', async () => {
  const hello = JSON.parse(helloOf().first!);
  const proof = { type: 'proof', signature: Buffer.alloc(64, 1).toString('base64url') };
  const random = seededRandom(1);
  const noise = Buffer.from(Array.from({ length: 500 }, () => 32 + Math.floor(random() * 90)));
  await each(
    [
      ['noise', 4401, (p) => p.send(noise)],
      ['binary', 4401, (p) => p.send(noise, { op: OP.binary })],
      ['deep JSON', 4401, (p) => p.send(deep)],
      ['a member more', 4401, (p) => p.json({ ...hello, admin: true })],
      ['a long member in a foreign script', 4401, (p) => p.json({ ...hello, ['€'.repeat(100)]: 1 })],
      ['a proof first', 4401, (p) => p.json(proof)],
      ['a find first', 4401, (p) => p.json({ type: 'find', id: 1, topic: 'heating', limit: 1 })],
      ['no version in common', 4401, (p) => p.json({ ...hello, versions: [2, 3] })],
      ['a key that is none', 4401, (p) => p.json({ ...hello, key: 'A'.repeat(42) })],
      ['a nonce with spare bits', 4401, (p) => p.json({ ...hello, nonce: `${'A'.repeat(42)}B` })],
      ['a role twice', 4401, (p) => p.json({ ...hello, roles: ['relay', 'relay'] })],
      ['a forged proof', 4401, (p) => [p.json(hello), p.json(proof)]],
      ['a hello twice', 4401, (p) => [p.json(hello), p.json({ ...hello, nonce })]],
      ['over 64 KiB', 1009, (p) => p.send('x'.repeat(65_537))],
      ['a terabyte announced', 1009, (p) => p.send('x', { length: 2 ** 40 })],
      ['silence', 4401, () => {}],
      ['half a frame', 4401, (p) => p.send('{"type":"hel', { length: 300 })],
    ],
    async () => ({ ...(await rawPeer(node.port)), said: [] }),
  );
});

test('what proved a key once proves nothing in another connection', async () => {
  const first = await provenPeer(node.port);
  first.json({ type: 'find', id: 1, topic: 'heating', limit: 1 });
  await until('an answer: the proof was good', () => first.texts[0], LIMIT_MS);
  await each([['replayed', 4401, (p) => p.send(first.said[1]!)]], async () => {
    const peer = await rawPeer(node.port);
    peer.send(first.said[0]!);
    await until('a welcome', () => peer.texts[0], LIMIT_MS);
    return { ...peer, said: [] };
  });
});

test('a proven peer that breaks a rule is cut by its code', async () => {
  const binary = (p: RawPeer, bytes: Buffer) => p.send(bytes, { op: OP.binary });
  const open = (p: RawPeer, id: number) => p.json({ type: 'open', id, path: [] });
  const many = (n: number, attack: (i: number) => void) => {
    for (let i = 0; i < n; i++) attack(i);
  };
  await each(
    [
      ['no JSON', 4400, (p) => p.send('x')],
      ['deep JSON', 4400, (p) => p.send(deep)],
      [
        'a long member in a foreign script',
        4400,
        (p) => p.json({ type: 'credit', id: 1, bytes: 1, ['€'.repeat(100)]: 1 }),
      ],
      ['an unknown verb', 4400, (p) => p.json({ type: 'reboot', id: 1 })],
      ['a prototype', 4400, (p) => p.send('{"type":"credit","id":1,"bytes":1,"__proto__":{"x":1}}')],
      ['too long a way', 4400, (p) => p.json({ type: 'open', id: 1, path: Array(3).fill({ key: 'A'.repeat(43) }) })],
      ['a cut binary frame', 4400, (p) => binary(p, Buffer.alloc(4))],
      ['unknown flags', 4400, (p) => [open(p, 1), binary(p, Buffer.from([0, 0, 0, 1, 2]))]],
      ['a stream that never was', 4400, (p) => binary(p, encodeData(9, true, Buffer.alloc(0)))],
      ["an id of the other side's", 4400, (p) => open(p, 2)],
      ['an id again', 4400, (p) => [open(p, 5), open(p, 5)]],
      ['an id that falls', 4400, (p) => [open(p, 5), open(p, 3)]],
      ['credit for nothing', 4400, (p) => [open(p, 1), p.json({ type: 'credit', id: 1, bytes: WINDOW_BYTES })]],
      ['after the last', 4400, (p) => [open(p, 1), many(2, () => binary(p, encodeData(1, true, Buffer.alloc(1))))]],
      ['a flood of finds', 4400, (p) => many(20_000, () => p.json({ type: 'find', id: 1, topic: 'x', limit: 1 }))],
      [
        'a flood for an ended stream',
        4400,
        (p) => {
          open(p, 1);
          p.json({ type: 'close', id: 1, code: 'BUSY', message: '' });
          many(20_000, () => binary(p, encodeData(1, false, Buffer.alloc(1))));
        },
      ],
      ['invalid UTF-8', 1007, (p) => p.send(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
      ['compressed', 1002, (p) => p.send('{}', { rsv1: true })],
      ['not masked', 1002, (p) => p.send('{}', { masked: false })],
      ['a storm of fragments', 1008, (p) => many(40, (i) => p.send(' ', { op: i ? OP.more : OP.text, fin: false }))],
      [
        'over 64 KiB in parts',
        1009,
        (p) => many(9, (i) => p.send('x'.repeat(9000), { op: i ? OP.more : OP.text, fin: false })),
      ],
      ['a ping over 125 bytes', 1002, (p) => p.send('x'.repeat(126), { op: OP.ping })],
    ],
    () => provenPeer(node.port),
  );
});

test('before the upgrade: plain refusals, and nobody may take long', async () => {
  const say = async (text: string) => {
    const socket = await rawTcp(node.port);
    let said = '';
    socket.on('data', (data) => (said += data));
    const over = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write(text);
    await over;
    return said.split('\r\n', 1)[0];
  };
  assert.match((await rawPeer(node.port, { 'Sec-WebSocket-Protocol': 'chat' })).head, /^HTTP\/1\.1 400 /);
  assert.match((await say('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))!, ' 426 ');
  assert.match(
    (await say('GET /x HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'))!,
    ' 404 ',
  );
  assert.is(await say('\u0000\u0001 garbage \r\n\r\n'), '');
  assert.is(await say(`GET /swarm HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`), '');
  const offered = await rawPeer(node.port, { 'Sec-WebSocket-Extensions': 'permessage-deflate' });
  assert.match(offered.head, ' 101 ');
  assert.not.match(offered.head, /extensions/i);
  // A header a little at a time: each byte comes in time, the whole never.
  const slow = await rawTcp(node.port);
  const timer = setInterval(() => slow.writable && slow.write('X'), 200);
  slow.write('GET /swarm HTTP/1.1\r\nX: ');
  const startMs = performance.now();
  await until('the slow one cut', () => slow.destroyed || slow.readableEnded || slow.closed, LIMIT_MS);
  clearInterval(timer);
  assert.ok(performance.now() - startMs < 25_000, 'a header may take 5 s, on a busy machine a few more');
  await stillAnswers('after that');
});

test('hundreds that do nothing, and those that take but do not read, cost little', async () => {
  const before = memoryBytes();
  const idle = await Promise.all(Array.from({ length: 300 }, () => provenPeer(node.port)));
  await stillAnswers('beside 300 idle ones');
  const greedy = idle.slice(0, 20);
  const words = JSON.stringify({
    ...{ v: 1, expert: 'faults', maxPrice: 0 },
    messages: [{ role: 'user', content: 'word '.repeat(3000) }],
  });
  for (const { socket } of greedy) socket.pause();
  for (let round = 0; round < 40; round++) {
    for (const peer of greedy) {
      const id = round * 2 + 1;
      peer.json({ type: 'open', id, path: [] });
      peer.send(encodeData(id, true, Buffer.from(`\0${words}`)), { op: OP.binary });
      for (let i = 0; i < 20; i++) peer.send('x'.repeat(125), { op: OP.ping });
    }
    await sleep(10);
  }
  await eventually(() => stillAnswers('beside greedy ones'));
  const grown = memoryBytes() - before;
  assert.ok(grown < 250 * MB, `${Math.round(grown / MB)} MB more`);
  endRaws();
  await stillAnswers('after all have gone');
});

test('questions that never end are refused together, before they fill the memory', async () => {
  const before = memoryBytes();
  const part = Buffer.alloc(60_000, 'x');
  const peers = await Promise.all(Array.from({ length: 24 }, () => provenPeer(node.port)));
  for (const peer of peers) {
    for (let id = 1; id < 128; id += 2) {
      peer.json({ type: 'open', id, path: [] });
      for (let i = 0; i < 4; i++) peer.send(encodeData(id, false, part), { op: OP.binary });
    }
    // One at a time: what is not read yet lies in this process, not there.
    await until('all taken', () => peer.socket.writableLength === 0, LIMIT_MS);
  }
  const isBusy = ({ texts }: RawPeer) => texts.some((text) => text.includes('"close"'));
  await until('some refused', () => peers.some(isBusy), LIMIT_MS);
  const grown = memoryBytes() - before;
  assert.ok(grown < 240 * MB, `${Math.round(grown / MB)} MB more for 368 MB of half questions`);
  endRaws();
  await eventually(() => stillAnswers('once they have gone'));
});

test('a signed descriptor with an address that is none is nobody', () => {
  const identity = freshIdentity();
  const now = Date.now();
  const what = { issuedS: Math.floor(now / 1000), relays: [], relay: false, experts: [] };
  assert.ok(readDescriptor(signDescriptor(identity, { ...what, urls: ['ws://[2001:db8::1]:1'] }), now));
  for (const url of ['ws://[:::]', 'ws://a:99999', 'ws://1.2.3.4.5', 'ws://a/../b']) {
    const json = JSON.stringify({ v: 1, key: identity.id, ...what, urls: [url] });
    const bytes = Buffer.from(json);
    const signed = Buffer.concat([identity.sign('descriptor', bytes), bytes]);
    assert.is(readDescriptor(signed, now), undefined, url);
  }
});

test.run();
