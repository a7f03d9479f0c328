import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'heatmine-cli-'));
const heatmine = (...args: string[]) =>
  spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8', timeout: 90_000 });

test('help lists every command, each with an example', () => {
  const { stdout, status } = heatmine('--help');
  assert.is(status, 0);
  const names = [...stdout.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, name]) => name!);
  assert.ok(names.length > 12 && names.includes('accel-host'), names.join(' '));
  for (const name of names) {
    const help = heatmine(name, '--help');
    assert.is(help.status, 0, name);
    assert.match(help.stdout, /^npm run -s heatmine -- /, name);
    assert.match(help.stdout, /Example:\n {2}.*(npm|python3) /, name);
  }
});

test('a mistyped command or option names the one that was meant', () => {
  const command = heatmine('stauts');
  assert.is(command.status, 2);
  assert.match(command.stderr, 'did you mean "status"?');
  const option = heatmine('status', '--wacth');
  assert.is(option.status, 2);
  assert.match(option.stderr, 'did you mean --watch?');
});

test('nothing is meant by a word that is like no other', () => {
  assert.not.match(heatmine('foo').stderr, 'did you mean');
});

test('a reader that has read enough ends a command without a word', async () => {
  const child = spawn(process.execPath, [entry, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.equal([stderr, code], ['', 0]);
});

test('wrong use names the help of that very command', () => {
  const { stderr, status } = heatmine('set', 'roomSetC', 'warm');
  assert.is(status, 2);
  assert.match(stderr, '`npm run -s heatmine -- set --help`');
});

test('what the system refuses is told in words, not as a stack', () => {
  const { stdout, stderr, status } = heatmine('doctor', '--home', join(entry, 'home'), '--json');
  assert.is(status, 2);
  assert.match(stderr, /^ENOTDIR: .*heatmine\.mjs\/home.*\n {2}-> /);
  assert.not.match(stderr, /\n +at /);
  assert.is(JSON.parse(stdout).error.code, 'ENOTDIR');
  const gone = heatmine('experts', 'pull', '/nowhere/manifest.json', '--home', home);
  assert.match(gone.stderr, /^USAGE: there is no \/nowhere\/manifest\.json/);
  assert.match(
    heatmine('experts', 'pull', '/nowhere/x.gguf', '--home', home).stderr,
    /^USAGE: there is no \/nowhere\/x/,
  );
  assert.not.ok(existsSync(join(home, 'models', 'x')), 'nothing is left of a pull that never began');
});

test('a home that never ran makes its key when an expert is published from there', () => {
  const dir = join(mkdtempSync(join(tmpdir(), 'heatmine-cli-expert-')), 'status');
  cpSync(new URL('../../models/status', import.meta.url).pathname, dir, { recursive: true });
  const { stdout, stderr, status } = heatmine('experts', 'publish', dir, '--home', join(dir, 'home'));
  assert.is(status, 0, stderr);
  assert.match(stdout, /manifest\.json: signed by [0-9a-f]{64}/);
});

test('without a unit: what is missing and how to start it', () => {
  for (const args of [['status'], ['why'], ['ask', 'x'], ['set', 'roomSetC', '20'], ['experts', 'ps']]) {
    const { stderr, status } = heatmine(...args, '--home', home);
    assert.is(status, 2, args.join(' '));
    assert.match(stderr, 'npm start');
  }
  const doctor = heatmine('doctor', '--home', home, '--port-base', '23600');
  assert.match(doctor.stdout, /WARN unit/);
});

test.run();
