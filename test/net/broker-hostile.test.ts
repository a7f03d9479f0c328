import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROLES, topicPath } from '../../src/contract/topics.ts';
import { mqttFramer } from '../../src/net/broker/frames.ts';
import { closed, PROMPT_MS, sleep, testBroker, UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';

const refusedWith = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'accepted',
    (error: { code?: number; message: string }) => error.code ?? error.message,
  );

const text = (s: string) => Buffer.concat([Buffer.from([s.length >> 8, s.length & 255]), Buffer.from(s)]);

/** An MQTT packet by hand: first byte, then the length in up to three bytes. */
function packet(first: number, body: Buffer): Buffer {
  const n = body.length;
  return Buffer.concat([Buffer.from([first, (n & 127) | 128, ((n >> 7) & 127) | 128, n >> 14]), body]);
}

const hello = (id: string, keepaliveS = 60) =>
  packet(
    0x10,
    Buffer.concat([text('MQTT'), Buffer.from([4, 0xc2, 0, keepaliveS]), ...[id, 'home', 'secret-of-home'].map(text)]),
  );

test('who is let in: the right password, by the right door, under the right client id', async () => {
  const broker = await testBroker();
  try {
    for (const role of ROLES) {
      assert.is(await refusedWith(broker.client(role, { password: 'wrong' })), 4, `${role}: wrong password`);
      assert.is(await refusedWith(broker.client(role, { password: '' })), 4, `${role}: empty password`);
    }
    const anonymous = { username: undefined, password: undefined };
    assert.is(await refusedWith(broker.client('home', anonymous)), 4);
    assert.is(await refusedWith(broker.client('home', { username: 'admin' })), 4);
    assert.is(await refusedWith(broker.client('home', { username: '__proto__' })), 4);
    assert.is(await refusedWith(broker.client('control', { door: 'tcp' })), 5, 'own role by TCP');
    assert.is(await refusedWith(broker.client('home', { door: 'unix' })), 5, 'home by the unix socket');
    assert.is(await refusedWith(broker.client('home', { clientId: 'control' })), 5, 'home posing as control');
    assert.is(await refusedWith(broker.client('compute', { clientId: 'control' })), 5, 'compute posing as control');
    assert.is(await refusedWith(broker.client('home', { clientId: 'x'.repeat(200) })), 'closed');
    assert.is(await refusedWith(broker.client('home', { keepalive: 0 })), 6, 'no keep-alive');
    for (const role of ROLES) assert.ok((await broker.client(role)).connected, role);
  } finally {
    await broker.end();
  }
});

const HOSTILE: Record<string, Buffer> = {
  'http request': Buffer.from('GET / HTTP/1.1\r\n\r\n'),
  'no CONNECT first': Buffer.from([0xc0, 0]),
  'length of five bytes': Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]),
  'CONNECT of 1 MiB': Buffer.from([0x10, 0x80, 0x80, 0x40]),
  'nonsense CONNECT': Buffer.from([0x10, 4, 0xff, 0xff, 0xff, 0xff]),
  'oversize publish': Buffer.concat([hello('big'), Buffer.from([0x30, 0x81, 0x80, 0x04])]),
  'publish to a wildcard': Buffer.concat([hello('wild'), packet(0x30, text('#'))]),
  'second CONNECT': Buffer.concat([hello('twice'), hello('twice')]),
  'unknown packet type': Buffer.concat([hello('kind'), Buffer.from([0xf0, 0])]),
  'publish with a topic longer than itself': Buffer.concat([hello('long'), packet(0x30, Buffer.from([0xff, 0xff, 1]))]),
};

test('garbage and oversize packets are cut at once, others go on', async () => {
  const broker = await testBroker({ connectMs: 2 * PROMPT_MS });
  try {
    const control = await broker.client('control');
    const net = await broker.client('net');
    let received = 0;
    net.on('message', () => received++);
    await net.subscribeAsync(topicPath(UNIT, 'controlState'));
    for (const [name, bytes] of Object.entries(HOSTILE)) {
      const socket = await broker.raw();
      socket.resume();
      socket.write(bytes);
      await Promise.race([closed(socket), sleep(PROMPT_MS)]);
      assert.ok(socket.destroyed, `${name}: not cut`);
    }
    await control.publishAsync(topicPath(UNIT, 'controlState'), JSON.stringify(SAMPLES.controlState));
    await until('delivery', () => received > 0);
    assert.ok(control.connected && net.connected);
  } finally {
    await broker.end();
  }
});

test('a connection without a whole CONNECT is cut in time', async () => {
  const broker = await testBroker({ connectMs: 300 });
  try {
    const mute = await broker.raw();
    mute.resume();
    const partial = await broker.raw();
    partial.resume();
    partial.write(hello('x').subarray(0, 10));
    await Promise.all([closed(mute), closed(partial)]);
    assert.is(broker.refusals()['no CONNECT in time'], 2);
  } finally {
    await broker.end();
  }
});

test('a client that falls silent is cut at one and a half times its keep-alive', async () => {
  const broker = await testBroker();
  try {
    const silent = await broker.raw();
    silent.resume();
    const fromMs = performance.now();
    silent.write(hello('silent', 1));
    await closed(silent);
    const tookMs = performance.now() - fromMs;
    assert.ok(tookMs > 1400 && tookMs < 1500 + PROMPT_MS, `${tookMs} ms`);
  } finally {
    await broker.end();
  }
});

test('a flood is cut at its rate, nobody else notices', async () => {
  const broker = await testBroker();
  try {
    const control = await broker.client('control');
    const net = await broker.client('net');
    let got = 0;
    net.on('message', () => got++);
    await net.subscribeAsync(topicPath(UNIT, 'controlEvent'));
    const flooder = await broker.raw();
    flooder.resume();
    flooder.write(hello('flood'));
    flooder.write(Buffer.alloc(2000, Buffer.from([0xc0, 0])));
    await closed(flooder);
    assert.is(broker.refusals()['too many packets a second'], 1);

    const fat = await broker.raw();
    fat.resume();
    fat.write(hello('fat'));
    const publish = packet(0x30, Buffer.concat([text(topicPath(UNIT, 'set')), Buffer.alloc(60_000)]));
    for (let i = 0; i < 40; i++) fat.write(publish);
    await closed(fat);
    assert.is(broker.refusals()['too many bytes a second'], 1);

    await control.publishAsync(topicPath(UNIT, 'controlEvent'), JSON.stringify(SAMPLES.controlEvent));
    await until('delivery', () => got === 1);
  } finally {
    await broker.end();
  }
});

test('a subscriber that stops reading is cut and never delays the others', async () => {
  // The sender is let go fast, to fill the kernel's buffers of the slow reader within the test.
  const fast = { perS: 1e8, burst: 1e8 };
  const broker = await testBroker({ stalledMs: 10_000, unreadBytes: 65_536, bytes: fast, packets: fast });
  try {
    const control = await broker.client('control');
    const net = await broker.client('net');
    let got = 0;
    net.on('message', () => got++);
    await net.subscribeAsync(topicPath(UNIT, 'controlState'));
    const slow = await broker.raw();
    slow.pause();
    slow.write(hello('slow'));
    const filter = topicPath(UNIT, 'controlState');
    slow.write(packet(0x82, Buffer.concat([Buffer.from([0, 1]), text(filter), Buffer.from([0])])));
    const reasons = Array.from({ length: 40 }, () => ({ what: 'a', code: 'b', text: 'x'.repeat(380) }));
    const big = JSON.stringify({ ...SAMPLES.controlState, reasons });
    const wasCut = () => broker.refusals()['reads too slowly'] ?? broker.refusals()['stopped reading'];
    let worstMs = 0;
    for (let i = 0; i < 3000 && !wasCut(); i++) {
      const sentMs = performance.now();
      const before = got;
      control.publish(filter, big);
      await until('delivery', () => got > before, PROMPT_MS);
      worstMs = Math.max(worstMs, performance.now() - sentMs);
    }
    await until('the cut', wasCut);
    assert.is(wasCut(), 1);
    assert.ok(worstMs < PROMPT_MS, `worst delivery to the others ${worstMs.toFixed(1)} ms`);
    assert.ok(net.connected && control.connected);
  } finally {
    await broker.end();
  }
});

test('clients are counted per door and per address, ours always find room', async () => {
  const broker = await testBroker({ tcpClientsPerAddress: 5, tcpClients: 6 });
  try {
    const sockets = await Promise.all(Array.from({ length: 12 }, () => broker.raw()));
    for (const socket of sockets) socket.resume();
    await until('refusals', () => broker.refusals()['too many clients'] === 7);
    assert.ok((await broker.client('control')).connected);
    for (const socket of sockets) socket.destroy();
    let answer: string | number = '';
    for (let i = 0; i < 20 && answer !== 'accepted'; i++) answer = await refusedWith(broker.client('home'));
    assert.is(answer, 'accepted');
  } finally {
    await broker.end();
  }
});

test('the framer counts alike however the bytes are cut', () => {
  const whole = Buffer.concat([hello('a'), packet(0x30, Buffer.alloc(128)), Buffer.from([0xc0, 0, 0xe0, 0])]);
  for (let size = 1; size <= whole.length; size++) {
    const framer = mqttFramer({ packetBytes: 1000, connectBytes: 1000 });
    let packets = 0;
    for (let at = 0; at < whole.length; at += size) {
      const seen = framer.feed(whole.subarray(at, at + size));
      assert.ok('packets' in seen);
      packets += seen.packets;
    }
    assert.is(packets, 4, `cut every ${size} bytes`);
    assert.ok(framer.connected());
  }
});

test.run();
