import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { statusLines } from '../../src/app/commands/status.ts';
import { isSafe, openPlantSocket } from '../../src/app/plant-socket.ts';
import { type SpawnedUnit, spawnUnit } from '../../src/app/spawn-unit.ts';
import { pathsOf } from '../../src/core/paths.ts';

const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const heatmine = (...args: string[]) =>
  spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8', timeout: 60_000 });
const portBase = 23_300;
let unit: SpawnedUnit;

test.before(() => {
  unit = spawnUnit({ portBase, args: ['--speed', '20'] });
});
test.after(async () => {
  if (unit.child.exitCode === null) await unit.stop();
});

test('the control loop reports, with every sensor good', async () => {
  // How fast is for `bench start`: this machine may be busy.
  await unit.until(
    (s) => s.control !== null && Object.values(s.control.sensors).every((p) => p.quality === 'good'),
    20_000,
  );
});

test('ask streams an answer of a real model over the websocket', async () => {
  await unit.until((s) => s.compute !== null && s.control !== null, 20_000);
  const { stdout, stderr, status } = heatmine('ask', 'why is my flow too low?', '--home', unit.home);
  assert.is(status, 0, stderr);
  assert.match(stdout, /flow.*\n$/i);
  assert.match(stderr, /Wh modelled/);
  const whole = JSON.parse(heatmine('ask', '--json', 'why is my flow too low?', '--home', unit.home).stdout);
  assert.match(whole.text, /flow/i, 'for a program too');
  assert.is(whole.meter.expert, 'faults');
});

test('tokens become watts, watts become heat in the house', async () => {
  // Filler on bought power pays only when its owner values it.
  assert.is(heatmine('set', 'computeValueEurPerKwh', '2', '--home', unit.home).status, 0);
  await unit.until((s) => (s.plant?.accelW ?? 0) > 100 && (s.control?.sensors.accelW?.value ?? 0) > 100, 60_000);
  await unit.until((s) => (s.control?.energy.accelHeatKwh ?? 0) > 0.001, 60_000);
  const state = await unit.state();
  assert.ok(Math.abs(state.plant!.ledgerErrorPct) < 0.1, `the plant's energy closes, ${state.plant!.ledgerErrorPct} %`);
});

test('a set-point moved on the command line is the effective value everywhere', async () => {
  const { stdout, status, stderr } = heatmine('set', 'roomSetC', '22.5', '--home', unit.home);
  assert.is(status, 0, stderr);
  assert.match(stdout, '22.5');
  assert.is((await unit.state()).control!.setPoints.roomSetC, 22.5);
  assert.is(heatmine('set', 'roomSetC', '99', '--home', unit.home).status, 2);
  assert.is((await unit.state()).control!.setPoints.roomSetC, 22.5);
});

test('why tells the reasons of an earlier moment', () => {
  const now = JSON.parse(heatmine('status', '--json', '--home', unit.home).stdout).control.houseTimeMs;
  const then = heatmine('why', '--at', new Date(now).toISOString(), '--home', unit.home);
  assert.is(then.status, 0, then.stderr);
  assert.match(then.stdout, /^as of 2025-01-15 \d\d:\d\d \S+\nunit +\S/);
  for (const what of ['compute', 'gate', 'prefetch']) assert.match(then.stdout, new RegExp(`^${what} +\\S`, 'm'));
  assert.is(heatmine('why', '--at', '2001-01-01', '--home', unit.home).status, 2);
  assert.is(heatmine('why', '--at', 'noon', '--home', unit.home).status, 2);
});

test('a wish from the command line is in force with its cost, and ends when told', async () => {
  const warmer = heatmine('override', 'warmer', '--for', '90min', '--home', unit.home);
  assert.is(warmer.status, 0, warmer.stderr);
  assert.match(warmer.stdout, /^warmer +1 h 30 min left, asked by command line: warmer by 1\.5 K for 1 h 30 min: /);
  assert.is(heatmine('override', 'end', '--home', unit.home).stdout, 'none in force\n');
  for (const [told, ...words] of [
    [/did you mean "warmer"/, 'warmr'],
    [/90min, 3h or 1d, for holiday 60d at most, not "90d"/, 'holiday', '--for', '90d'],
    [/not "0d"; `override end quiet` ends it/, 'quiet', '--for', '0d'],
    [/a number from 0.5 to 5, not "9"/, 'warmer', '--by', '9'],
    [/--by is of warmer and holiday; quiet has no kelvins/, 'quiet', '--by', '2'],
    [/`override end warmer` ends it/, 'warmer', 'end'],
  ] as const) {
    const refused = heatmine('override', ...words, '--home', unit.home);
    assert.is(refused.status, 2, refused.stdout);
    assert.match(refused.stderr, told);
  }
});

test('status, why, experts ls and doctor tell what is modelled and end with their code', async () => {
  assert.match(statusLines(await unit.state()).join('\n'), /modelled/);
  assert.match(heatmine('status', '--home', unit.home).stdout, /accelOutC/);
  assert.ok(JSON.parse(heatmine('why', '--json', '--home', unit.home).stdout).reasons.length > 3);
  const experts = JSON.parse(heatmine('experts', 'ls', '--json', '--home', unit.home).stdout) as { id: string }[];
  for (const id of ['faults', 'status', 'convert'])
    assert.ok(
      experts.some((e) => e.id === id),
      id,
    );
  const doctor = heatmine('doctor', '--home', unit.home);
  assert.is(doctor.status, 0, doctor.stdout);
  assert.match(doctor.stdout, /OK +experts .*none fails/);
});

test('SIGKILL and SIGSTOP of control: safe at the plant within 500 ms, and back', async () => {
  const plant = await openPlantSocket(pathsOf(unit.home).sockets.plant);
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
    const pid = unit.pids().control!;
    process.kill(pid, signal);
    const fromMs = performance.now();
    let elapsedMs = 0;
    for (;;) {
      const lines = await plant.lines();
      elapsedMs = performance.now() - fromMs;
      if (isSafe(lines)) break;
      assert.ok(elapsedMs < 3000, `${signal}: not safe: ${JSON.stringify(lines)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.ok(elapsedMs <= 500, `${signal}: ${elapsedMs} ms`);
    if (signal === 'SIGSTOP') process.kill(pid, 'SIGCONT');
    const backMs = performance.now();
    while ((await plant.lines()).deadMan !== 'held') {
      assert.ok(performance.now() - backMs < 10_000, `${signal}: control did not come back\n${unit.output()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  plant.close();
});

test('Ctrl-C ends with 0', async () => {
  assert.is(await unit.stop(), 0);
  assert.match(unit.output(), /HeatMine \(simulated house, modelled heat\) is at http/);
});

test('a port in use, a wrong board, a wrong config, a wrong weather file: one clear line and exit 2', async () => {
  const home = mkdtempSync(join(tmpdir(), 'heatmine-bad-'));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(23_400, '127.0.0.1', resolve));
  server.unref();
  const runs: [string[], RegExp][] = [
    [['--port-base', '23400'], /PORT_IN_USE: port 23400 .*taken/],
    [['--board', 'simm'], /BOARD_INVALID: .*simm\.json/],
    [['--sped', '3'], /USAGE: unknown option --sped, did you mean --speed/],
  ];
  for (const [args, message] of runs) {
    const { stderr, status } = heatmine('run', '--home', home, ...args);
    assert.is(status, 2, stderr);
    assert.match(stderr, message);
  }
  writeFileSync(join(home, 'config.yaml'), 'hous:\n  designLoadW: 9000\n');
  const config = heatmine('run', '--home', home, '--port-base', '23500');
  assert.is(config.status, 2);
  assert.match(config.stderr, /CONFIG_INVALID: .*config\.yaml:1:1: unknown key "hous", did you mean "house"/);
  writeFileSync(join(home, 'config.yaml'), 'sim:\n  weather: nowhere.dat\n');
  const weather = heatmine('run', '--home', home, '--port-base', '23500');
  assert.is(weather.status, 2, weather.stderr);
  assert.match(weather.stderr, /WEATHER_INVALID: .*nowhere\.dat/);
  server.close();
  rmSync(home, { recursive: true });
});

test('a wrong model file: cut or with one byte changed, named with its directory, exit 2 and nothing started', () => {
  const home = mkdtempSync(join(tmpdir(), 'heatmine-model-'));
  const dir = join(home, 'models', 'mine');
  const shipped = join(import.meta.dirname, '../../models/status');
  mkdirSync(dir, { recursive: true });
  const fact = JSON.parse(readFileSync(join(shipped, 'expert.json'), 'utf8'));
  writeFileSync(join(dir, 'expert.json'), JSON.stringify({ ...fact, id: 'mine', grammar: null, parents: [] }));
  const weights = readFileSync(join(shipped, fact.file));
  weights[weights.length - 5]! ^= 1;
  const wrong: [Buffer, RegExp][] = [
    [weights, /MODEL_INVALID: expert mine: .*models\/mine.*sha256 is/],
    [weights.subarray(0, 1000), /MODEL_INVALID: expert mine: .*models\/mine.*1000 bytes, expert\.json says/],
  ];
  for (const [bytes, message] of wrong) {
    writeFileSync(join(dir, fact.file), bytes);
    const { stderr, stdout, status } = heatmine('run', '--home', home, '--port-base', '23500');
    assert.is(status, 2, stderr);
    assert.match(stderr, message);
    assert.match(stderr, /move its directory away/);
    assert.is(stdout, '');
    assert.not(existsSync(join(home, 'state', 'unit.json')));
  }
  rmSync(home, { recursive: true });
});

test.run();
