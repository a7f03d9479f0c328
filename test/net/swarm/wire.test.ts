import { randomBytes } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { FRAME_COST_BYTES, WINDOW_BYTES } from '../../../src/net/swarm/wire/frames.ts';
import { sleep, until } from '../helpers.ts';
import { all, codeOf, ECHO, testPeers } from './peers.ts';

const LIMIT_MS = 20_000;

test('both ends know each other by proven key and role', async () => {
  const peers = await testPeers({ roles: ['expert'] });
  const me = freshIdentity();
  const connection = await peers.dial({ identity: me, roles: ['relay'] });
  await until('arrival', () => peers.arrived[0], LIMIT_MS);
  assert.equal(connection.peer, { key: peers.identity.id, roles: ['expert'], version: 1 });
  assert.equal(peers.arrived[0]!.peer, { key: me.id, roles: ['relay'], version: 1 });
  await peers.end();
});

test('a dialler that expects another key goes away', async () => {
  const peers = await testPeers();
  assert.is(await codeOf(peers.dial({ expect: freshIdentity().id })), 'PEER_INVALID');
  assert.is((await peers.dial({ expect: peers.identity.id })).peer.key, peers.identity.id);
  await peers.end();
});

test('nobody there is NOT_RUNNING', async () => {
  const peers = await testPeers();
  await peers.end();
  assert.is(await codeOf(peers.dial()), 'NOT_RUNNING');
});

test('frames come back whole and in order, far beyond the credit window', async () => {
  const peers = await testPeers();
  const connection = await peers.dial();
  const stream = connection.open([]);
  const sent = Array.from({ length: 40 }, (_, i) => randomBytes(i % 3 ? 60_000 : i));
  const sending = (async () => {
    for (const frame of sent) await stream.send(frame);
    await stream.send(Buffer.alloc(0), true);
  })();
  const back: Buffer[] = [];
  for await (const frame of stream.frames()) back.push(frame);
  await sending;
  assert.is(back.length, 42);
  for (const [i, frame] of sent.entries()) assert.ok(frame.equals(back[i]!), `frame ${i}`);
  assert.ok(stream.closed.aborted);
  await peers.end();
});

test('a reader that does not read stops its writer, and no other stream', async () => {
  let sent = 0;
  const peers = await testPeers({
    handlers: {
      ...ECHO,
      async onOpen(stream, path) {
        if (path.length === 0) return ECHO.onOpen(stream, path, undefined as never);
        try {
          for (;;) {
            await stream.send(Buffer.alloc(1000));
            sent++;
          }
        } catch {
          // Closed by the reader.
        }
      },
    },
  });
  const connection = await peers.dial();
  const mute = connection.open([{ key: peers.identity.id }]);
  const full = Math.floor(WINDOW_BYTES / (1000 + FRAME_COST_BYTES));
  await until('a full window', () => sent === full, LIMIT_MS);
  const other = connection.open([]);
  await other.send(Buffer.from('still here'), true);
  assert.is(String(await all(other.frames())), 'still here');
  assert.is(sent, full);
  const reader = mute.frames();
  for (let i = 0; i < full; i++) await reader.next();
  await until('more after reading', () => sent > full, LIMIT_MS);
  mute.close('BUSY', 'enough');
  await peers.end();
});

test('a closed stream tells why, on both sides; the end of a connection ends its streams', async () => {
  const reasons: string[] = [];
  const peers = await testPeers({
    handlers: {
      ...ECHO,
      async onOpen(stream, path) {
        if (path.length === 0) return stream.close('NO_POWER', 'no watts\u001b[2J now');
        await codeOf(stream.frames().next()).then((code) => reasons.push(code));
      },
    },
  });
  const connection = await peers.dial();
  try {
    await connection.open([]).frames().next();
    assert.unreachable();
  } catch (error) {
    assert.is((error as { code: string }).code, 'NO_POWER');
    assert.is((error as Error).message, 'no watts [2J now');
  }
  const other = connection.open([{ key: peers.identity.id }]);
  other.close('BUSY', 'changed my mind');
  await until('their reason', () => reasons.length === 1, LIMIT_MS);
  assert.equal(reasons, ['BUSY']);
  const last = connection.open([{ key: peers.identity.id }]);
  const ended = codeOf(last.frames().next());
  await sleep(0);
  await peers.end();
  assert.is(await ended, 'NOT_RUNNING');
});

test('at most so many streams of one peer at once', async () => {
  const peers = await testPeers({ handlers: { ...ECHO, onOpen: () => {} }, limits: { streams: 4 } });
  const connection = await peers.dial();
  const streams = Array.from({ length: 5 }, () => connection.open([]));
  assert.is(await codeOf(streams[4]!.frames().next()), 'BUSY');
  streams[0]!.close('BUSY', 'room');
  const sixth = connection.open([]);
  const first = await Promise.race([codeOf(sixth.frames().next()), sleep(300).then(() => 'open')]);
  assert.is(first, 'open');
  await peers.end();
});

test('a peer of no use is let go, one that is kept stays', async () => {
  const peers = await testPeers({ limits: { pingMs: 400, idleMs: 300 } });
  const kept = await peers.dial();
  await until('arrival', () => peers.arrived[0], LIMIT_MS);
  peers.arrived[0]!.keep = true;
  const idle = await peers.dial();
  await until('the idle one gone', () => idle.closed.aborted, LIMIT_MS);
  assert.not.ok(kept.closed.aborted);
  await peers.end();
});

test.run();
