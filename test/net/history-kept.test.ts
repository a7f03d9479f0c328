import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openHistory } from '../../src/net/history/history.ts';
import { KEEP, openStore } from '../../src/net/history/store.ts';
import { log } from './helpers.ts';
import { fill, MINUTE, T0, warn, withFile } from './history-rig.ts';

test(
  'a flood of events is bounded in memory and on disk',
  withFile((file) => {
    const history = openHistory(file, log);
    for (let i = 0; i < 10_000; i++) history.event(warn(`event ${i}`));
    history.flush();
    assert.ok(history.events(500).length <= 61);
    history.close();
    const store = openStore(file);
    const events = Array.from({ length: KEEP.event + 500 }, (_, i) => warn(`${i}`));
    store.write(false, { rows: [], events, told: [] });
    store.trim();
    assert.is(store.events(100_000).length, KEEP.event);
    assert.is(store.events(1)[0]!.text, String(KEEP.event + 499));
    store.close();
  }),
);

const DAMAGE: Record<string, (file: string) => void> = {
  'no database': (file) => writeFileSync(file, 'nonsense'.repeat(1000)),
  'zeros in the first page': (file) => {
    const fd = openSync(file, 'r+');
    writeSync(fd, Buffer.alloc(4096), 0, 4096, 0);
    closeSync(fd);
  },
  'noise behind the header': (file) => {
    const fd = openSync(file, 'r+');
    const size = statSync(file).size;
    writeSync(fd, Buffer.alloc(size - 100, 0xa5), 0, size - 100, 100);
    closeSync(fd);
  },
  'cut short': (file) => writeFileSync(file, readFileSync(file).subarray(0, 5000)),
};
for (const [name, damage] of Object.entries(DAMAGE)) {
  test(
    `a damaged file (${name}) is moved aside, said, and history goes on`,
    withFile((file) => {
      const before = openHistory(file, log);
      fill(before, T0, 2000);
      before.close();
      damage(file);
      const after = openHistory(file, log);
      fill(after, T0, 3);
      after.flush();
      assert.is(after.query(['roomC'], 1).rows.length, 2);
      assert.ok(existsSync(`${file}.damaged`));
      const told = after.events(5).find((event) => event.code === 'HISTORY_DAMAGED');
      assert.match(told!.text, '.damaged');
      after.close();
    }),
  );
}

test(
  'trimmed by count: a clock that jumps ten years ahead erases nothing',
  withFile((file) => {
    const history = openHistory(file, log);
    fill(history, T0, 100);
    fill(history, T0 + 10 * 365 * 86_400_000, 2);
    fill(history, T0 + 100 * MINUTE, 2);
    history.flush();
    assert.is(history.query(['roomC'], 24).rows.length, 101, 'nothing from the future is shown');
    history.close();
    const store = openStore(file);
    store.trim();
    assert.is(
      store.query(false, ['roomC'], { table: 'minute', fromMinute: 0, toMinute: 1e9, stepMinutes: 1 }).length,
      104,
    );
    store.close();
  }),
);

test.run();
