import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createAccelHost, serveAccelHost } from '../../src/hal/accel-host.ts';
import { openLinuxBuses } from '../../src/hal/buses/linux.ts';
import type { Device } from '../../src/hal/types.ts';
import { codeOf, monoMs, sensors, slotOn } from './linux-slot.ts';
import { loopMs, until } from './patience.ts';

/** An accelerator's own host behind a real socket. */
const dir = mkdtempSync(join(tmpdir(), 'hm-accel-'));

/** Cards that remember every cap, and hang on demand. */
function cards() {
  const caps: { capW: number; atMs: number }[] = [];
  const state = { hangs: false };
  const device: Device = {
    async poll() {
      if (state.hangs) await new Promise(() => undefined);
      return { powerW: { value: 900, atMs: monoMs() }, chipC: { value: Number.NaN, atMs: 0, fault: 'no sensor' } };
    },
    async write(_channel, capW) {
      caps.push({ capW, atMs: monoMs() });
      return capW;
    },
  };
  return { caps, state, device };
}

test('accel-host: reads with age and faults, confirms the cap, and the HAL renews it at half its life', async () => {
  const path = join(dir, 'a.sock');
  const { caps, device } = cards();
  const server = await serveAccelHost(createAccelHost(device, monoMs), { path });
  const { slot, buses } = slotOn(
    { kind: 'host', path },
    {
      driver: 'accel-host',
      params: { bus: 'b', ttlS: 1.5 },
      sensors: sensors({ accelW: 'powerW', accelChipC: 'chipC' }),
    },
  );
  assert.is(slot.rewriteMs, 750);
  assert.is(await slot.poll(), undefined);
  assert.is(slot.readings.accelW?.value, 900);
  assert.match(slot.readings.accelChipC?.reason ?? '', 'no sensor');
  assert.is(await slot.write('capW', 700), 700);
  assert.is(caps.at(-1)?.capW, 700);
  await buses.close();
  await server.close();
});

test('accel-host: a controller that falls silent loses its cap at the host itself, in time and only then', async () => {
  const path = join(dir, 'b.sock');
  const { caps, device } = cards();
  const server = await serveAccelHost(createAccelHost(device, monoMs), { path });
  await until('a first cap', 400, () => caps.length > 0);
  assert.equal(
    caps.map((c) => c.capW),
    [0],
    'nothing is allowed before the first word',
  );
  const bus = openLinuxBuses({ buses: { b: { kind: 'host', path } } }, monoMs);
  for (let i = 0; i < 4; i++) {
    assert.is((await bus.host('b').ask({ op: 'cap', capW: 500, ttlMs: 3000 })).capW, 500);
    await sleep(1000);
  }
  const renewedMs = caps.at(-1)!.atMs;
  assert.ok(
    caps.slice(1).every((c) => c.capW === 500),
    'renewed in time it stays',
  );
  await bus.close();
  const closedMs = loopMs();
  await until('the drop', 3600, () => caps.at(-1)!.capW === 0);
  assert.ok(caps.at(-1)!.atMs - renewedMs >= 2990, `${caps.at(-1)!.atMs - renewedMs} ms`);
  assert.ok(loopMs() - closedMs < 3600);
  await server.close();
});

test('accel-host: hangs are BUS_TIMEOUT after a second; the host gone is BUS_CLOSED; back again it is found', async () => {
  const path = join(dir, 'c.sock');
  const { state, device } = cards();
  let server = await serveAccelHost(createAccelHost(device, monoMs), { path });
  const buses = openLinuxBuses({ buses: { b: { kind: 'host', path } } }, monoMs);
  const host = buses.host('b');
  await host.ask({ op: 'read' });
  state.hangs = true;
  const fromMs = loopMs();
  assert.is(await codeOf(host.ask({ op: 'read' })), 'BUS_TIMEOUT');
  assert.ok(loopMs() - fromMs < 1300);
  state.hangs = false;
  await host.ask({ op: 'read' });
  await server.close();
  let code = '';
  for (let tries = 0; tries < 50 && code !== 'BUS_CLOSED'; tries++) code = await codeOf(host.ask({ op: 'read' }));
  assert.is(code, 'BUS_CLOSED');
  server = await serveAccelHost(createAccelHost(device, monoMs), { path });
  for (const startMs = loopMs(); (await codeOf(host.ask({ op: 'read' }))) !== 'ok'; await sleep(50)) {
    assert.ok(loopMs() - startMs < 3000, 'found again');
  }
  await buses.close();
  assert.is(await codeOf(host.ask({ op: 'read' })), 'BUS_CLOSED');
  await server.close();
});

test('accel-host: the word of the token file goes along; without the file it is told what to do', async () => {
  const path = join(dir, 'e.sock');
  const { device } = cards();
  const server = await serveAccelHost(createAccelHost(device, monoMs, 'a word of many letters'), { path });
  const file = join(dir, 'token');
  const spec = { kind: 'host' as const, path, tokenFile: file };
  const before = openLinuxBuses({ buses: { b: spec } }, monoMs);
  const error = await before
    .host('b')
    .ask({ op: 'read' })
    .catch((e) => e);
  assert.is(error.code, 'BUS_CLOSED');
  assert.match(error.message, /token.*write the token/);
  writeFileSync(file, 'a word of many letters\n');
  assert.ok((await before.host('b').ask({ op: 'read' })).samples);
  await before.close();
  writeFileSync(file, 'another\n');
  const wrong = openLinuxBuses({ buses: { b: spec } }, monoMs);
  assert.is(await codeOf(wrong.host('b').ask({ op: 'read' })), 'BUS_NOISE');
  await wrong.close();
  await server.close();
});

test('accel-host: a token where one is asked for; rubbish is refused and an endless line cut off', async () => {
  const { caps, device } = cards();
  const host = createAccelHost(device, monoMs, 'a word of many letters');
  const server = await serveAccelHost(host, { host: '127.0.0.1', port: 0 }).catch(() => undefined);
  assert.match((await host.answer({ id: 1, op: 'cap', capW: 900, ttlMs: 1000 })).error as string, 'token');
  assert.match((await host.answer({ id: 1, op: 'read', token: 'wrong' })).error as string, 'token');
  assert.ok((await host.answer({ id: 1, op: 'read', token: 'a word of many letters' })).samples);
  for (const rubbish of [
    undefined,
    3,
    {},
    { id: 1, op: 'cap', capW: -1, ttlMs: 1000 },
    { id: 1, op: 'cap', capW: 1, ttlMs: 1 },
  ])
    assert.ok((await host.answer(rubbish)).error);
  assert.ok(caps.every((c) => c.capW === 0));
  await server?.close();
  const path = join(dir, 'd.sock');
  const onPath = await serveAccelHost(createAccelHost(device, monoMs), { path });
  const socket = connect(path).on('error', () => undefined);
  let text = '';
  let closed = false;
  socket.on('data', (d) => (text += d)).on('close', () => (closed = true));
  socket.write('nonsense\n');
  await until('an answer', 1000, () => text.includes('\n'));
  assert.match(text, 'not a request');
  socket.write('x'.repeat(20_000));
  await until('cut off', 1000, () => closed);
  await onPath.close();
});

test.run();
