import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HeatmineError } from '../../src/core/errors.ts';
import { openHistory } from '../../src/net/history/history.ts';
import { minuteMeans } from '../../src/net/history/means.ts';
import { SERIES, sampleOf } from '../../src/net/history/series.ts';
import { openStore } from '../../src/net/history/store.ts';
import { log } from './helpers.ts';
import { fill, MINUTE, T0, warn, withFile } from './history-rig.ts';
import { SAMPLES } from './samples.ts';

test('means are of whole minutes; a gap stays a gap', () => {
  const means = minuteMeans();
  assert.is(means.add(0, { roomC: 20 }), undefined);
  assert.is(means.add(59_999, { roomC: 22, cop: 3 }), undefined);
  assert.equal(means.add(60_000, { roomC: 30 }), { minute: 0, means: { roomC: 21, cop: 3 } });
  assert.equal(means.add(10 * MINUTE, {}), { minute: 1, means: { roomC: 30 } });
  assert.equal(means.end(), { minute: 10, means: {} });
  assert.is(means.end(), undefined);
});

test('a sensor that is not good leaves no value; every series has a source', () => {
  const control = structuredClone(SAMPLES.controlState);
  control.sensors.roomC!.quality = 'stale';
  const sample = sampleOf(control, SAMPLES.computeState);
  assert.not('roomC' in sample);
  assert.equal(
    SERIES.filter((name) => !(name in sample)),
    ['roomC'],
  );
});

test(
  'an hour is an hour, also where hours are not committed yet, as in a house in fast motion',
  withFile((file) => {
    const history = openHistory(file, log);
    fill(history, T0, 300);
    const hour = () => history.query(['roomC'], 1).rows.map(([timeMs]) => timeMs);
    const pending = hour();
    assert.equal([pending.length, pending.at(-1)! - pending[0]!], [60, 59 * MINUTE]);
    history.flush();
    assert.equal(hour(), pending, 'the same once they are committed');
    history.close();
  }),
);

test(
  'a month of steps of 22 minutes begins with what is not committed yet, and goes on where the committed ends',
  withFile((file) => {
    const history = openHistory(file, log);
    fill(history, T0, 50);
    const { stepS, rows, minutes } = history.query(['roomC', 'pvW'], 720);
    assert.is(stepS, 22 * 60);
    assert.is(
      minutes.reduce((sum, n) => sum + n, 0),
      49,
      'steps that are not whole count for what there is',
    );
    const step = (ms: number) => Math.floor(ms / (stepS * 1000)) * stepS * 1000;
    assert.equal(
      rows.map(([timeMs]) => timeMs),
      [...new Set([T0, T0 + 48 * MINUTE, T0 + 22 * MINUTE].map(step))].sort((a, b) => a - b),
    );
    assert.ok(rows.every(([, , pvW]) => pvW === null));
    const mean = rows.map(([, roomC]) => roomC!);
    assert.ok(mean[0]! < mean[1]! && mean[1]! < mean.at(-1)!);
    history.flush();
    assert.equal(history.query(['roomC'], 720).minutes, minutes, 'the same once it is committed');
    fill(history, T0 + 50 * MINUTE, 40);
    const later = history.query(['roomC'], 720).rows.map(([timeMs]) => timeMs);
    assert.equal([...new Set(later)], later);
    assert.is(later.at(-1), step(T0 + 88 * MINUTE));
    history.close();
  }),
);

test(
  'the reasons of a time are those told last before it, also after a restart',
  withFile((file) => {
    const first = openHistory(file, log);
    fill(first, T0, 1);
    const reason = (code: string) => [{ what: 'unit', code, text: `because ${code}` }];
    first.tell(T0, reason('a'));
    first.tell(T0 + 5 * MINUTE, reason('a'));
    first.tell(T0 + 10 * MINUTE, reason('b'));
    first.tell(T0 + 10.5 * MINUTE, reason('c'));
    assert.is(first.whyAt(T0 + 12 * MINUTE)?.reasons[0]?.code, 'b', 'told, and not committed yet');
    first.tell(T0 + 24 * MINUTE, [{ ...reason('b')[0]!, text: 'an old figure' }]);
    first.tell(T0 + 25 * MINUTE, [{ ...reason('b')[0]!, text: 'a new figure' }]);
    assert.is(first.whyAt(T0 + 40 * MINUTE)?.reasons[0]?.text, 'a new figure', 'told again after a quarter of an hour');
    first.close();
    const again = openHistory(file, log);
    fill(again, T0 + 20 * MINUTE, 1);
    const at = (minutes: number) => again.whyAt(T0 + minutes * MINUTE)?.reasons[0]?.code;
    assert.equal([at(-1), at(0), at(9), at(10), at(19)], [undefined, 'a', 'a', 'b', 'b']);
    again.close();
  }),
);

test(
  'a fault is on disk at once, with what led to it; faults that come and go do not wear the card out',
  withFile((file) => {
    const history = openHistory(file, log);
    history.event(warn('before'));
    history.event({ ...warn('broken'), level: 'fault' });
    const store = openStore(file);
    assert.equal(
      store.events(5).map((e) => e.text),
      ['broken', 'before'],
    );
    for (let i = 0; i < 20; i++) history.event({ ...warn(`again ${i}`), level: 'fault' });
    assert.ok(store.events(50).length < 10);
    store.close();
    history.close();
  }),
);

test(
  'what was written is read back, before and after a commit and a restart',
  withFile((file) => {
    const first = openHistory(file, log);
    fill(first, T0, 5);
    const open = first.query(['roomC', 'cop'], 1);
    assert.equal(
      open.rows.map((row) => row[1]),
      [0, 1, 2, 3],
    );
    first.flush();
    assert.equal(first.query(['roomC', 'cop'], 1).rows, open.rows);
    assert.equal(open.rows[1], [T0 + MINUTE, 1, 3]);
    assert.equal([open.stepS, open.simulated], [60, false]);
    first.event(warn('something'));
    first.close();
    const second = openHistory(file, log);
    fill(second, T0 + 10 * MINUTE, 2);
    assert.equal(
      second.query(['roomC'], 24).rows.map((row) => [(row[0] - T0) / MINUTE, row[1]]),
      [0, 1, 2, 3, 4].map((m) => [m, m]).concat([[10, 0]]),
    );
    assert.equal(second.events(10), [warn('something')]);
    second.close();
  }),
);

test(
  'fifteen-minute means are those of their minutes, across a restart in between',
  withFile((file) => {
    const first = openHistory(file, log);
    fill(first, T0, 8);
    first.close();
    const second = openHistory(file, log);
    for (let m = 8; m < 35; m++) second.sample(T0 + m * MINUTE, false, { roomC: m });
    second.close();
    const store = openStore(file);
    const rows = store.query(false, ['roomC'], { table: 'quarter', fromMinute: 0, toMinute: 1e9, stepMinutes: 15 });
    assert.equal(rows, [
      { atMs: T0, minutes: 15, values: [7] },
      { atMs: T0 + 15 * MINUTE, minutes: 15, values: [22] },
    ]);
    store.close();
  }),
);

test(
  'the simulated house is kept apart, by its own clock; a new run takes the place of the old',
  withFile((file) => {
    const history = openHistory(file, log);
    fill(history, Date.now(), 3);
    fill(history, T0, 50, true);
    const first = history.query(['roomC'], 24);
    assert.ok(first.simulated);
    assert.is(first.rows.length, 49);
    fill(history, T0, 10, true);
    history.flush();
    assert.is(history.query(['roomC'], 24).rows.length, 9);
    history.close();
    const store = openStore(file);
    const real = store.query(false, ['roomC'], { table: 'minute', fromMinute: 0, toMinute: 1e9, stepMinutes: 1 });
    assert.is(real.length, 3);
    store.close();
  }),
);

test(
  'a question is bounded in rows and refuses unknown names',
  withFile((file) => {
    const history = openHistory(file, log);
    fill(history, T0, 3000);
    history.flush();
    const { rows, stepS } = history.query(['roomC'], 24 * 30);
    assert.ok(rows.length <= 2000 && stepS > 60 && stepS % 60 === 0);
    assert.ok(history.query(['roomC'], 87_000).stepS % 900 === 0);
    try {
      history.query(['roomK'], 1);
      assert.unreachable();
    } catch (error) {
      assert.is((error as HeatmineError).code, 'MESSAGE_INVALID');
      assert.match((error as HeatmineError).message, 'roomC');
    }
    history.close();
  }),
);

test.run();
