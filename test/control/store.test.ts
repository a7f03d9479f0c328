import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { restoredState, storedOf } from '../../src/control/persist.ts';
import { initialState } from '../../src/control/step.ts';
import { createStore, loadStore } from '../../src/control/store.ts';
import { seededRandom } from '../../src/core/random.ts';
import { createRig, HOUSE, run, tick, until } from './rig.ts';

const dir = mkdtempSync(join(tmpdir(), 'hm-store-'));
const file = join(dir, 'state', 'state.json');
test.after(() => rmSync(dir, { recursive: true }));
const complain = (text: string) => assert.unreachable(text);

test('a new unit has no state and no complaint', () => {
  assert.equal(loadStore(file), { stored: undefined });
});

test('what is offered is found again; nothing but the file and the one before it stays behind', async () => {
  const store = createStore(file, complain);
  const setPoints = { ...DEFAULT_SETPOINTS, roomSetC: 22.5, mode: 'cooling' as const };
  const stored = storedOf(setPoints, initialState(HOUSE));
  store.offer(stored, 0);
  await store.flush();
  assert.equal(loadStore(file).stored, stored);
  assert.equal(readdirSync(join(dir, 'state')), ['state.json', 'state.json.before']);
});

test('counters alone are written every quarter of an hour, a wish within seconds', async () => {
  const store = createStore(file, complain);
  const state = initialState(HOUSE);
  const at = (roomSetC: number, heatKwh: number) =>
    storedOf({ ...DEFAULT_SETPOINTS, roomSetC }, { ...state, energy: { ...state.energy, heatKwh } });
  const onDisk = () => loadStore(file).stored!;
  const arrives = async (is: () => boolean) => {
    for (let i = 0; i < 200 && !is(); i++) await new Promise((done) => setTimeout(done, 20));
    assert.ok(is());
  };
  store.offer(at(21, 1), 0);
  await arrives(() => onDisk().core.energy.heatKwh === 1);
  await new Promise((done) => setTimeout(done, 100));
  store.offer(at(21, 5), 60_000);
  await new Promise((done) => setTimeout(done, 200));
  assert.is(onDisk().core.energy.heatKwh, 1);
  store.offer(at(23, 6), 63_000);
  await arrives(() => onDisk().setPoints.roomSetC === 23);
  await new Promise((done) => setTimeout(done, 100));
  store.offer(at(23, 9), 63_000 + 900_000);
  await arrives(() => onDisk().core.energy.heatKwh === 9);
  await store.flush();
});

test('a file cut at any byte, flipped or hostile means defaults and one line that says so', async () => {
  const store = createStore(file, complain);
  store.offer(storedOf(DEFAULT_SETPOINTS, initialState(HOUSE)), 0);
  await store.flush();
  const whole = readFileSync(file, 'utf8');
  rmSync(`${file}.before`, { force: true });
  const broken = [
    // All of the text without its sum is a file of an earlier release: nothing is lost in it.
    ...Array.from({ length: 40 }, (_, i) => whole.slice(0, Math.floor((i * whole.indexOf('\n')) / 40))),
    whole.slice(0, -1),
    whole.replace('"version":1', '"version":2'),
    '[]',
    'x'.repeat(100_000),
  ];
  for (const text of broken) {
    writeFileSync(file, text);
    const loaded = loadStore(file);
    assert.is(loaded.stored, undefined, text.slice(0, 80));
    assert.match(loaded.problem!, 'defaults are used');
  }
});

test('every flipped bit is found; the state before it stands in, and a cut between the two renames loses nothing', async () => {
  const store = createStore(file, complain);
  const at = (roomSetC: number) => storedOf({ ...DEFAULT_SETPOINTS, roomSetC }, initialState(HOUSE));
  for (const roomSetC of [19, 20]) {
    store.offer(at(roomSetC), 0);
    await store.flush();
  }
  const whole = readFileSync(file);
  const random = seededRandom(31);
  for (let i = 0; i < 200; i++) {
    const rotten = Buffer.from(whole);
    const byte = Math.floor(random() * whole.length);
    rotten[byte] = rotten[byte]! ^ (1 << Math.floor(8 * random()));
    writeFileSync(file, rotten);
    const { stored, problem } = loadStore(file);
    assert.is(stored?.setPoints.roomSetC, 19, `byte ${byte}`);
    assert.match(problem!, 'the state before it is used');
  }
  rmSync(file);
  assert.equal(loadStore(file), { stored: at(19) });
  writeFileSync(file, whole);
  assert.equal(loadStore(file), { stored: at(20) });
});

test('what a newer release has added is left out, and a file of an older one has no sum', () => {
  const stored = JSON.parse(JSON.stringify(storedOf({ ...DEFAULT_SETPOINTS, roomSetC: 18 }, initialState(HOUSE))));
  writeFileSync(file, JSON.stringify({ ...stored, later: 1, core: { ...stored.core, starts: 7, later: { a: 1 } } }));
  const loaded = loadStore(file);
  assert.equal([loaded.problem, loaded.stored?.setPoints.roomSetC, loaded.stored?.core.starts], [undefined, 18, 7]);
});

test('what another release says otherwise is lost alone: latches, starts and the other wishes stay', () => {
  const latched = { latched: true, agesS: [3], text: 'mend it' };
  const wish = { kind: 'pause-compute', id: '1', by: 'me', leftS: 3000, byK: 0, costEur: 0, text: 'paused' };
  const legionella = { sinceS: 5e5, holdS: 0, runS: null, retryS: null };
  const others: ((core: Record<string, Record<string, unknown>>, all: Record<string, unknown>) => void)[] = [
    ({ energy }) => Object.assign(energy!, { later: 1 }),
    ({ energy }) => Object.assign(energy!, { heatKwh: null }),
    (core) => Object.assign(core, { pumped: undefined }),
    ({ swapped }) => Object.assign(swapped!, { tank: true }),
    ({ trips }) => Object.assign(trips!.F10!, { later: 1 }),
    ({ trips }) => Object.assign(trips!, { F99: { latched: 'perhaps' }, 'a-longer-name': latched }),
    ({ comfort }) => Object.assign(comfort!, { later: 1 }),
    ({ comfort }) => Object.assign(comfort!.legionella!, { later: 1 }),
    ({ comfort }) => (comfort!.overrides as unknown[]).unshift({ ...wish, kind: 'sauna' }),
    ({ stillS }) => Object.assign(stillS!, { later: 1, hotWaterOn: -1 }),
    (_, all) => Object.assign(all.setPoints!, { mode: 'sauna', hotWaterSetC: 99 }),
  ];
  for (const [i, other] of others.entries()) {
    const stored = JSON.parse(JSON.stringify(storedOf({ ...DEFAULT_SETPOINTS, roomSetC: 18 }, initialState(HOUSE))));
    Object.assign(stored.core, { starts: 7, trips: { F10: { ...latched } }, swapped: { coolant: true, water: false } });
    Object.assign(stored.core.comfort, { overrides: [wish], legionella: { ...legionella } });
    stored.core.stillS.rejectOn = 5000;
    other(stored.core, stored);
    writeFileSync(file, JSON.stringify(stored));
    const loaded = loadStore(file);
    assert.equal(loaded.stored?.setPoints, { ...DEFAULT_SETPOINTS, roomSetC: 18 }, `${i}: ${loaded.problem}`);
    const { decided, interlock, comfort, commission } = restoredState(HOUSE, loaded.stored);
    assert.is(decided.compressor.starts, 7, `${i}`);
    assert.is(interlock.trips.F10?.latched, true, `${i}`);
    assert.equal(commission.swapped, { coolant: true, water: false }, `${i}`);
    assert.equal(comfort.overrides, [wish], `${i}`);
    assert.equal(comfort.legionella, legionella, `${i}`);
    assert.is(decided.exercise.stillS.rejectOn, 5000, `${i}`);
  }
});

test('a disk that cannot be written is told, and stops nothing', async () => {
  const told: string[] = [];
  const store = createStore(join(file, 'state.json'), (text) => told.push(text));
  store.offer(storedOf(DEFAULT_SETPOINTS, initialState(HOUSE)), 0);
  await store.flush();
  assert.ok(told.length >= 1);
});

test('a latch outlives a restart, and the compressor rests its full time after one', () => {
  const rig = createRig({ bufferTopC: 30 });
  rig.setPoints.computeOn = false;
  assert.ok(until(rig, 400, (v) => v.outputs.compressorOn === 1) < 400);
  rig.values.gasOk = 0;
  run(rig, 1);
  assert.is(rig.verdict.latched, true);
  const stored = JSON.parse(JSON.stringify(storedOf(rig.setPoints, rig.state)));
  const again = createRig({ bufferTopC: 30 });
  again.setPoints.computeOn = false;
  again.state = restoredState(HOUSE, stored);
  run(again, 30);
  assert.is(again.verdict.latched, true);
  assert.is(again.verdict.outputs.compressorOn, 0);
  again.acknowledge = { by: 'owner' };
  tick(again);
  assert.is(again.verdict.latched, false);
  const restS = until(again, 600, (v) => v.outputs.compressorOn === 1);
  assert.ok(restS > 200, `started after ${restS} s`);
  assert.is(again.state.decided.compressor.startAgesS.length, 2, 'starts before the restart still count');
});

test.run();
