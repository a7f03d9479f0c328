import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { setPoint } from '../../src/app/client.ts';
import { openPlantSocket } from '../../src/app/plant-socket.ts';
import { spawnUnit } from '../../src/app/spawn-unit.ts';
import { pathsOf } from '../../src/core/paths.ts';
import { freeBase } from './free-base.ts';

interface Told {
  url: string;
  afterMs: number;
  body: Record<string, unknown>;
}

/** A webhook of the owner's and his ntfy server in one; the first try at the webhook finds it away. */
async function people() {
  const told: Told[] = [];
  let away = 1;
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    if (request.url === '/hook' && away-- > 0) return void response.writeHead(503).end();
    told.push({ url: request.url!, afterMs: performance.now(), body });
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { told, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

const quiet = (reasons: readonly { text: string }[]) =>
  reasons.some(({ text }) => text.startsWith('quiet until 06:00'));

test('a compressor that locks at night is told by webhook and ntfy within a minute, by the unit as it runs', async () => {
  const seen = await people();
  const unit = spawnUnit({
    portBase: await freeBase(),
    // 02:30 in the house.
    config: `sim: { startsAt: '2025-01-15T01:30:00Z' }
house: { comfort: { quiet: { maxPct: 50 } } }
notify: { webhook: '${seen.url}/hook', ntfy: '${seen.url}/a-name-nobody-guesses' }
`,
    args: ['--speed', '20'],
  });
  try {
    await unit.until(({ control }) => control?.safety === 'S0', 60_000);
    await setPoint(unit.url, 'roomSetC', 25);
    await unit.until(({ control }) => (control?.sensors.compressorHz?.value ?? 0) > 20, 120_000);
    assert.ok(quiet((await unit.state()).control!.reasons), 'it is night by the clock of the house');
    assert.equal(seen.told, [], 'so far nobody was woken');

    const plant = await openPlantSocket(pathsOf(unit.home).sockets.plant);
    await plant.inject({ plant: 'compressorLocked' });
    plant.close();
    const brokenMs = performance.now();
    while (seen.told.length < 2 && performance.now() - brokenMs < 60_000) await new Promise((r) => setTimeout(r, 50));

    for (const [path, words] of [
      ['/hook', 'text'],
      ['/', 'message'],
    ] as const) {
      const { afterMs, body } = seen.told.find(({ url }) => url === path)!;
      assert.ok(afterMs - brokenMs < 60_000, `${path}: ${afterMs - brokenMs} ms`);
      assert.match(String(body[words]), /the compressor draws \d+ W and does not turn; its rotor may be locked/);
    }
    const hook = seen.told.find(({ url }) => url === '/hook')!.body;
    assert.equal([hook.unit, hook.level, hook.code], ['heatmine', 'fault', 'safety-S3']);
    assert.is(new Date(Number(hook.timeMs)).toISOString().slice(0, 13), '2025-01-15T01');
    const ntfy = seen.told.find(({ url }) => url === '/')!.body;
    assert.equal([ntfy.topic, ntfy.priority], ['a-name-nobody-guesses', 5]);
  } finally {
    await unit.stop();
    seen.close();
  }
});

test.run();
