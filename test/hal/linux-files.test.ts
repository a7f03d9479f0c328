import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openLinuxBuses } from '../../src/hal/buses/linux.ts';
import { codeOf, monoMs, sensors, slotOn } from './linux-slot.ts';
import { again, loopMs } from './patience.ts';

/** The back end for files of a kernel driver, on a directory as the kernel lays it out. */
const dir = mkdtempSync(join(tmpdir(), 'hm-files-'));

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
  const fromMs = loopMs();
  assert.is(await codeOf(files.read('stuck')), 'BUS_TIMEOUT');
  assert.ok(loopMs() - fromMs < 1300);
  const againMs = loopMs();
  assert.is(await codeOf(files.read('28-0316a2791eff/w1_slave')), 'BUS_TIMEOUT');
  assert.ok(loopMs() - againMs < 100, 'refused at once');
  closeSync(openSync(join(root, 'stuck'), 'w'));
  assert.match(await again(() => files.read('28-0316a2791eff/w1_slave')), 't=23125');
});

test.run();
