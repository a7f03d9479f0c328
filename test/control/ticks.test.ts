import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ticksCsv, ticksStory } from '../../src/app/ticks-text.ts';
import { openTickLog } from '../../src/control/ticks.ts';
import { readTicks, ticksFiles } from '../../src/core/ticks.ts';
import { lastFault } from '../../src/net/web/support.ts';
import { createRig, imageOf, tick } from './rig.ts';

const dirs: string[] = [];
const freshDir = () => {
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-ticks-'));
  dirs.push(dir);
  return dir;
};
const none = (text: string) => assert.unreachable(text);
const AFTER_MS = 3_600_000;

/** A rig whose ticks go into a log; `faultAt` is told in that tick. */
function recorded(dir: string, ticks: number, faultAt: number) {
  const rig = createRig();
  const log = openTickLog(dir, none, { monoMs: () => rig.atMs, afterMs: AFTER_MS });
  for (let i = 1; i <= ticks; i++) {
    if (i === faultAt) {
      rig.values.gasOk = 0;
      rig.quality.roomC = 'bad';
    }
    const image = imageOf(rig, rig.verdict.outputs);
    const verdict = tick(rig);
    log.add({ ...image, atMs: rig.atMs }, verdict);
    if (i === faultAt) log.fault('gas alarm', Date.UTC(2026, 0, 2, 3, 4, 5));
  }
  return { rig, log };
}

test('ten minutes and what came after them are written down, in order and to the value', async () => {
  const dir = freshDir();
  const { rig, log } = recorded(dir, 7300, 7000);
  await log.close();
  const [file, ...more] = ticksFiles(dir);
  assert.equal(more, []);
  const t = readTicks(file!);
  assert.is(t.atMs.length, 6000);
  assert.is(t.atMs.at(-1), rig.atMs);
  for (let i = 1; i < 6000; i++) assert.ok(t.atMs[i]! > t.atMs[i - 1]!, `tick ${i}`);
  const column = (name: string) => t.columns.indexOf(name);
  const at = (row: number, name: string) => t.values[row * t.columns.length + column(name)]!;
  const fault = t.atMs.indexOf(t.faultMs);
  assert.is(fault, 6000 - 301);
  assert.equal([at(fault - 1, 'safety'), at(fault, 'safety'), at(5999, 'latched')], [0, 4, 1]);
  assert.equal([at(fault - 1, 'gasOk'), at(fault, 'gasOk')], [1, 0]);
  assert.ok(Math.abs(at(fault - 1, 'roomC') - 20.8) < 1e-5);
  assert.ok(Number.isNaN(at(fault, 'roomC')), 'what is not good is not known');
});

test('the story names what turned, the bundle has each tick around it, the spreadsheet all', async () => {
  const dir = freshDir();
  const { log } = recorded(dir, 1200, 1000);
  await log.close();
  const ticks = readTicks(ticksFiles(dir)[0]!);
  const story = ticksStory(ticks, 'Europe/Berlin');
  assert.match(story[0]!, /2026-01-02 04:04:05 CET: gas alarm/);
  for (const line of [/0\.0 s {2}gasOk: 1 -> 0/, /safety: 0 -> 4/, /roomC: 20\.8 -> unknown/]) {
    assert.ok(
      story.some((s) => line.test(s)),
      String(line),
    );
  }
  const csv = [...ticksCsv(ticks)];
  assert.is(csv.length, 1201);
  assert.ok(csv.every((row) => row.split(',').length === csv[0]!.split(',').length));
  const bundle = lastFault(dir) as { why: string; columns: string[]; rows: (number | null)[][] };
  assert.is(bundle.why, 'gas alarm');
  assert.is(bundle.rows.filter((r) => r[0]! >= 0).length, 201);
  assert.ok(bundle.rows.every((r) => r.length === bundle.columns.length));
  assert.is(JSON.parse(JSON.stringify(bundle)).rows.at(-1)[bundle.columns.indexOf('roomC')], null);
});

test('faults one after the other: one file for those within seconds, four in a row, then one an hour, eight kept', async () => {
  const dir = freshDir();
  const rig = createRig();
  let nowMs = 0;
  const log = openTickLog(dir, none, { monoMs: () => nowMs, afterMs: 0 });
  const verdict = tick(rig);
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
  let files = 0;
  for (let i = 0; i < 40; i++) {
    log.add(imageOf(rig, verdict.outputs), verdict);
    log.fault('first', i * 1000);
    log.fault('in the same moment', i * 1000 + 1);
    await settle();
    nowMs += i < 20 ? 60_000 : 3_600_000;
    if (i === 19) {
      await log.close();
      files = ticksFiles(dir).length;
    }
  }
  await log.close();
  assert.is(files, 4, 'within 20 min');
  const kept = ticksFiles(dir);
  assert.is(kept.length, 8);
  assert.ok(kept.every((f) => readTicks(f).why === 'first'));
});

test('a disk that takes nothing is told; a broken file is no bundle and no crash', async () => {
  const dir = freshDir();
  const blocked = join(dir, 'file');
  writeFileSync(blocked, '');
  const told: string[] = [];
  const rig = createRig();
  const log = openTickLog(join(blocked, 'ticks'), (text) => void told.push(text), {
    monoMs: () => 0,
    afterMs: AFTER_MS,
  });
  log.add(imageOf(rig, rig.verdict.outputs), tick(rig));
  log.fault('something', 0);
  await log.close();
  assert.is(told.length, 1);
  writeFileSync(join(dir, '2026.ticks.gz'), 'no gzip');
  assert.is(lastFault(dir), null);
});

test.after(() => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});

test.run();
