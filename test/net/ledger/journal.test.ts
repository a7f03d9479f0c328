import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { manualClock } from '../../../src/core/clock.ts';
import { seededRandom } from '../../../src/core/random.ts';
import type { Disk } from '../../../src/net/ledger/disk.ts';
import { HEADER_BYTES } from '../../../src/net/ledger/heads.ts';
import { type Journal, type JournalOptions, openJournal } from '../../../src/net/ledger/journal.ts';
import { scan } from '../../../src/net/ledger/scan.ts';

/** A disk in memory that can be told to fail. */
function memoryDisk(bytes?: Buffer) {
  const state = { bytes, aside: undefined as Buffer | undefined, fail: undefined as string | undefined, syncs: 0 };
  const failing = () => {
    if (state.fail) throw new Error(state.fail);
  };
  const disk: Disk = {
    read: async () => state.bytes && Buffer.from(state.bytes),
    async write(more, at) {
      const next = Buffer.alloc(Math.max(state.bytes!.length, at + more.length));
      state.bytes!.copy(next);
      // What fits is written before the disk is full.
      next.set(state.fail ? more.subarray(0, more.length / 2) : more, at);
      state.bytes = next;
      failing();
    },
    async truncate(length) {
      failing();
      state.bytes = state.bytes!.subarray(0, length);
    },
    async sync() {
      failing();
      state.syncs++;
    },
    async replace(all, keepAs) {
      failing();
      if (keepAs !== undefined) state.aside = state.bytes;
      state.bytes = Buffer.from(all);
    },
    close: async () => {},
  };
  return { disk, state };
}

function openOn(disk: Disk, more: Partial<JournalOptions> = {}) {
  const records: string[] = [];
  const damages: string[] = [];
  return openJournal({
    disk,
    onRecord: ({ seq, payload }) => records.push(`${seq} ${Buffer.from(payload)}`),
    onDamage: (text) => damages.push(text),
    asideName: (seq) => `aside-${seq}`,
    ...more,
  }).then((journal) => ({ journal, records, damages }));
}
const say = (journal: Journal, text: string) => journal.append(1, Buffer.from(text));

async function written(texts: string[], groups = 3): Promise<Buffer> {
  const { disk, state } = memoryDisk();
  const { journal } = await openOn(disk);
  for (const [i, text] of texts.entries()) {
    say(journal, text);
    if (i % groups === groups - 1) await journal.flush();
  }
  await journal.close();
  return state.bytes!;
}
const TEXTS = ['one', 'two', 'three', 'four', '', 'six'.repeat(40), 'seven'];
const LISTED = TEXTS.map((text, i) => `${i + 1} ${text}`);

test('what was written is read, and goes on', async () => {
  const { disk } = memoryDisk(await written(TEXTS));
  const { journal, records, damages } = await openOn(disk);
  assert.equal(records, LISTED);
  assert.equal(damages, []);
  assert.is(say(journal, 'more').seq, TEXTS.length + 1);
  await journal.close();
  assert.is((await openOn(disk)).records.at(-1), `${TEXTS.length + 1} more`);
});

test('cut off at every byte: told, what is before stays, and no number is given twice', async () => {
  const whole = await written(TEXTS);
  for (let length = 0; length < whole.length; length++) {
    const { disk, state } = memoryDisk(whole.subarray(0, length));
    const { journal, records, damages } = await openOn(disk);
    assert.is(damages.length, 1, `cut at ${length}`);
    assert.equal(records, LISTED.slice(0, records.length));
    assert.equal(state.aside, whole.subarray(0, length));
    assert.ok(say(journal, 'next').seq > (length >= HEADER_BYTES ? TEXTS.length : records.length), `cut at ${length}`);
    await journal.flush();
    assert.is(scan(state.bytes!, () => {}).damage, undefined);
  }
});

test('every bit that flips is told: as damage, or as the one head record that is broken', async () => {
  const whole = await written(TEXTS);
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const bytes = Buffer.from(whole);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    const found = scan(bytes, () => {});
    assert.ok(found.damage !== undefined || found.brokenSlots === 1, `bit ${bit}`);
    // A broken slot costs nothing: the records are all there.
    if (found.damage === undefined) assert.is(found.seq, TEXTS.length, `bit ${bit}`);
  }
});

test('random damage of many kinds never invents or reorders a record', async () => {
  const whole = await written(TEXTS);
  const random = seededRandom(4);
  for (let i = 0; i < 2000; i++) {
    const bytes = Buffer.from(whole);
    const at = Math.floor(random() * bytes.length);
    const length = 1 + Math.floor(random() * 200);
    if (random() < 0.5) bytes.fill(0, at, Math.min(bytes.length, at + length));
    else bytes.copy(bytes, at, Math.floor(random() * bytes.length));
    const records: string[] = [];
    const found = scan(bytes, ({ seq, payload }) => records.push(`${seq} ${Buffer.from(payload)}`));
    assert.equal(records, LISTED.slice(0, records.length));
    if (!bytes.equals(whole)) assert.ok(found.damage !== undefined || found.brokenSlots === 1, `case ${i}`);
  }
});

test('a torn write behind the last fsync is no damage: it was never acknowledged', async () => {
  const whole = await written(TEXTS);
  for (const junk of [
    Buffer.alloc(1),
    Buffer.alloc(700),
    Buffer.from(whole.subarray(HEADER_BYTES, HEADER_BYTES + 60)),
  ]) {
    const { disk, state } = memoryDisk(Buffer.concat([whole, junk]));
    const { damages, records, journal } = await openOn(disk);
    assert.equal(damages, []);
    assert.equal(records, LISTED);
    assert.is(state.bytes!.length, whole.length);
    await journal.close();
  }
});

test('acknowledged only after the fsync, within 60 s, at once above the exposure limit', async () => {
  const { disk, state } = memoryDisk();
  const clock = manualClock();
  const timers: { atMs: number; body: () => void }[] = [];
  const schedule = (ms: number, body: () => void) => {
    const timer = { atMs: clock.monoMs() + ms, body };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
  };
  const { journal } = await openOn(disk, { clock, schedule, limits: { exposureUc: 1000 } });
  let done = 0;
  journal.append(1, Buffer.from('a'), 600).committed.then(() => done++);
  await new Promise(setImmediate);
  assert.is(done, 0);
  assert.is(state.syncs, 0);
  assert.ok(timers[0]!.atMs <= 55_000);
  timers.shift()!.body();
  await journal.flush();
  assert.is(done, 1);
  journal.append(1, Buffer.from('b'), 600);
  assert.is(state.syncs, 1);
  await journal.append(1, Buffer.from('c'), 600).committed;
  assert.is(state.syncs, 2);
  await journal.close();
});

test('a paid query a second: at most 2,000 fsyncs a day, none held longer than 60 s', async () => {
  const { disk, state } = memoryDisk();
  const clock = manualClock();
  let timer: { atMs: number; body: () => void } | undefined;
  const schedule = (ms: number, body: () => void) => {
    timer = { atMs: clock.monoMs() + ms, body };
    return () => {
      timer = undefined;
    };
  };
  // The file is thrown away now and then: only the fsyncs count here.
  disk.write = async () => {};
  const { journal } = await openOn(disk, { clock, schedule });
  let longestMs = 0;
  for (let second = 0; second < 86_400; second++) {
    clock.advance(1000);
    const fromMs = clock.monoMs();
    journal.append(1, Buffer.from('x'), 300).committed.then(() => {
      longestMs = Math.max(longestMs, clock.monoMs() - fromMs);
    });
    if (timer && timer.atMs <= clock.monoMs()) {
      timer.body();
      await journal.flush();
      await new Promise(setImmediate);
    }
  }
  await journal.flush();
  assert.ok(state.syncs <= 2000, `${state.syncs} fsyncs`);
  assert.ok(state.syncs > 1000 && journal.fsyncs() === state.syncs);
  assert.ok(longestMs <= 60_000 && longestMs > 0, `${longestMs} ms`);
});

test('a full disk: nothing is acknowledged, new work is refused, and all goes on once there is room', async () => {
  const { disk, state } = memoryDisk(await written(TEXTS));
  const { journal } = await openOn(disk);
  let done = 0;
  say(journal, 'kept').committed.then(() => done++);
  state.fail = 'ENOSPC: no space left on device';
  for (let i = 0; i < 2; i++) {
    const error = await journal.flush().then(
      () => assert.unreachable(),
      (e) => e,
    );
    assert.is(error.code, 'LEDGER_REFUSES');
    assert.match(error.message, 'ENOSPC');
  }
  assert.throws(() => say(journal, 'more'), /ENOSPC/);
  assert.match(journal.refusing()!, 'ENOSPC');
  assert.is(done, 0);
  state.fail = undefined;
  await journal.flush();
  assert.is(done, 1);
  say(journal, 'more');
  await journal.close();
  assert.equal((await openOn(disk)).records, [...LISTED, '8 kept', '9 more']);
});

test('pruned: what is chosen stays under its own numbers, with what is still to be written behind it', async () => {
  const { disk } = memoryDisk(await written(TEXTS));
  const { journal } = await openOn(disk);
  say(journal, 'eight');
  await journal.rewrite((all) => [{ seq: 5, kind: 7, payload: Buffer.from('sum') }, ...all.filter((r) => r.seq > 5)]);
  await journal.close();
  const { records, damages } = await openOn(disk);
  assert.equal(damages, []);
  assert.equal(records, ['5 sum', LISTED[5], LISTED[6], '8 eight']);
});

test.run();
