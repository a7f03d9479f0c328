import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createClient } from '../../../src/net/client/client.ts';
import { ClientError } from '../../../src/net/client/fault.ts';
import { patiently } from '../../../src/net/client/patience.ts';
import { codeOf } from '../swarm/peers.ts';
import { eventually, SERVE, testSwarm } from '../swarm/swarm.ts';

const refusal = (retryAfterS?: number, code = 'NO_SUNSHINE') => new ClientError(code, 'no', retryAfterS);

test('waits when the time is told and patience reaches so far, else not; giving up ends the wait', async () => {
  const run = async (errors: Error[], patienceS?: number, signal?: AbortSignal) => {
    let asked = 0;
    const ask = async () => {
      asked++;
      const error = errors.shift();
      if (error) throw error;
      return 'so';
    };
    const waits: number[] = [];
    const options = {
      ...(patienceS && { patienceS }),
      ...(signal && { signal }),
      onWait: (at: number) => waits.push(at),
    };
    const came = await patiently(ask, options).catch((error) => error.code ?? error.name);
    return { came, asked, waits: waits.length };
  };
  assert.equal(await run([refusal(0.01)]), { came: 'NO_SUNSHINE', asked: 1, waits: 0 });
  assert.equal(await run([refusal(0.01)], 5), { came: 'so', asked: 2, waits: 1 });
  assert.equal(await run([refusal()], 5), { came: 'NO_SUNSHINE', asked: 1, waits: 0 });
  assert.equal(await run([refusal(60)], 5), { came: 'NO_SUNSHINE', asked: 1, waits: 0 });
  assert.equal(await run([refusal(0.01, 'BUSY')], 5), { came: 'BUSY', asked: 1, waits: 0 });
  // In all, not each time.
  assert.equal(await run([refusal(0.01), refusal(0.01)], 2), { came: 'NO_SUNSHINE', asked: 2, waits: 1 });
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 20);
  assert.equal(await run([refusal(3000)], 5000, stop.signal), { came: 20, asked: 1, waits: 1 });
});

test('a node without free watts tells when they are next expected, over two relays; the client asks again then', async () => {
  const swarm = testSwarm();
  try {
    const entry = await swarm.node({ relay: true });
    const bootstrap = [`127.0.0.1:${entry.port}`];
    const inS = (s: number) => Date.now() + s * 1000;
    const dark = { unit: { freeW: 0, nextFreeMs: inS(3600) } };
    await swarm.node({ bootstrap, serve: SERVE }, false, dark);
    const client = createClient({ relays: [{ url: entry.url, key: entry.key }], nearRelays: true });
    const messages = [{ role: 'user' as const, content: 'why is my flow too low?' }];
    const refused = await eventually(async () => {
      const error = await client.ask({ messages }).then(
        () => undefined,
        (fault: ClientError) => fault,
      );
      if (error?.code !== 'NO_SUNSHINE') throw error;
      return error;
    }, 90_000);
    assert.ok(refused.retryAfterS! > 3000 && refused.retryAfterS! <= 3600, String(refused.retryAfterS));
    assert.match(refused.message, /next \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    const stop = new AbortController();
    let untilMs = 0;
    const waiting = client.ask({
      ...{ messages, patienceS: 7200, signal: stop.signal },
      onWait: (at) => {
        untilMs = at;
        stop.abort();
      },
    });
    assert.is(await codeOf(waiting), 20);
    assert.ok(Math.abs(untilMs - dark.unit.nextFreeMs) < 120_000);
  } finally {
    await swarm.end();
  }
});

test.run();
