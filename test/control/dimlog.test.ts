import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Dimming, Ems } from '../../src/contract/grid.ts';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { PriceFeed } from '../../src/contract/prices.ts';
import { openDimmingLog } from '../../src/control/dimlog.ts';
import { listenForWishes } from '../../src/control/wishes.ts';
import { Config } from '../../src/core/config.ts';
import { leaseStamp } from '../../src/core/lease.ts';
import type { Link } from '../../src/core/link.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-11-24T08:00:00Z');
const line = (timeMs: number): Dimming => ({ event: 'began', timeMs, source: 'contact', limitW: 4200, beforeW: 7000 });

async function inFile(use: (file: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'dimlog-'));
  try {
    await use(join(dir, 'dimming.jsonl'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const read = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((l) => JSON.parse(l) as Dimming);

test('records of two years are kept, older than three and damaged ones dropped, new ones appended in order', () =>
  inFile(async (file) => {
    const kept = [line(NOW_MS - 730 * DAY_MS), line(NOW_MS - DAY_MS)];
    const text = [line(NOW_MS - 1200 * DAY_MS), ...kept].map((l) => JSON.stringify(l)).join('\n');
    writeFileSync(file, `${text}\n{"event":"beg`);
    const problems: string[] = [];
    const log = openDimmingLog(file, NOW_MS, (why) => problems.push(why));
    log.add(line(NOW_MS));
    log.add({ ...line(NOW_MS + 1000), event: 'ended', kept: true });
    await log.flush();
    assert.equal(read(file), [...kept, line(NOW_MS), { ...line(NOW_MS + 1000), event: 'ended', kept: true }]);
    assert.equal(problems, []);
  }));

test('a line that was cut off while it was written, as by a full disk, takes no other with it', () =>
  inFile(async (file) => {
    const whole = JSON.stringify(line(NOW_MS - DAY_MS));
    writeFileSync(file, whole);
    const log = openDimmingLog(file, NOW_MS, () => {});
    await log.flush();
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n${whole.slice(0, 30)}`);
    log.add(line(NOW_MS));
    await log.flush();
    const again = openDimmingLog(file, NOW_MS, () => {});
    await again.flush();
    assert.equal(read(file), [line(NOW_MS - DAY_MS), line(NOW_MS)]);
  }));

test('a clock that is years ahead at the start forgets nothing', () =>
  inFile(async (file) => {
    writeFileSync(file, `\n${JSON.stringify(line(NOW_MS - DAY_MS))}`);
    await openDimmingLog(file, NOW_MS + 3650 * DAY_MS, () => {}).flush();
    assert.equal(read(file), [line(NOW_MS - DAY_MS)]);
  }));

test('a disk that does not take the record is told, and nothing throws', async () => {
  const problems: string[] = [];
  const log = openDimmingLog('/proc/no-such/dimming.jsonl', NOW_MS, (why) => problems.push(why));
  log.add(line(NOW_MS));
  await log.flush();
  assert.is(problems.length, 1);
  assert.match(problems[0]!, /cannot be written/);
});

test("an energy manager's lease lapses; the owner's price list goes before the market and ends with its last step", () => {
  const listeners: Record<string, (message: never) => void> = {};
  const link = {
    on: (name: string, l: (m: never) => void) => {
      listeners[name] = l;
    },
  } as unknown as Pick<Link, 'on'>;
  let nowMs = 0;
  const wishes = listenForWishes({
    link,
    start: DEFAULT_SETPOINTS,
    speed: 1,
    tariff: Config.parse({}).tariff,
    monoMs: () => nowMs,
    wallMs: () => NOW_MS + nowMs,
    onChange: () => {},
    onRefused: () => {},
  });
  listeners.ems!(leaseStamp<Ems>('ha', 60_000)({ limitW: 0 }) as never);
  assert.equal(wishes.current(59_000).ems, { limitW: 0 });
  assert.is(wishes.current(60_000).ems, undefined);
  listeners.prices!(PriceFeed.parse({ startMs: NOW_MS, stepS: 900, spotEurPerKwh: [0.1, -0.05] }) as never);
  assert.ok(Math.abs(wishes.current(0).market!.priceEurPerKwh - 0.286 * 1.19) < 1e-9);
  nowMs = 900_000;
  assert.is(wishes.current(nowMs).market!.exportEurPerKwh, 0);
  nowMs = 1_800_000;
  assert.is(wishes.current(nowMs).market, undefined);
});

test.run();
