import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosimulate } from '../../src/app/cosim.ts';
import { parseCsv } from '../../src/app/identify/csv.ts';
import { WATER_W_PER_LPM_K } from '../../src/control/physics.ts';
import { Config } from '../../src/core/config.ts';
import { type PlantState, sensorsOf } from '../../src/hal/sim/plant/plant.ts';
import { stepRooms } from '../../src/hal/sim/plant/rooms.ts';
import { type MinuteRow, minuteMeans } from '../../src/net/history/means.ts';
import { openStore } from '../../src/net/history/store.ts';

const CLI = join(import.meta.dirname, '../../scripts/heatmine.mjs');

/** The command as a person runs it: exit code, standard output. */
async function heatmine(...args: string[]): Promise<{ code: number; out: string; talk: string }> {
  try {
    const done = await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args]);
    return { code: 0, out: done.stdout, talk: done.stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, talk: stderr };
  }
}

const withHome = (body: (home: string) => Promise<void>) => async () => {
  const home = mkdtempSync(join(tmpdir(), 'heatmine-identify-'));
  mkdirSync(join(home, 'state'));
  try {
    await body(home);
  } finally {
    rmSync(home, { recursive: true });
  }
};

/** What the plant's rooms need for each kelvin in the long run, the heat coming from its emitter: half of it radiant. */
function trueLossWPerK({ rooms }: PlantState['params']): number {
  const heatW = 1000;
  let s = { airC: 0, extC: 0, intC: 0 };
  for (let i = 0; i < 20_000; i++) s = stepRooms(rooms, s, { airW: heatW / 2, radiantW: heatW / 2 }, 0, 3600);
  return heatW / s.airC;
}

/** Days of the co-simulated house as net would have recorded them; returns the heat loss it truly has. */
function recordDays(home: string, days: number, house: object): number {
  const config = Config.parse({ house, sim: { startsAt: '2025-01-05T00:00:00Z' } });
  const startMs = Date.parse(config.sim.startsAt);
  const means = minuteMeans();
  const rows: MinuteRow[] = [];
  let params: PlantState['params'] | undefined;
  cosimulate({
    config,
    days,
    dtS: 30,
    watch(houseS, plant, verdict) {
      params = plant.params;
      const s = sensorsOf(plant);
      const wPerK = s.heatFlowLpm >= 1 ? WATER_W_PER_LPM_K * s.heatFlowLpm : 0;
      const row = means.add(startMs + houseS * 1000, {
        roomC: s.roomC,
        outdoorC: s.outdoorC,
        condenserW: wPerK * (s.condenserOutC - s.returnC),
        accelHeatW: wPerK * (s.supplyC - s.condenserOutC),
        hotWaterOn: verdict.outputs.hotWaterOn,
        pvW: s.pvW,
      });
      if (row) rows.push(row);
    },
  });
  const store = openStore(join(home, 'state', 'history.db'));
  store.write(true, { rows, events: [], told: [] });
  store.close();
  return trueLossWPerK(params!);
}

for (const [name, said, isW] of [
  ['whose papers are right', 12_000, 12_000],
  ['whose papers claim twice its load', 12_000, 6_500],
] as const) {
  test(
    `the unit's own records give the true heat loss within 15 %: a house ${name}`,
    withHome(async (home) => {
      const trueWPerK = recordDays(home, 21, { designLoadW: isW, supplyDesignC: 42 });
      writeFileSync(join(home, 'config.yaml'), `house:\n  designLoadW: ${said}\n`);
      const { code, out } = await heatmine('identify', '--home', home, '--json');
      const { house, foreseen, suffices } = JSON.parse(out);
      const off = house.lossWPerK / trueWPerK - 1;
      assert.ok(Math.abs(off) < 0.15, `${house.lossWPerK} W/K, truly ${trueWPerK}`);
      assert.ok(Math.abs(off) < 3 * house.lossSdShare + 0.05, `off by ${off}, claims ${house.lossSdShare}`);
      assert.ok(foreseen.at24hK < foreseen.persistence24hK, JSON.stringify(foreseen));
      assert.is(suffices, true);
      assert.is(code, 0);
    }),
  );
}

test(
  'too few days: exit 1 and what to do; no records: exit 2 and where they would be',
  withHome(async (home) => {
    const none = await heatmine('identify', '--home', home);
    assert.is(none.code, 2);
    assert.match(none.talk, /history\.db/);
    recordDays(home, 1.5, {});
    const few = await heatmine('identify', '--home', home);
    assert.is(few.code, 1);
    assert.match(few.out, /-> record at least/);
  }),
);

test('a table of any of the documented shapes is read; a wrong cell is named by its line', () => {
  const [a, b] = parseCsv(
    'time;roomC;outdoorC;supplyC;returnC;heatFlowLpm\n2026-01-01T00:00:00Z;20;1;35;30;10\n2026-01-01T00:15:00Z;;1;35;30;10\n',
    'x.csv',
  );
  assert.ok(Math.abs(a!.heatW - WATER_W_PER_LPM_K * 50) < 1e-6);
  assert.is(b!.atS - a!.atS, 900);
  assert.is(b!.roomC, null);
  const [low] = parseCsv(
    'time,roomC,outdoorC,heatW,solarWm2,directNormalWm2,diffuseWm2\n0,20,1,0,150,400,50\n',
    'x.csv',
  );
  assert.ok(low!.solarWm2 > 380, 'a low sun is worth more on a wall');
  assert.throws(() => parseCsv('time,roomC,outdoorC,heatW\n0,20,warm,1\n', 'x.csv'), /x\.csv:2: outdoorC is "warm"/);
  assert.throws(() => parseCsv('time,roomC,outdoorC\n', 'x.csv'), /heat is needed/);
  assert.throws(() => parseCsv('', 'x.csv'), /no column time, roomC, outdoorC/);
});

test.run();
