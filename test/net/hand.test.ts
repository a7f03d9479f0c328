import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SAFE_OUTPUTS } from '../../src/contract/points.ts';
import { type IoServer, serveIo } from '../../src/hal/io-server.ts';
import { openHand } from '../../src/net/hand.ts';
import { scratch } from './helpers.ts';

/** The net's hand against the real door of control. */
async function withDoor(
  body: (at: { io: IoServer; path: string; commission: (on: boolean) => void }) => Promise<void>,
) {
  const { dir, remove } = scratch();
  const path = join(dir, 'io.sock');
  let on = true;
  const view = {
    atMs: 0,
    sensors: {} as never,
    ordered: SAFE_OUTPUTS,
    confirmed: SAFE_OUTPUTS,
    reasons: [],
    health: [],
  };
  const io = await serveIo({ path, view: () => view, commissioning: () => on, monoMs: () => 0 });
  try {
    await body({
      io,
      path,
      commission: (now) => {
        on = now;
      },
    });
  } finally {
    await io.close();
    remove();
  }
}

test('an output is held by one connection, and two pages share it', () =>
  withDoor(async ({ io, path }) => {
    const hand = openHand(path);
    await Promise.all([hand.drive('circulationPct', 50), hand.drive('circulationPct', 50)]);
    assert.equal(io.hand(1000), { circulationPct: 50 });
    assert.is(io.hand(2001), undefined, 'lapses');
    hand.close();
  }));

test("refusals come in control's own words", () =>
  withDoor(async ({ path, commission }) => {
    const hand = openHand(path);
    const refusal = (name: 'circulationPct', value: number) =>
      hand.drive(name, value).catch((e) => `${e.code} ${e.message}`);
    assert.match(String(await refusal('circulationPct', 150)), /VALUE_RANGE .*0 to 100/);
    commission(false);
    assert.match(String(await refusal('circulationPct', 50)), /VALUE_RANGE .*commission/);
    hand.close();
  }));

test('no control: NOT_RUNNING, and well again once it is there', async () => {
  const { dir, remove } = scratch();
  const hand = openHand(join(dir, 'io.sock'));
  const error = await hand.drive('circulationPct', 1).catch((e) => e);
  assert.is(error.code, 'NOT_RUNNING');
  hand.close();
  remove();
});

test.run();
