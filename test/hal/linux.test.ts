import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SAFE_OUTPUTS } from '../../src/contract/points.ts';
import { HeatmineError } from '../../src/core/errors.ts';
import { loadBoard } from '../../src/hal/board.ts';
import { openLinuxBuses } from '../../src/hal/buses/linux.ts';
import { openLinuxCommand } from '../../src/hal/buses/linux-command.ts';
import { globalNumber } from '../../src/hal/buses/linux-gpio-sysfs.ts';
import { openLinuxI2c } from '../../src/hal/buses/linux-i2c.ts';
import { openHal } from '../../src/hal/hal.ts';
import { again, loopMs, until } from './patience.ts';

const monoMs = () => performance.now();

async function failure(work: Promise<unknown>): Promise<HeatmineError> {
  try {
    await work;
  } catch (error) {
    assert.instance(error, HeatmineError);
    return error as HeatmineError;
  }
  assert.unreachable('must fail');
  throw new Error('unreachable');
}

test('command: output, exit code, absent program', async () => {
  const sh = openLinuxCommand('/bin/sh', 'gpu');
  assert.is(await sh.run(['-c', 'echo 1, 2']), '1, 2\n');
  const refused = await failure(sh.run(['-c', 'echo wrong >&2; exit 3']));
  assert.is(refused.code, 'BUS_NOISE');
  assert.match(refused.message, /^gpu: \/bin\/sh ended with 3: wrong$/);
  const absent = await failure(openLinuxCommand('/no/such/tool', 'gpu').run([]));
  assert.is(absent.code, 'BUS_CLOSED');
});

test('command: a tool that hangs is given up after a second, and the next call works', async () => {
  const sh = openLinuxCommand('/bin/sh', 'gpu');
  const startedMs = loopMs();
  const hung = await failure(sh.run(['-c', 'exec sleep 30']));
  assert.is(hung.code, 'BUS_TIMEOUT');
  assert.ok(loopMs() - startedMs < 1300);
  assert.is(await again(() => sh.run(['-c', 'echo back'])), 'back\n');
});

test('command: a flood of output is cut off', async () => {
  const code = (await failure(openLinuxCommand('/bin/sh', 'gpu').run(['-c', 'yes']))).code;
  assert.ok(['BUS_NOISE', 'BUS_TIMEOUT'].includes(code), code);
});

test('i2c: a bus that does not exist says what to switch on', async () => {
  const i2c = openLinuxI2c({ path: '/dev/i2c-77', bus: 'i2c1', monoMs, recover: async () => undefined });
  const error = await failure(i2c.transfer(0x48, Uint8Array.of(0), 2));
  assert.is(error.code, 'BUS_CLOSED');
  assert.match(error.message, /\/dev\/i2c-77.*(dtparam=i2c_arm=on|npm rebuild i2c-bus)/);
  await i2c.close();
});

test('gpio: lines are found by chip label, whatever the kernel numbers them from', () => {
  const root = mkdtempSync(join(tmpdir(), 'heatmine-gpio-'));
  for (const [dir, base, label, lines] of [
    ['gpiochip512', 512, 'pinctrl-bcm2711', 58],
    ['gpiochip570', 570, 'raspberrypi-exp-gpio', 8],
  ] as const) {
    mkdirSync(join(root, dir));
    for (const [file, text] of Object.entries({ base, label, ngpio: lines }))
      writeFileSync(join(root, dir, file), `${text}\n`);
  }
  assert.is(globalNumber('pinctrl-bcm2711', 17, 'gpio0', root), 529);
  assert.throws(() => globalNumber('pinctrl-bcm2711', 58, 'gpio0', root), /has lines 0 to 57, not 58/);
  assert.throws(
    () => globalNumber('pinctrl-rp1', 1, 'gpio0', root),
    /no GPIO chip "pinctrl-rp1"; this machine has pinctrl-bcm2711/,
  );
  rmSync(root, { recursive: true });
  assert.throws(() => globalNumber('x', 1, 'gpio0', root), /cannot be read; this kernel has no sysfs GPIO/);
});

if (existsSync('/dev/i2c-1') || existsSync('/sys/class/gpio/export')) {
  process.stdout.write('SKIP hal on a machine without hardware: this machine has some\n');
} else {
  test('pi4 on a machine without any of its hardware: opens, names every fault, closes', async () => {
    const board = loadBoard('pi4');
    const buses = openLinuxBuses(board, monoMs);
    const startedMs = loopMs();
    const hal = await openHal({ board, buses, monoMs });
    assert.ok(loopMs() - startedMs < 3000, 'opening waits for nobody');
    try {
      const fitted = () => Object.values(hal.image(1).sensors).filter((r) => r.quality !== 'absent');
      await until('all told', 3000, () => fitted().every((r) => r.reason && r.reason.length > 20));
      const { sensors, actuators } = hal.image(1);
      for (const [name, reading] of Object.entries(sensors)) {
        if (reading.quality === 'absent') continue;
        assert.is.not(reading.quality, 'good', name);
        assert.ok(reading.reason && reading.reason.length > 20, `${name}: ${reading.reason}`);
      }
      assert.equal(actuators, SAFE_OUTPUTS);
      hal.deadMan.toggle();
      const deadMan = () => hal.health().find((h) => h.device === 'deadMan')?.lastError ?? '';
      await until('told', 500, () => deadMan() !== '');
      assert.match(deadMan(), /^dead-man at gpio0 line 26: /);
    } finally {
      await hal.close();
      await buses.close();
    }
  });
}

test.run();
