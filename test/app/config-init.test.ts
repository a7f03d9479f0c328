import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultOf, faultOf, machineZone, QUESTIONS, typed, yamlOf } from '../../src/app/config-init.ts';
import { parseConfig } from '../../src/core/config.ts';
import { atTerminal } from './terminal.ts';

const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const scratch = () => mkdtempSync(join(tmpdir(), 'heatmine-init-'));
const heatmine = (...args: string[]) => spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' });

test('every question has a default of the schema or may stay open, and the defaults together are the defaults', () => {
  for (const { path } of QUESTIONS) {
    const value = defaultOf(path);
    if (value !== undefined) assert.is(faultOf(path, value), undefined, path);
  }
  assert.equal(parseConfig(yamlOf(new Map()), 'x'), parseConfig('', 'x'));
});

test('an answer out of range is told in the words of the schema', () => {
  assert.match(faultOf('house.designLoadW', typed('house.designLoadW', '12'))!, /500/);
  assert.ok(faultOf('house.designLoadW', typed('house.designLoadW', 'much')));
  assert.match(faultOf('notify.ntfy', 'nowhere')!, /such as https:/);
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
  const { said, code } = await atTerminal(
    ['config', 'init', '--home', home],
    [
      [/Heat load/, '12', '8000'],
      [/What heats the house when/, 'gas'],
      [/kWh of heat from gas/, '0,11'],
      [/Room that alone/, 'Living room', 'living'],
      [/Price of a kWh/, '0.31'],
      [/Join the swarm/, 'perhaps', ''],
    ],
  );
  assert.is(code, 0, said);
  for (const told of [/500/, /lower case letters/, /yes or no\r?\n/]) assert.match(said, told);
  assert.not(/Tax on both/.test(said), 'what a fixed price makes idle is not asked');
  const text = readFileSync(join(home, 'config.yaml'), 'utf8');
  const { house, tariff, swarm, net } = parseConfig(text, 'x');
  assert.equal([house.designLoadW, house.alternativeHeat, house.alternativeEurPerKwh], [8000, 'gas', 0.11]);
  assert.equal([house.comfort.priorityZone, tariff.fixedEurPerKwh], ['living', 0.31]);
  assert.equal([swarm.join, net.houseBroker], [false, undefined]);
  assert.match(text, /\n {2}# Heat load on the coldest day.*\n {2}designLoadW: 8000\n/);
});

test('Ctrl-D in the midst writes nothing', async () => {
  const home = scratch();
  const { code } = await atTerminal(['config', 'init', '--home', home], [[/Heat load/, '\u0004']]);
  assert.is(code, 2);
  assert.not(existsSync(join(home, 'config.yaml')));
});

test('the clock of the machine is suggested where somebody has set one', () => {
  assert.equal(['UTC', 'Etc/UTC', 'GMT', 'Asia/Kathmandu'].map(machineZone), [...Array(3), 'Asia/Kathmandu']);
});

test.run();
