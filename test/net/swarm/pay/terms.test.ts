import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../../src/core/config.ts';
import { SwarmConfig } from '../../../../src/core/swarm-config.ts';
import { POOL_S, PREFIX_PART } from '../../../../src/net/ledger/sunshine.ts';
import { readClaim } from '../../../../src/net/swarm/pay/slips.ts';
import { freeHours, unitNow } from '../../../../src/net/swarm/pay/unit-now.ts';
import { viaOf } from '../../../../src/net/swarm/pay/via.ts';
import type { Connection } from '../../../../src/net/swarm/wire/connection.ts';
import { SAMPLES } from '../../samples.ts';
import { HERE, market, WALL_MS } from './unit.ts';

const FREE = { maxPrice: 0 };
const COSTS = { electricityEurPerKwh: 0.32, heatUsed: 0, heatValueEurPerKwh: 0.09, wearEurPerKwh: 0.02 };
const refused = (body: () => unknown, code: string, why: RegExp) =>
  assert.throws(body, (e: { code: string; message: string }) => e.code === code && why.test(e.message));

test('for free only out of free watts, each prefix and relay its part, and the refusal says when to come again', async () => {
  const m = await market({}, { freeW: 1, joulesPerToken: 1, nextFreeMs: WALL_MS + 7_200_000 });
  m.clock.advance(POOL_S * 1000);
  const each = 1 * POOL_S * PREFIX_PART;
  const one = m.requestOf({ ...FREE, maxTokens: 40 });
  const { receipt } = readClaim(m.serve(one).receipt);
  assert.equal([receipt.amountUc, receipt.tier], [0, 2]);
  // 300 J by the meter, of which 43.6 J were held: the whole of it is used.
  refused(() => m.serve(one), 'NO_SUNSHINE', /your prefix has had its part.* UTC/);
  refused(() => m.serve(m.requestOf({ ...FREE, maxTokens: 4 * each })), 'NO_SUNSHINE', /more than one prefix/);
  assert.ok(m.serve(one, { via: { prefix: '198.51.100' } }));
  assert.ok(m.serve(one, { via: { relay: 'k' } }));
  assert.ok(m.serve(one, { via: { relay: 'k' } }));
  m.now.freeW = 0;
  refused(() => m.serve(one, { via: { prefix: '203.0.113' } }), 'NO_SUNSHINE', /next 2027-01-15 10:00 UTC/);
  await m.end();
});

test('what an answer did not use goes back into the budget; one that broke off gives all back', async () => {
  const m = await market({}, { freeW: 10, joulesPerToken: 1 });
  m.clock.advance(POOL_S * 1000);
  const long = m.requestOf({ ...FREE, maxTokens: 500 });
  for (let i = 0; i < 20; i++) m.till().admit(long, HERE).release(false);
  const bill = m.till().admit(long, HERE);
  refused(() => m.till().admit(long, HERE), 'NO_SUNSHINE', /had its part/);
  bill.release(false);
  m.till().admit(long, HERE);
  await m.end();
});

test('prices follow electricity and the heat that is wanted; the floor holds; above the asker’s most it says why', async () => {
  const m = await market({ minPriceUcPerMtok: 1000, marginPct: 0 }, { joulesPerToken: 3.6, costs: COSTS });
  assert.is(m.till().offer().price, 340_000);
  m.now.costs = { ...COSTS, heatUsed: 1 };
  assert.is(m.till().offer().price, 250_000);
  m.now.costs = { ...COSTS, electricityEurPerKwh: -0.05 };
  assert.is(m.till().offer().price, 1000);
  m.now.costs = COSTS;
  refused(
    () => m.serve(m.requestOf({ maxPrice: 339_999 })),
    'NOT_OFFERED',
    /costs 340000 here now.*electricity 32.0 ct/,
  );
  const { receipt } = readClaim(m.serve(m.requestOf({ maxPrice: 1_000_000 })).receipt);
  assert.equal([receipt.answerUcPerMtok, receipt.promptUcPerMtok], [340_000, 34_000]);
  refused(() => m.serve(m.requestOf({ maxPrice: 1e6, tier: 'economy' })), 'NO_POWER', /economy waits/);
  m.now.costs = { ...COSTS, electricityEurPerKwh: 0 };
  const cheap = readClaim(m.serve(m.requestOf({ maxPrice: 1e6, tier: 'economy' })).receipt).receipt;
  assert.equal([cheap.answerUcPerMtok, cheap.tier], [10_000, 0]);
  await m.end();
});

test('what costs nothing is not sold: it comes out of the free budget whatever was offered', async () => {
  const m = await market({ minPriceUcPerMtok: 0 }, { costs: { ...COSTS, electricityEurPerKwh: -0.1 } });
  refused(() => m.serve(m.requestOf({ maxPrice: 500 })), 'NO_SUNSHINE', /no free watts now; not known/);
  m.now.freeW = 4000;
  m.clock.advance(60_000);
  const { settle } = m.serve(m.requestOf({ maxPrice: 500 }));
  assert.is((await settle()).signed.receipt.amountUc, 0);
  await m.end();
});

test('hours in the dark fill no budget for the first ray of sun', async () => {
  const m = await market({}, { freeW: 0, joulesPerToken: 1 });
  for (let minute = 0; minute < 30; minute++) {
    m.clock.advance(60_000);
    m.till().offer();
  }
  m.now.freeW = 10;
  m.clock.advance(1000);
  refused(() => m.serve(m.requestOf({ ...FREE, maxTokens: 400 })), 'NO_SUNSHINE', /used up|part/);
  m.clock.advance(59_000);
  assert.ok(m.serve(m.requestOf({ ...FREE, maxTokens: 400 })));
  await m.end();
});

test('a quote says tier, price and bounds for now, or why not; it takes nothing', async () => {
  const m = await market({ marginPct: 0, minPriceUcPerMtok: 0 }, { freeW: 1, joulesPerToken: 3.6, costs: COSTS });
  m.clock.advance(POOL_S * 1000);
  const ask = { expert: 'faults', promptTokens: 10, maxTokens: 8, maxPrice: 1e6 };
  const quote = m.till().quote(ask, HERE);
  assert.equal(quote.type === 'quote' && [quote.tier, quote.answerUcPerMtok, quote.leastUc, quote.mostUc], [
    'standard',
    340_000,
    1,
    6,
  ]);
  for (let i = 0; i < 50; i++) assert.is(m.till().quote({ ...ask, maxPrice: 0 }, HERE).type, 'quote');
  refused(() => m.till().quote({ ...ask, maxPrice: 0, maxTokens: 400 }, HERE), 'NO_SUNSHINE', /part/);
  refused(() => m.till().quote({ ...ask, maxPrice: 1 }, HERE), 'NOT_OFFERED', /costs/);
  await m.end();
});

test('the unit: no free watts from a silent control or a lapsed grant; exports price own sun; heat counts as far as it is wanted', () => {
  const { house } = Config.parse({ house: { alternativeHeat: 'gas', alternativeEurPerKwh: 0.1 } });
  const control = SAMPLES.controlState;
  const snapshot = { control, compute: SAMPLES.computeState };
  const grant = { ...SAMPLES.grant.value, watts: 3000, fillerW: 2500 };
  const parts = { snapshot, grant, house };
  assert.is(unitNow(parts).freeW, 2500);
  assert.is(unitNow({ ...parts, grant: { ...grant, watts: 100 } }).freeW, 100);
  for (const silent of [{ control: null }, { compute: null }]) {
    assert.is(unitNow({ ...parts, snapshot: { ...snapshot, ...silent } }).freeW, 0);
    assert.is(unitNow({ ...parts, snapshot: { ...snapshot, ...silent } }).costs, undefined);
  }
  assert.is(unitNow({ ...parts, grant: null }).freeW, 0);
  const at = (gridW: number, rejectedW: number) =>
    unitNow({
      ...parts,
      snapshot: {
        ...snapshot,
        control: {
          ...control,
          sensors: { ...control.sensors, gridW: { value: gridW, ageMs: 0, quality: 'good' } },
          heat: { ...control.heat, accelW: 2000, rejectedW },
        },
      },
    }).costs!;
  assert.is(at(500, 0).electricityEurPerKwh, control.price!.priceEurPerKwh);
  assert.is(at(-500, 0).electricityEurPerKwh, control.price!.exportEurPerKwh);
  assert.equal([at(0, 0).heatUsed, at(0, 1500).heatUsed, at(0, 3000).heatUsed], [1, 0.25, 0]);
  assert.is(at(0, 0).heatValueEurPerKwh, 0.1);
});

test('free watts are expected at the hour that had them a day ago', () => {
  const hours = freeHours();
  const NOON = 12 * 3_600_000;
  for (let ms = 0; ms < 24 * 3_600_000; ms += 10_000) hours.seen(ms >= NOON && ms < NOON + 3_600_000 ? 900 : 0, ms);
  const later = 24 * 3_600_000;
  assert.is(hours.next(later), later + NOON);
  assert.is(freeHours().next(later), undefined);
});

test('a relay that the owner chose counts by its key, everybody else by prefix', () => {
  const key = 'k'.repeat(43);
  const config = SwarmConfig.parse({ relays: [{ key, url: 'ws://192.0.2.1:1' }] });
  const from = (peerKey: string, address: string) =>
    viaOf({ peer: { key: peerKey, roles: ['relay'] }, address } as unknown as Connection, config);
  assert.equal(from(key, '192.0.2.1'), { relay: key });
  assert.equal(from('x', '192.0.2.77'), { prefix: '192.0.2' });
  assert.equal(from('x', '2001:db8:1:2::3'), { prefix: '2001:db8:1' });
});

test.run();
