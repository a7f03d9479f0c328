import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultOf, faultOf, QUESTIONS, typed, yamlOf } from '../../src/app/config-init.ts';
import { parseConfig } from '../../src/core/config.ts';

const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const scratch = () => mkdtempSync(join(tmpdir(), 'heatmine-init-'));
const heatmine = (...args: string[]) => spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' });

test('every question has a default of the schema, and the defaults together are the defaults', () => {
  for (const { path } of QUESTIONS) assert.is(faultOf(path, defaultOf(path)), undefined, path);
  assert.equal(parseConfig(yamlOf(new Map()), 'x'), parseConfig('', 'x'));
});

test('an answer out of range is told in the words of the schema', () => {
  assert.match(faultOf('house.designLoadW', typed('house.designLoadW', '12'))!, /500/);
  assert.ok(faultOf('house.designLoadW', typed('house.designLoadW', 'much')));
  assert.match(faultOf('unit', typed('unit', 'My House'))!, /lower case/);
});

test('without a terminal: --set answers, the rest are defaults; what is there is not overwritten unasked', () => {
  const home = scratch();
  const first = heatmine(
    'config',
    'init',
    '--home',
    home,
    '--set',
    'house.designLoadW=9000',
    '--set',
    'net.language=de',
  );
  assert.is(first.status, 0, first.stderr);
  assert.match(readFileSync(join(home, 'config.yaml'), 'utf8'), /designLoadW: 9000/);
  assert.is(heatmine('config', 'check', '--home', home).status, 0);
  const again = heatmine('config', 'init', '--home', home);
  assert.is(again.status, 2);
  assert.match(again.stderr, /--force/);
  assert.is(heatmine('config', 'init', '--home', home, '--force').status, 0);
  assert.match(readFileSync(join(home, 'config.yaml.bak'), 'utf8'), /designLoadW: 9000/);
});

test('a wrong answer or question writes nothing', () => {
  for (const set of ['house.designLoadW=12', 'house.desingLoadW=9000', 'board=nowhere']) {
    const home = scratch();
    assert.is(heatmine('config', 'init', '--home', home, '--set', set).status, 2, set);
    assert.not(existsSync(join(home, 'config.yaml')), set);
  }
});

test('at a terminal it asks, asks again what will not do, and takes Enter for the default', async () => {
  const home = scratch();
  // script(1) of util-linux gives it a terminal.
  const command = `${process.execPath} ${entry} config init --home ${home}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  const answers = ['', '', '12', '8000', ...Array(QUESTIONS.length).fill('')];
  let asked: NodeJS.Timeout | undefined;
  child.stdout.on('data', (data) => {
    said += data;
    // It waits for an answer once it has fallen silent behind a prompt, whatever the terminal draws around it.
    clearTimeout(asked);
    if (said.includes(']: ')) asked = setTimeout(() => child.stdin.write(`${answers.shift() ?? ''}\n`), 150);
  });
  assert.is(await new Promise((resolve) => child.once('exit', resolve)), 0);
  assert.match(said, /500/);
  assert.match(readFileSync(join(home, 'config.yaml'), 'utf8'), /designLoadW: 8000/);
});

test.run();
