import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openPlantSocket } from '../../src/app/plant-socket.ts';
import { type SpawnedUnit, spawnUnit } from '../../src/app/spawn-unit.ts';
import { SENSOR_NAMES } from '../../src/contract/points.ts';
import { pathsOf } from '../../src/core/paths.ts';

const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const run = (...args: string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8', timeout: 60_000 });
let unit: SpawnedUnit;
const io = (...args: string[]) => run('io', ...args, '--home', unit.home);

test.before(async () => {
  unit = spawnUnit({ portBase: 23_640 });
  await unit.until(
    (s) => s.control?.sensors.gasOk?.quality === 'good' && s.control.sensors.accelOutC?.quality === 'good',
    90_000,
  );
});
test.after(async () => {
  if (unit.child.exitCode === null) await unit.stop();
});

test('list tells wire and header pin of every point, and the counters of every device', () => {
  const { stdout, status, stderr } = io('list');
  assert.is(status, 0, stderr);
  assert.match(stdout, /^compressorOn +out gpio-relay +gpio0 line 17 \(header pin 11\) +coil in series/m);
  assert.match(stdout, /^tmpAccelOut +i2c1 0x49 +[1-9]\d* ok, \d+ absent, \d+ stuck, \d+ noise, \d+ late/m);
  const { points } = JSON.parse(io('list', '--json').stdout) as { points: { name: string }[] };
  for (const name of SENSOR_NAMES.filter((n) => n !== 'batteryW'))
    assert.ok(
      points.some((p) => p.name === name),
      name,
    );
});

test('read prints value, place and age; an unknown point names the one meant', () => {
  const { stdout, status } = io('read', 'accelOutC', 'compressorOn');
  assert.is(status, 0, stdout);
  assert.match(stdout, /^accelOutC +\d+\.\d °C +i2c1 0x49, [01]\.\d s old$/m);
  assert.match(stdout, /^compressorOn +\d +gpio0 line 17/m);
  const wrong = io('read', 'acelOutC');
  assert.is(wrong.status, 2);
  assert.match(wrong.stderr, /did you mean "accelOutC"/);
});

test('watch tells each change until its time is over', () => {
  const { stdout, status } = io('watch', 'roomC', 'gasOk', '--for', '0.5');
  assert.is(status, 0);
  assert.match(stdout, /^ +\d+\.\d s gasOk +1 /m);
});

test('no hand on an output but in operation commission', () => {
  const { status, stderr } = io('write', 'hotWaterOn', '1', '--for', '1');
  assert.is(status, 2);
  assert.match(stderr, /only in operation `commission`: `npm run -s heatmine -- set operation commission`/);
  assert.is(io('write', 'roomC', '1').status, 2);
  assert.is(io('write', 'hotWaterOn').status, 2);
});

test('commissioning: a pulse reaches the wire, through the interlock, and everything is safe once its hand is gone', async () => {
  assert.is(run('set', 'operation', 'commission', '--home', unit.home).status, 0);
  const plant = await openPlantSocket(pathsOf(unit.home).sockets.plant);
  const outputs = async () => (await plant.lines()).outputs;
  const pulse = spawn(process.execPath, [entry, 'io', 'pulse', 'hotWaterOn', '--for', '20', '--home', unit.home]);
  try {
    for (let i = 0; i < 100 && (await outputs()).hotWaterOn !== 1; i++) await sleep(100);
    assert.is((await outputs()).hotWaterOn, 1);
    assert.is((await outputs()).circulationPct, 100, 'all else is safe');
    const second = io('pulse', 'coolingOn', '--for', '1');
    assert.is(second.status, 2);
    assert.match(second.stderr, /hotWaterOn is being driven by somebody else/);
    // Killed, not ended: the hand lapses all the same.
    pulse.kill('SIGKILL');
    for (let i = 0; i < 30 && (await outputs()).hotWaterOn === 1; i++) await sleep(100);
    assert.is((await outputs()).hotWaterOn, 0);
    const ranged = io('write', 'accelPumpPct', '101', '--for', '1');
    assert.is(ranged.status, 2);
    assert.match(ranged.stderr, /coolant pump takes 0 to 100, not 101/);
  } finally {
    pulse.kill('SIGKILL');
    plant.close();
    run('set', 'operation', 'auto', '--home', unit.home);
  }
});

test('without a unit: the simulated house says so, a real board without its hardware names each wire', () => {
  const home = mkdtempSync(join(tmpdir(), 'heatmine-io-'));
  try {
    const sim = run('io', 'read', '--home', home);
    assert.is(sim.status, 2);
    assert.match(sim.stderr, /NOT_RUNNING: board sim is simulated/);
    assert.is(run('io', 'list', '--board', 'pi4', '--home', home).status, 0);
    const pi = run('io', 'read', 'roomC', 'gasOk', '--board', 'pi4', '--home', home);
    assert.is(pi.status, 1, pi.stderr);
    assert.match(pi.stdout, /^roomC +(bad|missing) +mcp9808 at i2c1 0x18: .+ \(wire: inside wall of the main room/m);
    const write = run('io', 'write', 'hotWaterOn', '1', '--board', 'pi4', '--home', home);
    assert.is(write.status, 2);
    assert.match(write.stderr, /through the running unit only/);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

test('list and doctor on every board: each bus that is not here is named with its remedy', () => {
  for (const board of ['pi4', 'pi5', 'minipc']) {
    const home = mkdtempSync(join(tmpdir(), 'heatmine-io-'));
    try {
      writeFileSync(join(home, 'config.yaml'), `board: ${board}\n`);
      const { stdout, status } = run('io', 'list', '--home', home);
      assert.is(status, 0);
      assert.match(stdout, /^compressorOn +out /m);
      const doctor = run('doctor', '--home', home);
      assert.is(doctor.status, 1, doctor.stdout);
      assert.match(doctor.stdout, /^FAIL drive +\/dev\/ttyUSB0 is not there: plug the RS-485 adapter in/m);
      if (board !== 'minipc') assert.match(doctor.stdout, /^FAIL i2c1 .*dtparam=i2c_arm=on/m);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }
});

test('a bad board: all of its faults at once, each with path and remedy, exit 2', () => {
  const home = mkdtempSync(join(tmpdir(), 'heatmine-io-'));
  try {
    const board = JSON.parse(readFileSync(new URL('../../boards/pi4.json', import.meta.url), 'utf8'));
    const { tmpAccelOut, tmpRoom, adcWater, relayCompressor, relayBackup } = board.devices;
    tmpAccelOut.params.address = '0x48';
    tmpRoom.driver = 'mcp9800';
    adcWater.points.pressure = { channel: 'a0', maxAgeMs: 1000, note: 'no such point' };
    delete relayCompressor.points.compressorOn.safe;
    relayBackup.params.line = 40;
    const file = join(home, 'bad.json');
    writeFileSync(file, JSON.stringify(board));
    for (const command of [['io', 'list'], ['run']]) {
      const { status, stderr } = run(...command, '--board', file, '--home', home);
      assert.is(status, 2, stderr);
      for (const fault of [
        /devices\.tmpAccelOut\.params\.address: i2c1 0x48 is already used by devices\.tmpAccelIn; give each its own/,
        /devices\.tmpRoom\.driver: unknown driver "mcp9800", did you mean "mcp9808"/,
        /devices\.adcWater\.points\.pressure: unknown point "pressure", whose name ends in no unit/,
        /devices\.relayCompressor\.points\.compressorOn\.safe: missing; give the value/,
        /devices\.relayBackup\.params\.line: pinctrl-bcm2711 has no line 40 on its header; use 2 to 27/,
      ])
        assert.match(stderr, fault);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

test.run();
