import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PromisifiedBus } from 'i2c-bus';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HeatmineError } from '../../src/core/errors.ts';
import { clockFree, recoverI2c, type Wires } from '../../src/hal/buses/i2c-recovery.ts';
import { openLinuxI2c } from '../../src/hal/buses/linux-i2c.ts';
import { loopMs, until } from './patience.ts';

const monoMs = () => performance.now();

/** The native add-on's place: each word read ends as the test says. */
function rig(recover: () => Promise<void> = async () => undefined) {
  const errors: (string | 'hang')[] = [];
  const state = { calls: 0, opened: 0, closed: 0, release: () => {} };
  // As i2c-bus makes them: without a name for the one number that Node does not know.
  const failing = (code: string) =>
    Object.assign(new Error(`${code}, from the kernel`), code === 'EREMOTEIO' ? { code: '', errno: 121 } : { code });
  const fake = {
    async readWord() {
      state.calls += 1;
      const error = errors.shift();
      if (error === 'hang') await new Promise<void>((resolve) => (state.release = resolve));
      else if (error) throw failing(error);
      return 0x1701;
    },
    async close() {
      state.closed += 1;
    },
  } as unknown as PromisifiedBus;
  const open = async () => {
    state.opened += 1;
    return fake;
  };
  const i2c = openLinuxI2c({ path: '/dev/i2c-9', bus: 'i2c1', monoMs, recover, open });
  const read = () => i2c.transfer(0x48, Uint8Array.of(0x0f), 2);
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'ok',
      (e: HeatmineError) => e.code,
    );
  return { errors, state, i2c, read, codeOf };
}

test('one garbled byte or missing acknowledge is tried again, and counted', async () => {
  const { errors, i2c, read } = rig();
  errors.push('EIO');
  assert.equal([...(await read())], [0x01, 0x17]);
  errors.push('ENXIO');
  assert.equal([...(await read())], [0x01, 0x17]);
  const { ok, retries, noise, absent } = i2c.health();
  assert.equal({ ok, retries, noise, absent }, { ok: 2, retries: 2, noise: 0, absent: 0 });
});

test('absent, noise and stuck are told apart, with bus and address', async () => {
  const { errors, i2c, read } = rig();
  const cases = [
    [['ENXIO', 'EREMOTEIO'], 'BUS_ABSENT'],
    [['EIO', 'EPROTO', 'EAGAIN'], 'BUS_NOISE'],
    [['ETIMEDOUT'], 'BUS_STUCK'],
  ] as const;
  for (const [thrown, code] of cases) {
    errors.push(...thrown);
    const error = await read().catch((e) => e);
    assert.instance(error, HeatmineError);
    assert.is(error.code, code);
    assert.match(error.message, /^i2c1 0x48: /);
    assert.is(errors.length, 0, 'every try was made');
  }
  const { absent, noise, stuck } = i2c.health();
  assert.equal({ absent, noise, stuck }, { absent: 1, noise: 1, stuck: 1 });
});

test('a kernel that hangs costs the caller 100 ms, one thread, and nobody else anything; then the bus is back', async () => {
  const { errors, state, read, codeOf } = rig();
  errors.push('hang');
  const [startedMs, startedLoopMs] = [monoMs(), loopMs()];
  const results = await Promise.all([read(), read(), read(), read()].map(codeOf));
  const tookMs = monoMs() - startedMs;
  assert.equal(results, Array(4).fill('BUS_STUCK'));
  assert.ok(tookMs > 90, `${tookMs} ms for all four`);
  assert.ok(loopMs() - startedLoopMs < 180, `${tookMs} ms for all four`);
  assert.is(state.calls, 1, 'only the first went to the kernel');
  state.release();
  await sleep(1);
  assert.is(await codeOf(read()), 'ok');
});

test('a bus found held three times is freed once, with its device file closed; a failing attempt is told', async () => {
  let freed = 0;
  const { errors, state, i2c, read, codeOf } = rig(async () => {
    freed += 1;
    assert.is(state.closed, 1, 'closed before');
    await sleep(20);
  });
  errors.push('ETIMEDOUT', 'ETIMEDOUT', 'EBUSY');
  for (let n = 0; n < 3; n++) assert.is(await codeOf(read()), 'BUS_STUCK');
  assert.is(await codeOf(read()), 'BUS_STUCK', 'while it is being freed');
  await until('freed', 200, () => i2c.health().recoveries === 1);
  assert.is(await codeOf(read()), 'ok');
  assert.equal([freed, state.opened, i2c.health().recoveries], [1, 2, 1]);
  const broken = rig(async () => {
    throw new Error('SDA held for good');
  });
  broken.errors.push('ETIMEDOUT', 'ETIMEDOUT', 'ETIMEDOUT');
  for (let n = 0; n < 3; n++) assert.is(await broken.codeOf(broken.read()), 'BUS_STUCK');
  await until('told', 200, () => broken.i2c.health().lastError?.includes('freed') === true);
  assert.is(broken.i2c.health().lastError, 'i2c1: cannot be freed: SDA held for good');
  assert.is(broken.i2c.health().recoveries, 0);
});

/** A chip that was cut off while it sent zeros: lets go of the data line after this many clocks. */
function heldWires(clocks: number) {
  const log: string[] = [];
  let left = clocks;
  let low: 0 | 1 = 1;
  const wires: Wires = {
    scl(level) {
      if (level === 1 && low === 0) left -= 1;
      low = level;
      log.push(`c${level}`);
    },
    sda: (level) => void log.push(`d${level}`),
    sdaLevel: () => (left > 0 ? 0 : 1),
    close: () => void log.push('closed'),
  };
  return { wires, log };
}

test('the chip gets as many clocks as it needs, nine at the most, and a stop', async () => {
  const held = heldWires(4);
  assert.is(await clockFree(held.wires), true);
  assert.is(held.log.filter((e) => e === 'c0').length, 5, 'four, and the one of the stop');
  assert.equal(held.log.slice(-4), ['c0', 'd0', 'c1', 'd1']);
  assert.is(await clockFree(heldWires(10).wires), false);
});

test('recovery: driver off, clocks, driver back; and what is missing is said', async () => {
  const root = mkdtempSync(join(tmpdir(), 'heatmine-i2c-'));
  const device = join(root, 'devices', 'fe804000.i2c');
  const driver = join(root, 'driver');
  mkdirSync(join(device, 'i2c-1'), { recursive: true });
  mkdirSync(driver);
  mkdirSync(join(root, 'bus'));
  symlinkSync(join(device, 'i2c-1'), join(root, 'bus', 'i2c-1'));
  const held = heldWires(2);
  const options = {
    sysfs: join(root, 'bus'),
    wires: () => {
      assert.ok(existsSync(join(driver, 'unbind')) && !existsSync(join(driver, 'bind')), 'the driver is off');
      return held.wires;
    },
  };
  const lines = { chip: 'x', sda: 2, scl: 3 };
  const without = await recoverI2c('/dev/i2c-1', 'i2c1', lines, options).catch((e) => e);
  assert.match(without.message, /i2c1: its adapter cannot be reset; cut its power/);
  symlinkSync(driver, join(device, 'driver'));
  await recoverI2c('/dev/i2c-1', 'i2c1', lines, options);
  for (const file of ['unbind', 'bind']) assert.is(readFileSync(join(driver, file), 'utf8'), 'fe804000.i2c\n');
  assert.is(held.log.at(-1), 'closed');
  const gone = await recoverI2c('/dev/i2c-7', 'i2c1', lines, options).catch((e) => e);
  assert.match(gone.message, /i2c-7 is gone; was the adapter unplugged/);
  rmSync(join(driver, 'bind'));
  const stubborn = { ...options, wires: () => heldWires(99).wires };
  const error = await recoverI2c('/dev/i2c-1', 'i2c1', lines, stubborn).catch((e) => e);
  assert.match(error.message, /holds SDA low for good/);
  assert.ok(existsSync(join(driver, 'bind')), 'put back all the same');
  rmSync(root, { recursive: true });
});

test.run();
