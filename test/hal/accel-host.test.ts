import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HeatmineError } from '../../src/core/errors.ts';
import { createAccelHost, serveAccelHost } from '../../src/hal/accel-host.ts';
import type { BoardDevice, BusSpec } from '../../src/hal/board.ts';
import { openLinuxBuses } from '../../src/hal/buses/linux.ts';
import { createSlot } from '../../src/hal/device-slot.ts';
import type { Device } from '../../src/hal/types.ts';

/** The Linux back ends for files and for an accelerator's own host, on a directory and on a real socket. */
const monoMs = () => performance.now();
const dir = mkdtempSync(join(tmpdir(), 'hm-accel-'));
const slotOn = (spec: BusSpec, device: Omit<BoardDevice, 'actuators'> & Partial<BoardDevice>) => {
  const buses = openLinuxBuses({ buses: { b: spec } }, monoMs);
  const slot = createSlot('dut', { actuators: {}, ...device }, { buses, monoMs }, () => undefined);
  return { buses, slot };
};
const sensors = (channels: Record<string, string>) =>
  Object.fromEntries(Object.entries(channels).map(([p, channel]) => [p, { channel, maxAgeMs: 1500, note: 'test' }]));

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    assert.instance(error, HeatmineError);
    return (error as HeatmineError).code;
  }
}

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
  await sleep(300);
  assert.equal(
    caps.map((c) => c.capW),
    [0],
    'nothing is allowed before the first word',
  );
  const bus = openLinuxBuses({ buses: { b: { kind: 'host', path } } }, monoMs);
  for (let i = 0; i < 4; i++) {
    assert.is((await bus.host('b').ask({ op: 'cap', capW: 500, ttlMs: 600 })).capW, 500);
    await sleep(300);
  }
  const renewedMs = caps.at(-1)!.atMs;
  assert.ok(
    caps.slice(1).every((c) => c.capW === 500),
    'renewed in time it stays',
  );
  await bus.close();
  await sleep(900);
  const drop = caps.at(-1)!;
  assert.is(drop.capW, 0);
  assert.ok(drop.atMs - renewedMs >= 590 && drop.atMs - renewedMs < 1100, `${drop.atMs - renewedMs} ms`);
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
  const fromMs = monoMs();
  assert.is(await codeOf(host.ask({ op: 'read' })), 'BUS_TIMEOUT');
  assert.ok(monoMs() - fromMs < 1300);
  state.hangs = false;
  await host.ask({ op: 'read' });
  await server.close();
  await sleep(20);
  assert.is(await codeOf(host.ask({ op: 'read' })), 'BUS_CLOSED');
  server = await serveAccelHost(createAccelHost(device, monoMs), { path });
  for (const startMs = monoMs(); (await codeOf(host.ask({ op: 'read' }))) !== 'ok'; await sleep(50)) {
    assert.ok(monoMs() - startMs < 3000, 'found again');
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
  await sleep(50);
  assert.match(text, 'not a request');
  socket.write('x'.repeat(20_000));
  await sleep(100);
  assert.ok(closed);
  await onPath.close();
});

/** A w1 slave and an AMD card as the kernel lays them out. */
function tree(): string {
  const root = mkdtempSync(join(dir, 'sys-'));
  mkdirSync(join(root, '28-0316a2791eff'));
  writeFileSync(join(root, '28-0316a2791eff/w1_slave'), '72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 t=23125\n');
  const card = join(root, '0000:03:00.0');
  mkdirSync(join(card, 'hwmon/hwmon4'), { recursive: true });
  const files = {
    gpu_busy_percent: 99,
    mem_info_vram_used: 4e9,
    mem_info_vram_total: 16e9,
    'hwmon/hwmon4/power1_average': 187e6,
    'hwmon/hwmon4/temp1_input': 55_000,
    'hwmon/hwmon4/temp2_input': 63_000,
    'hwmon/hwmon4/power1_cap': 220e6,
    'hwmon/hwmon4/power1_cap_min': 100e6,
    'hwmon/hwmon4/power1_cap_max': 240e6,
  };
  for (const [name, value] of Object.entries(files)) writeFileSync(join(card, name), `${value}\n`);
  return root;
}

test('files: a DS18B20 and an AMD card read and capped through the real file system', async () => {
  const root = tree();
  const w1 = slotOn(
    { kind: 'files', dir: root },
    {
      driver: 'ds18b20',
      params: { bus: 'b', node: '28-0316a2791eff' },
      sensors: sensors({ hotWaterC: 'temperatureC' }),
    },
  );
  assert.is(await w1.slot.poll(), undefined);
  assert.is(w1.slot.readings.hotWaterC?.value, 23.125);
  const amd = slotOn(
    { kind: 'files', dir: root },
    {
      driver: 'amdgpu',
      params: { bus: 'b', nodes: ['0000:03:00.0'] },
      sensors: sensors({ accelW: 'powerW', accelChipC: 'chipC' }),
    },
  );
  assert.is(await amd.slot.poll(), undefined);
  assert.equal([amd.slot.readings.accelW?.value, amd.slot.readings.accelChipC?.value], [187, 63]);
  assert.is(await amd.slot.write('capW', 150), 150);
  assert.is(readFileSync(join(root, '0000:03:00.0/hwmon/hwmon4/power1_cap'), 'utf8').trim(), '150000000');
  assert.is(await amd.slot.write('capW', 0), 100, 'the card accepts no less; the contactor is what turns it off');
});

test('files: what is missing, not permitted or a directory is told by code', async () => {
  const root = tree();
  const buses = openLinuxBuses({ buses: { b: { kind: 'files', dir: root } } }, monoMs);
  const files = buses.files('b');
  assert.is(await codeOf(files.read('28-0000/w1_slave')), 'BUS_ABSENT');
  assert.is(await codeOf(files.read('0000:03:00.0')), 'BUS_NOISE');
  assert.is(await codeOf(files.write('0000:03:00.0/nothing', '1')), 'BUS_ABSENT');
  assert.equal((await files.list('0000:03:00.0/hwmon')).sort(), ['hwmon4']);
  await buses.close();
  assert.is(await codeOf(files.read('28-0316a2791eff/w1_slave')), 'BUS_CLOSED');
});

test('files: a driver that sits on a read is given up after a second, costs nobody else a wait, and comes back', async () => {
  const root = tree();
  execFileSync('mkfifo', [join(root, 'stuck')]);
  const files = openLinuxBuses({ buses: { b: { kind: 'files', dir: root } } }, monoMs).files('b');
  const fromMs = monoMs();
  assert.is(await codeOf(files.read('stuck')), 'BUS_TIMEOUT');
  assert.ok(monoMs() - fromMs < 1300);
  const againMs = monoMs();
  assert.is(await codeOf(files.read('28-0316a2791eff/w1_slave')), 'BUS_TIMEOUT');
  assert.ok(monoMs() - againMs < 100, 'refused at once');
  closeSync(openSync(join(root, 'stuck'), 'w'));
  await sleep(50);
  assert.match(await files.read('28-0316a2791eff/w1_slave'), 't=23125');
});

test.run();
