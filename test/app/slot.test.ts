import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { healthWatch } from '../../src/app/healthy.ts';

/** F33: a new version is tried by the real launcher; the programs that it starts are small ones of this test. */
const SCRIPTS = join(import.meta.dirname, '../../scripts');
const SLOT = join(SCRIPTS, 'slot.mjs');
const temporary = mkdtempSync(join(tmpdir(), 'hm-slot-'));
test.after(() => rmSync(temporary, { recursive: true }));

const HEALTHY = "process.send({ heatmine: 'healthy' }); setTimeout(() => process.exit(7), 50);";
const HANGS = 'setInterval(() => {}, 1e6);';
const CRASHES = 'throw new Error("a bad update");';
let roots = 0;

/** A root with versions by name and program; each first prints its name. */
function rootOf(programs: Record<string, string>): string {
  const root = join(temporary, `root${roots++}`);
  for (const [name, program] of Object.entries(programs)) {
    const dir = join(root, 'versions', name);
    for (const sub of ['scripts', 'node_modules/.bin']) mkdirSync(join(dir, sub), { recursive: true });
    symlinkSync(process.execPath, join(dir, 'node_modules/.bin/node'));
    const says = `process.stdout.write('${name} ' + process.argv.slice(2).join(' ') + '\\n');`;
    writeFileSync(join(dir, 'scripts/heatmine.mjs'), `${says}\n${program}\n`);
  }
  return root;
}
const env = { ...process.env, HEATMINE_HEALTHY_S: '20' };
const slot = (root: string, ...args: string[]) =>
  spawnSync(process.execPath, [SLOT, root, ...args], { encoding: 'utf8', env });
const statusOf = (root: string) => JSON.parse(slot(root, 'status').stdout);
const ran = (root: string) => slot(root, 'run', '--home', '/h').stdout.split(' ')[0];

test('F33: the good version runs with its options and its exit code; without one, a sentence that says what to do', () => {
  const root = rootOf({ old: 'process.exit(3);' });
  assert.match(slot(root, 'run').stderr, 'good versions/NAME');
  assert.is(slot(root, 'good', 'versions/none').status, 2);
  assert.is(slot(root, 'good', 'versions/old').status, 0);
  const { status, stdout } = slot(root, 'run', '--home', '/h');
  assert.equal([status, stdout], [3, 'old run --home /h\n']);
});

test('F33: one that tells that it is healthy stays, one that ends too early gets three starts, then the old runs again', () => {
  const root = rootOf({ old: 'process.exit(0);', new: HEALTHY, bad: CRASHES });
  slot(root, 'good', 'versions/old');
  slot(root, 'try', 'versions/new');
  assert.is(slot(root, 'run').status, 7);
  assert.equal(statusOf(root), { good: 'versions/new', before: 'versions/old' });
  slot(root, 'try', 'versions/bad');
  assert.equal(
    [1, 2, 3, 4, 5].map(() => ran(root)),
    ['bad', 'bad', 'bad', 'new', 'new'],
  );
  assert.equal(statusOf(root), { good: 'versions/new', refused: 'versions/bad' });
});

test('F33: one that runs and never gets healthy is stopped, and that counts; one that somebody stops does not', async () => {
  const root = rootOf({ old: HANGS, new: HANGS });
  slot(root, 'good', 'versions/old');
  slot(root, 'try', 'versions/new');
  const late = spawnSync(process.execPath, [SLOT, root, 'run'], {
    encoding: 'utf8',
    env: { ...env, HEATMINE_HEALTHY_S: '0.5' },
  });
  assert.match(late.stderr, 'not healthy after 0.5 s');
  assert.is(late.status, 1);
  assert.is(statusOf(root).tries, 1);
  const child = spawn(process.execPath, [SLOT, root, 'run'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  assert.is(statusOf(root).tries, 2);
  child.kill('SIGINT');
  await new Promise((resolve) => child.once('exit', resolve));
  assert.is(statusOf(root).tries, 1);
});

test('F33: the power fails at any byte of what it writes: old or new starts, never nothing', () => {
  const root = rootOf({ old: 'process.exit(0);', new: 'process.exit(0);' });
  slot(root, 'good', 'versions/old');
  const before = readFileSync(join(root, 'slots'));
  slot(root, 'try', 'versions/new');
  const after = readFileSync(join(root, 'slots'));
  const cuts = [0, 1, 64, 65, 80, after.length - 2, after.length - 1];
  for (const cut of cuts) {
    // The rename has happened and the bytes have not; or the draft is half and nothing was renamed.
    writeFileSync(join(root, 'slots'), after.subarray(0, cut));
    writeFileSync(join(root, 'slots.copy'), before);
    assert.ok(['versions/old', 'versions/new'].includes(statusOf(root).good), `cut at ${cut}`);
  }
  for (let at = 0; at < after.length - 1; at += 29) {
    const rotten = Buffer.from(after);
    rotten[at] = rotten[at]! ^ 4;
    writeFileSync(join(root, 'slots'), rotten);
    assert.equal(statusOf(root), { good: 'versions/old' }, `byte ${at}`);
  }
  rmSync(join(root, 'slots'));
  assert.is(ran(root), 'old');
});

test('F33: update.sh builds beside what runs; what cannot be built or does not take the configuration is never tried', () => {
  const root = rootOf({ old: 'process.exit(0);' });
  cpSync(SLOT, join(root, 'slot.mjs'));
  slot(root, 'good', 'versions/old');
  const [repo, bin] = [join(root, 'repo'), join(root, 'bin')];
  mkdirSync(join(repo, 'scripts'), { recursive: true });
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'npm'),
    `#!/bin/sh\n[ ! -e broken ] && mkdir -p node_modules/.bin && ln -s ${process.execPath} node_modules/.bin/node\n`,
  );
  chmodSync(join(bin, 'npm'), 0o755);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repo, '-c', 'user.name=x', '-c', 'user.email=x@y', ...args], { encoding: 'utf8' });
  const commit = (file: string, text: string) => {
    writeFileSync(join(repo, file), text);
    git('add', '.');
    git('commit', '-qm', file);
  };
  const update = () =>
    spawnSync('sh', [join(SCRIPTS, 'update.sh'), root, '/h', 'HEAD'], {
      encoding: 'utf8',
      env: { ...env, HEATMINE_OFFLINE: '1', PATH: `${bin}${delimiter}${process.env.PATH}` },
    });
  git('init', '-q');
  commit('scripts/heatmine.mjs', "process.exit(process.argv.includes('check') ? 1 : 0);");
  assert.is(update().status, 1, 'the configuration is refused');
  assert.equal(statusOf(root), { good: 'versions/old' });
  commit('broken', '');
  assert.is(update().status, 1, 'npm ci fails');
  assert.equal(statusOf(root), { good: 'versions/old' });
  rmSync(join(repo, 'broken'));
  commit(
    'scripts/heatmine.mjs',
    `process.stdout.write('built '); ${HEALTHY.replace('process.send(', 'process.send?.(')}`.replace(
      'exit(7)',
      'exit(0)',
    ),
  );
  const done = update();
  assert.is(done.status, 0, done.stderr);
  assert.is(ran(root), 'built');
  assert.match(statusOf(root).good, /^versions\/[0-9a-f]{12}$/);
});

test('healthy is told once control has run for a while without a restart', async () => {
  let told = 0;
  const watch = healthWatch(() => void told++, 30);
  watch.ready('control');
  watch.restarted('control');
  watch.ready('net');
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.is(told, 0);
  watch.ready('control');
  for (let i = 0; i < 100 && told === 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(told, 1);
});

test.run();
