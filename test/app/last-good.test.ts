import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bootConfig, keepLastGood } from '../../src/app/last-good.ts';
import { spawnUnit } from '../../src/app/spawn-unit.ts';
import { Config } from '../../src/core/config.ts';
import { ensurePaths, type Paths, pathsOf } from '../../src/core/paths.ts';

let paths: Paths;
test.before.each(() => {
  paths = pathsOf(mkdtempSync(join(tmpdir(), 'hm-good-')));
  ensurePaths(paths);
});
test.after.each(() => rmSync(paths.home, { recursive: true }));

const write = (text: string) => writeFileSync(paths.config, text);
const boot = () => bootConfig(paths, {});
const kept = () => join(paths.state, 'config-last-good.json');

test('F30: a real board whose config.yaml is refused starts with the one it last ran with, and says why', () => {
  write('board: pi4\nhouse:\n  designLoadW: 9000\n');
  const { config, refused } = boot();
  assert.is(refused, undefined);
  keepLastGood(paths, config);
  for (const bad of ['board: pi4\nhouse:\n  designLoadW: nine\n', 'board: [', '\0\0\0\0', 'board: pi4\nhuose: 1\n']) {
    write(bad);
    const again = boot();
    assert.equal(again.config, config, bad);
    assert.match(again.refused!, /config.yaml/);
  }
  write('board: pi4\nhouse:\n  designLoadW: 8000\n');
  assert.is(boot().config.house.designLoadW, 8000, 'once it is mended it holds again');
});

test('F30: a simulated house, or one that has never run, is refused as before', () => {
  write('board: pi4\nhouse: 3\n');
  assert.throws(boot, /house/);
  keepLastGood(paths, Config.parse({}));
  assert.throws(boot, /house/);
});

test('F30: what an older program kept as last good still starts the house', () => {
  writeFileSync(kept(), readFileSync(join(import.meta.dirname, '../core/old-configs/v1-last-good.txt')));
  write('board: [');
  const { config, refused } = boot();
  assert.match(refused!, /config.yaml/);
  assert.is(config.unit, 'cellar');
  assert.is(config.net.houseBroker?.url, 'mqtts://192.168.1.10:8883');
  assert.is(config.swarm.serve?.debtLimitUc, 20_000);
  write('version: 999\nboard: pi5\n');
  assert.match(boot().refused!, /newer HeatMine/);
});

test('F28, F30: every cut and every bit flip of the kept configuration is found; it is then not used', () => {
  keepLastGood(paths, Config.parse({ board: 'pi4' }));
  write('board: [');
  assert.is(boot().config.board, 'pi4');
  const sound = readFileSync(kept());
  for (let at = 0; at < sound.length - 1; at += 17) {
    writeFileSync(kept(), sound.subarray(0, at));
    assert.throws(boot, /config.yaml/, `cut at ${at}`);
    const bent = Buffer.from(sound);
    bent[at] = bent[at]! ^ (1 << (at % 7));
    writeFileSync(kept(), bent);
    assert.throws(boot, /config.yaml/, `flipped at ${at}`);
  }
});

test('F30: a real unit whose config.yaml is spoilt starts all the same, and its page says so', async () => {
  // No hardware is here: the unit starts without it, everything off.
  const config = 'board: pi5\nunit: cellar\n';
  const portBase = 23_900;
  const first = spawnUnit({ portBase, config });
  const { home } = first;
  try {
    await first.until((s) => s.control !== null, 60_000);
    first.child.kill('SIGINT');
    await once(first.child, 'exit');
    writeFileSync(join(home, 'config.yaml'), 'board: pi5\nhous: {}\n');
    const again = spawnUnit({ portBase, home });
    try {
      await again.until((s) => s.control !== null, 60_000);
      assert.is((await again.state()).control!.board, 'pi5');
      const events = (await (await fetch(`${again.url}/api/events?limit=20`)).json()) as {
        code: string;
        text: string;
      }[];
      assert.match(events.find((e) => e.code === 'CONFIG_REFUSED')!.text, 'did you mean "house"');
    } finally {
      await again.stop();
    }
  } finally {
    await first.stop();
  }
});

test.run();
