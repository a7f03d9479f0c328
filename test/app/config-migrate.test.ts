import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spawnUnit } from '../../src/app/spawn-unit.ts';
import { parseConfig } from '../../src/core/config.ts';
import { CONFIG_VERSION } from '../../src/core/config-versions.ts';
import { inviteLine } from '../../src/net/swarm/invite.ts';
import { freeBase } from './free-base.ts';

const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const old = (name: string) => join(import.meta.dirname, '../core/old-configs', name);
const RICH = readFileSync(old('v1-rich.yaml'), 'utf8');

let home: string;
test.before.each(() => {
  home = mkdtempSync(join(tmpdir(), 'hm-migrate-'));
});
test.after.each(() => rmSync(home, { recursive: true, force: true }));

const heatmine = (...args: string[]) =>
  spawnSync(process.execPath, [entry, ...args, '--home', home], { encoding: 'utf8', timeout: 60_000 });
const text = () => readFileSync(join(home, 'config.yaml'), 'utf8');
const kept = () => readdirSync(home).filter((name) => name.startsWith('config.yaml.v'));

test('config check only tells; config migrate does it once and keeps the old file', () => {
  copyFileSync(old('v1-rich.yaml'), join(home, 'config.yaml'));
  mkdirSync(join(home, 'keys'));
  writeFileSync(join(home, 'keys/mosquitto'), 'secret');
  const check = heatmine('config', 'check');
  assert.is(check.status, 0, check.stderr);
  assert.match(check.stderr, /net\.join -> net\.houseBroker.*config migrate/);
  assert.is(text(), RICH);
  const told = JSON.parse(heatmine('config', 'check', '--json').stdout);
  assert.equal([told.sound, told.version, told.toMigrate.length], [true, 1, 4]);

  const done = JSON.parse(heatmine('config', 'migrate', '--json').stdout);
  assert.equal([done.from, done.to, done.changes.length], [1, CONFIG_VERSION, 4]);
  assert.is(readFileSync(done.backup, 'utf8'), RICH);
  assert.match(text(), /houseBroker:\s+# since spring/);
  assert.is(heatmine('config', 'check').stderr, '');
  assert.match(heatmine('config', 'migrate').stdout, /nothing to do/);
  assert.is(kept().length, 1);
});

test('faults of an old file are told in its own lines, and it is not touched', () => {
  writeFileSync(join(home, 'config.yaml'), 'version: 1\nnet:\n  join: {url: nowhere}\nhuose: {}\n');
  const { status, stdout } = heatmine('config', 'check');
  assert.is(status, 1);
  assert.match(stdout, /config\.yaml:3:15: net\.houseBroker\.url/);
  assert.match(stdout, /config\.yaml:4:1: unknown key "huose", did you mean "house"/);
  assert.is(JSON.parse(heatmine('config', 'check', '--json').stdout).faults.length, 2);
  assert.is(heatmine('config', 'migrate').status, 2);
  assert.equal(kept(), []);
});

test('an invite goes into a migrated file; what is kept is the file as it was', () => {
  writeFileSync(join(home, 'config.yaml'), 'version: 1\nnet: { join: { url: mqtt://a:1883 } } # mine\n');
  const line = inviteLine({ bootstrap: ['127.0.0.1:9999'], relays: [] });
  const { status, stderr } = heatmine('join', line);
  assert.is(status, 0, stderr);
  assert.match(stderr, /net\.join -> net\.houseBroker/);
  assert.match(text(), /# mine/);
  const config = parseConfig(text(), 'x');
  assert.equal([config.net.houseBroker?.url, config.swarm.join], ['mqtt://a:1883', true]);
  assert.not.match(readFileSync(join(home, kept()[0]!), 'utf8'), 'bootstrap');
});

test('a backup of version 1 restores; the next start brings it up and the page says so', async () => {
  // Made by the program of version 1.
  const restored = heatmine('restore', old('v1.heatmine'), '--yes');
  assert.is(restored.status, 0, restored.stderr);
  assert.is(text(), RICH);
  // The same house, without the broker and card that are not here.
  writeFileSync(
    join(home, 'config.yaml'),
    'version: 1\nunit: cellar # mine\ncompute: {fillerCommand: {run: "true", watts: 5}}\n',
  );
  const unit = spawnUnit({ portBase: await freeBase(), home });
  try {
    await unit.until((s) => s.control !== null, 60_000);
    assert.is(text(), 'version: 2\nunit: cellar # mine\ncompute: {fillerCommand: {run: "true", powerW: 5}}\n');
    assert.is(kept().length, 1);
    const events = (await (await fetch(`${unit.url}/api/events?limit=20`)).json()) as { code: string; text: string }[];
    assert.match(events.find((e) => e.code === 'CONFIG_MIGRATED')!.text, 'fillerCommand.watts ->');
  } finally {
    await unit.stop();
  }
});

test.run();
