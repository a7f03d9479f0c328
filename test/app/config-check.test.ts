import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { freeBase } from './free-base.ts';

const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;

let home: string;
test.before.each(() => {
  home = mkdtempSync(join(tmpdir(), 'hm-check-'));
});
test.after.each(() => rmSync(home, { recursive: true, force: true }));

const heatmine = (...args: string[]) =>
  spawnSync(process.execPath, [entry, ...args, '--home', home], { encoding: 'utf8', timeout: 60_000 });

/** Each fault as line, column and what is at fault. */
function faultsOf(text: string): [number, number, string][] {
  writeFileSync(join(home, 'config.yaml'), text);
  const { stdout, stderr, status } = heatmine('config', 'check', '--json');
  assert.is(status, 1, stdout + stderr);
  const { faults } = JSON.parse(stdout) as { faults: { line: number; column: number; message: string }[] };
  return faults.map(({ line, column, message }) => [line, column, message.split(':')[0]!]);
}

async function doctor(): Promise<{ level: string; what: string; text: string }[]> {
  return JSON.parse(heatmine('doctor', '--json', '--port-base', String(await freeBase())).stdout);
}

test('a board that is not there is told in its place, with all the other faults', async () => {
  assert.equal(faultsOf('board: nowhere\nhouse:\n  designLoadW: 12\n').sort(), [
    [1, 8, 'board'],
    [3, 16, 'house.designLoadW'],
  ]);
  assert.equal(faultsOf('unit: a\nboard: nowhere\n'), [[2, 8, 'board']]);
  assert.match(
    heatmine('config', 'check').stdout,
    /config\.yaml:2:8: board: .*nowhere\.json: cannot be read.*boards\//,
  );
  assert.is((await doctor()).filter(({ text }) => /nowhere/.test(text)).length, 1);
});

test('files that are not there are faults in their place, and doctor tells each once', async () => {
  const broker = 'net:\n  houseBroker:\n    url: mqtts://a.invalid:1\n    passwordFile: keys/b\n    caFile: keys/c\n';
  const email = 'notify:\n  email:\n    to: a@b.example\n    host: c.invalid\n    passwordFile: keys/d\n';
  assert.equal(faultsOf(`board: pi4\nsim: { weather: /a.dat }\n${broker}${email}`), [
    [2, 17, 'sim.weather'],
    [6, 19, 'net.houseBroker.passwordFile'],
    [7, 13, 'net.houseBroker.caFile'],
    [12, 19, 'notify.email.passwordFile'],
  ]);
  const found = await doctor();
  for (const file of ['a.dat', 'keys/b', 'keys/c', 'keys/d']) {
    const told = found.filter(({ text }) => text.includes(file));
    assert.equal(
      told.map(({ level, what }) => [level, what]),
      [['WARN', 'config']],
      file,
    );
  }
  assert.is(found.find(({ what }) => what === 'ports')!.level, 'OK');
});

test('an old name is told where its owner wrote it', () => {
  const old = 'version: 1\nnet: { join: { url: "mqtt://a:1", passwordFile: nope } }\n';
  assert.equal(faultsOf(old), [[2, 49, 'net.houseBroker.passwordFile']]);
});

test('a weather file that stops the simulated house is a failure of doctor', async () => {
  writeFileSync(join(home, 'config.yaml'), 'sim: { weather: /a.dat }\n');
  const told = (await doctor()).filter(({ text }) => text.includes('a.dat'));
  assert.equal(
    told.map(({ level, what }) => [level, what]),
    [['FAIL', 'config']],
  );
});

test.run();
