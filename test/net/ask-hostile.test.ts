import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SUBPROTOCOL } from '../../src/contract/wire.ts';
import { dial, question, withNet } from './ask-rig.ts';
import { closed, PROMPT_MS, until } from './helpers.ts';

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

test.run();
