import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { main } from '../../src/app/cli.ts';
import { type SpawnedUnit, spawnUnit } from '../../src/app/spawn-unit.ts';
import { freeBase } from './free-base.ts';

/**
 * Every command with --json against a running unit: JSON alone on standard output, and the exit code that it promises. Most
 * run in this process, by the same door as in one of their own: fifty starts of Node take minutes on a busy machine.
 */
interface Row {
  args: string[];
  code: number[];
  /** Goes on for ever: in a process of its own, ended by Ctrl-C after its first line. */
  endless?: true;
}
const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const LIMIT_MS = 120_000;
const row = (line: string, ...code: number[]): Row => ({ args: line.split(' '), code: code.length ? code : [0] });
const endless = (line: string): Row => ({ args: line.split(' '), code: [0], endless: true });
const dir = mkdtempSync(join(tmpdir(), 'hm-table-'));

/** Streams the answer, as people see it. */
const ALONE = ['ask'];
const ROWS: Row[] = [
  { args: ['ask', 'why is my flow too low?'], code: [0] },
  row('useful yes', 2),
  row('useful perhaps', 2),
  row('peers', 1),
  row('invite', 2),
  row('join nonsense', 2),
  row('status', 0, 1),
  row('status extra', 2),
  endless('status --watch'),
  row('why'),
  row('why --at noon', 2),
  row('set roomSetC 21'),
  row('set roomSetC 99', 2),
  row('set roomSetC 21 ,5', 2),
  row('override warmer --for 1h'),
  row('override end'),
  row('override'),
  row('claim'),
  row('experts ls'),
  row('experts ps'),
  row('experts rm', 2),
  row('experts rm faults', 2),
  row('experts fit nowhere.gguf', 2),
  row('experts search --topic heating', 0, 1, 2),
  // 1 where a busy machine makes sensors late.
  row('doctor', 0, 1),
  row('commission', 2),
  row('io list'),
  row('io read roomC', 0, 1),
  row('io watch roomC --for 1'),
  row('io write roomC 1', 2),
  // Outside operation `commission` control does not obey.
  row('io pulse hotWaterOn --for 1', 2),
  row('notify test', 2),
  row('accel-host tubes', 2),
  row(`backup ${join(dir, 'unit.heatmine')} --plain`),
  row(`restore ${join(dir, 'nothing.heatmine')}`, 2),
  row('mqtt'),
  row('mqtt watch control/state --count 1'),
  endless('mqtt watch'),
  { args: ['mqtt', 'send', 'zone', '{"zone":"living","temperatureC":20.5}'], code: [0] },
  { args: ['mqtt', 'send', 'zone', '{"zone":"living"}'], code: [2] },
  row('mqtt send control/state {}', 2),
  row('config check'),
  row('config migrate', 2),
  row('config init --set house.designLoadW=9000'),
  row('receipts'),
  row('receipts --verify'),
  row('earnings'),
  row('sim --days 0.05 --seed 1'),
  row('sim --days no', 2),
  row('control', 2),
  row('identify', 0, 1, 2),
  endless('tour --seconds 5'),
  row('bench no-such', 2),
  row('bench seal --quick', 0, 1),
  row('run', 2),
];

let unit: SpawnedUnit;
test.before(async () => {
  unit = spawnUnit({ portBase: await freeBase(), args: ['--speed', '20'] });
  await unit.until((s) => s.control !== null && s.compute !== null, LIMIT_MS);
});
test.after(async () => {
  await unit.stop();
  rmSync(dir, { recursive: true });
});

interface Tried {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}
/** In a home of its own where it writes a configuration. */
const homeOf = ({ args }: Row) => (args[1] === 'init' || args[1] === 'migrate' ? dir : unit.home);

function spawned(row: Row, more: string[] = []): Promise<Tried> {
  const child = spawn(process.execPath, [entry, ...row.args, ...more], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HEATMINE_HOME: homeOf(row), FORCE_COLOR: '1' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
    if (row.endless && stdout.includes('\n')) child.kill('SIGINT');
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  return new Promise((done) =>
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, stdout, stderr });
    }),
  );
}

async function tried(row: Row, more: string[] = []): Promise<Tried> {
  const kept = { out: process.stdout.write, err: process.stderr.write, home: process.env.HEATMINE_HOME };
  let [stdout, stderr] = ['', ''];
  process.stdout.write = (data) => {
    stdout += data;
    return true;
  };
  process.stderr.write = (data) => {
    stderr += data;
    return true;
  };
  process.env.HEATMINE_HOME = homeOf(row);
  try {
    return { code: await main([...row.args, ...more]), signal: null, stdout, stderr };
  } finally {
    process.stdout.write = kept.out;
    process.stderr.write = kept.err;
    if (kept.home === undefined) delete process.env.HEATMINE_HOME;
    else process.env.HEATMINE_HOME = kept.home;
  }
}

test('--json: nothing but JSON on standard output, one document a line, whatever comes of it', async () => {
  const wrong: string[] = [];
  for (const each of ROWS) {
    const { code, signal, stdout, stderr } = await (each.endless || ALONE.includes(each.args[0]!) ? spawned : tried)(
      each,
      ['--json'],
    );
    const told = `${each.args.join(' ')} ended with ${code ?? signal}\n${stdout.slice(0, 300)}\n${stderr.slice(-500)}`;
    const stopped = each.endless && (signal === 'SIGINT' || code === 0);
    if (!stopped && !each.code.includes(code!)) wrong.push(told);
    const lines = stdout.split('\n').filter(Boolean);
    if (lines.length === 0) wrong.push(`no word: ${told}`);
    for (const line of lines) {
      try {
        const parsed = JSON.parse(line);
        if (code === 2 && !parsed.error?.remedy) wrong.push(`a refusal without its remedy: ${told}`);
      } catch {
        wrong.push(`no JSON: ${told}`);
        break;
      }
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with it.
    if (/\x1b/.test(stdout + stderr)) wrong.push(`colour without a terminal: ${told}`);
  }
  assert.is(wrong.join('\n\n'), '');
});

test('every command of the help has a row here, and every help a working word for programs', async () => {
  const { stdout } = await tried({ args: ['--help'], code: [0] });
  const names = [...stdout.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, name]) => name!);
  for (const name of 'run sim ask status why doctor experts peers receipts earnings config io mqtt identify bench tour'.split(
    ' ',
  ))
    assert.ok(names.includes(name), name);
  for (const name of names) {
    assert.ok(
      ROWS.some(({ args }) => args[0] === name),
      `${name} has no row`,
    );
  }
  const help = JSON.parse((await tried({ args: ['why', '--help'], code: [0] }, ['--json'])).stdout);
  assert.match(help.example, 'why --at 14:05');
});

test('config check --json: all faults at once, each with its place', async () => {
  const home = mkdtempSync(join(dir, 'wrong-'));
  writeFileSync(join(home, 'config.yaml'), 'unit: A\nhuose: 1\nhouse:\n  designLoadW: 1\n');
  const { stdout, code } = await tried({ args: ['config', 'check'], code: [1] }, ['--json', '--home', home]);
  assert.is(code, 1);
  const { faults } = JSON.parse(stdout) as { faults: { line: number; column: number }[] };
  assert.equal(faults.map(({ line, column }) => [line, column]).sort(), [
    [1, 7],
    [2, 1],
    [4, 16],
  ]);
});

test('doctor names everything it looks at, and what to do', async () => {
  const { stdout } = await tried({ args: ['doctor'], code: [0] }, ['--json']);
  const found = JSON.parse(stdout) as { level: string; what: string; text: string }[];
  const whats = found.map(({ what }) => what);
  for (const what of 'node disk permissions clock config board models broker notify unit ports sensors loop safety experts peers'.split(
    ' ',
  ))
    assert.ok(whats.includes(what), `${what}: ${whats}`);
  for (const { level, what, text } of found)
    if (['permissions', 'config', 'models', 'broker', 'ports'].includes(what))
      assert.is(level, 'OK', `${what}: ${text}`);
});

test.run();
