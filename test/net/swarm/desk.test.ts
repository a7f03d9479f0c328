/** What a desk does before it looks into a request, and how its refusals look from outside. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeClient } from '../../../src/net/ask/compute-client.ts';
import { createDesk, type DeskOptions } from '../../../src/net/swarm/desk.ts';
import { CLEAR, mark, SEALED, type Unsealer } from '../../../src/net/swarm/query.ts';
import type { Connection } from '../../../src/net/swarm/wire/connection.ts';
import { prefixOf } from '../../../src/net/swarm/wire/prefix.ts';
import type { Stream } from '../../../src/net/swarm/wire/stream.ts';
import { log } from '../helpers.ts';

const NEVER = new AbortController().signal;
const FIND = { v: 1, find: { topics: ['heating'], limit: 1 } };

interface Answered {
  /** Of the last reply, or what the stream was closed with. */
  said: string;
  /** Sizes of the payloads. */
  sizes: number[];
}

function testDesk(over: Partial<DeskOptions> = {}) {
  const desk = createDesk({
    ...{ slots: { enter: () => undefined, count: () => 0 }, offered: new Set<string>(), log },
    compute: { answer: () => assert.unreachable() } as unknown as Pick<ComputeClient, 'answer'>,
    find: async () => ({ type: 'found', descriptors: [] }),
    viaOf: ({ address, peer }) => (peer.key ? { relay: peer.key } : { prefix: prefixOf(address) }),
    bandwidthBytesPerS: 10_000,
    ...over,
  });
  return async (request: Buffer, { address = '203.0.113.9', key = '' } = {}): Promise<Answered> => {
    const answered: Answered = { said: '', sizes: [] };
    const stream = {
      async *frames() {
        yield request;
      },
      async send(payload: Uint8Array) {
        answered.sizes.push(payload.length);
        const { type, code } = JSON.parse(Buffer.from(payload.subarray(1)).toString());
        answered.said = code ?? type;
      },
      close: (code: string) => (answered.said = `closed ${code}`),
      ...{ closed: NEVER, isClosed: false },
    } as unknown as Stream;
    await desk(stream, { address, peer: { key, roles: [] } } as unknown as Connection);
    return answered;
  };
}

const asked = (mode: number, what: unknown) => mark(mode, Buffer.from(JSON.stringify(what)));
/** Opens everything, and seals by no change: what it would have padded can be seen. */
function glass() {
  const made = { opened: 0 };
  const unsealer: Unsealer = {
    key: '',
    async open(sealed) {
      made.opened++;
      return { request: sealed, seal: (bytes) => bytes };
    },
  };
  return { made, unsealer };
}

test('who floods a relay with small look-ups uses up its own share of the bandwidth, not that of others', async () => {
  const ask = testDesk();
  const flood = await Promise.all(Array.from({ length: 300 }, () => ask(asked(CLEAR, FIND))));
  assert.ok(flood.some(({ said }) => said === 'found') && flood.some(({ said }) => said === 'RATE_LIMITED'));
  assert.is((await ask(asked(CLEAR, FIND), { address: '198.51.100.7' })).said, 'found');
});

test('a relay that the owner chose takes three quarters at most, whoever it brings', async () => {
  const ask = testDesk();
  const flood = await Promise.all(Array.from({ length: 300 }, () => ask(asked(CLEAR, FIND), { key: 'relay one' })));
  const served = flood.filter(({ said }) => said === 'found').length;
  assert.ok(served >= 10 && served < 30, `${served} of 300`);
  assert.is((await ask(asked(CLEAR, FIND), { key: 'relay two' })).said, 'found');
  assert.is((await ask(asked(CLEAR, FIND))).said, 'found');
});

test('what a share has no room for is not even opened', async () => {
  const { made, unsealer } = glass();
  const ask = testDesk({ unsealer });
  const flood = await Promise.all(Array.from({ length: 300 }, () => ask(asked(SEALED, FIND))));
  const refused = flood.filter(({ said }) => said === 'closed RATE_LIMITED').length;
  assert.ok(refused > 200, `${refused} refused`);
  assert.is(made.opened, 300 - refused);
});

test('a sealed request that is none is refused in the shape of the shortest answer, a look-up in that of a look-up', async () => {
  const ask = testDesk({ unsealer: glass().unsealer, bandwidthBytesPerS: 1e9 });
  const short = await ask(
    asked(SEALED, { v: 1, expert: 'nobody', messages: [{ role: 'user', content: 'hi' }], maxPrice: 0 }),
  );
  assert.is(short.said, 'NOT_OFFERED');
  assert.is(short.sizes.length, 16);
  for (const bad of [mark(SEALED, Buffer.from('{')), asked(SEALED, { v: 1 }), asked(SEALED, [])]) {
    const { said, sizes } = await ask(bad);
    assert.is(said, 'MESSAGE_INVALID');
    assert.equal(sizes, short.sizes);
  }
  const looked = await ask(asked(SEALED, FIND));
  const refused = await ask(asked(SEALED, { v: 1, find: {} }));
  assert.equal([looked.said, refused.said], ['found', 'MESSAGE_INVALID']);
  assert.equal(refused.sizes, looked.sizes);
});

test('the cap of the bandwidth is one: what goes beyond waits, and then new requests are refused', async () => {
  const descriptors = Array(12).fill('d'.repeat(1300));
  const ask = testDesk({ find: async () => ({ type: 'found', descriptors }), bandwidthBytesPerS: 50_000 });
  const startMs = performance.now();
  // Each from a prefix of its own, 16 kB: what ten seconds let out at once, and two and a half seconds' worth more.
  const first = Array.from({ length: 40 }, (_, i) => ask(asked(CLEAR, FIND), { address: `198.51.${i}.7` }));
  await new Promise((resolve) => setImmediate(resolve));
  assert.is((await ask(asked(CLEAR, FIND), { address: '198.51.39.7' })).said, 'RATE_LIMITED', 'one still waits');
  const newcomer = ask(asked(CLEAR, FIND));
  assert.is((await newcomer).said, 'found', 'who had nothing yet has its turn');
  const sizes = (await Promise.all(first)).flatMap((answer) => answer.sizes);
  const sent = sizes.reduce((a, b) => a + b, 0);
  const passedS = (performance.now() - startMs) / 1000;
  assert.ok(sent - sizes[0]! <= (10 + passedS) * 50_000, `${sent} bytes in ${passedS} s`);
  assert.is((await ask(asked(CLEAR, FIND))).said, 'found', 'once it is not behind any more');
});

test.run();
