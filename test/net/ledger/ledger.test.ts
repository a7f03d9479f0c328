import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { earningsOf } from '../../../src/net/ledger/earnings.ts';
import { type EnergyMeter, meterEnergy } from '../../../src/net/ledger/energy.ts';
import { openLedger } from '../../../src/net/ledger/ledger.ts';
import { HOUR_MS, receiptOf, signAsAsker, signAsServer } from '../../../src/net/ledger/receipt.ts';
import { credit, type Settlement } from '../../../src/net/ledger/settlement.ts';
import { issueVoucher, openChannel } from '../../../src/net/ledger/voucher.ts';
import { signer, verifySigned } from './signer.ts';

const [asker, server, payer] = [1, 2, 3].map((fill) => signer(Buffer.alloc(32, fill))) as ReturnType<typeof signer>[];
const home = mkdtempSync(join(tmpdir(), 'heatmine-ledger-'));
mkdirSync(join(home, 'state'));
let files = 0;
const fresh = () => join(home, `ledger-${files++}`);
const NOW_MS = 492_000 * HOUR_MS;
const open = (file: string, damages: string[] = []) =>
  openLedger({ file, verify: verifySigned, onDamage: (text) => damages.push(text) });

function answer(counter: number, wallMs = NOW_MS, expert = 'faults') {
  const served = {
    id: Buffer.alloc(16, counter % 251),
    asker: asker!.publicKey,
    server: server!.publicKey,
    ...{ counter, wallMs, expert, tier: 'standard' as const },
    ...{ promptTokens: 160, answerTokens: 320, promptUcPerMtok: 1_000_000, answerUcPerMtok: 5_000_000 },
  };
  return signAsAsker(signAsServer(receiptOf(served), server!.sign), asker!.sign);
}
const UC = 160 + 5 * 320;
const channel = openChannel(Buffer.alloc(16, 5), payer!.publicKey, server!.publicKey);
const refused = (body: () => void) => {
  assert.throws(body, (e: { code: string }) => e.code === 'RECEIPT_INVALID');
};

test('a receipt is taken once, acknowledged after the fsync, and stands there after a restart', async () => {
  const file = fresh();
  const first = await open(file);
  const counter = first.nextCounter();
  const { seq, committed } = first.earned(answer(counter), 900);
  refused(() => first.earned(answer(counter), 900));
  await first.flush();
  assert.is(await committed, seq);
  await first.close();
  const again = await open(file);
  refused(() => again.earned(answer(counter), 900));
  assert.is(again.books().totals.earnedUc, UC);
  assert.ok(again.nextCounter() > counter + 1000, 'no counter is given twice, not even one that was never written');
  await again.close();
});

test('paid answers with both signatures stand there for demand after a restart, with the relay that brought them', async () => {
  const file = fresh();
  const first = await open(file);
  const [byRelay, direct, unsigned] = [1, 2, 3].map(() => answer(first.nextCounter()));
  first.earned(byRelay!, 0);
  first.cameBy(byRelay!.receipt.counter, Buffer.alloc(32, 9));
  first.earned(direct!, 0);
  first.earned({ receipt: unsigned!.receipt, serverSignature: unsigned!.serverSignature }, 0);
  first.cameBy(unsigned!.receipt.counter, Buffer.alloc(32, 9));
  const use = { expert: 'faults', payer: asker!.publicKey, tokens: 320, hour: NOW_MS / HOUR_MS };
  const expected = [{ ...use, relay: Buffer.alloc(32, 9) }, use];
  assert.equal([...first.books().uses.values()], expected);
  await first.close();
  const again = await open(file);
  assert.equal([...again.books().uses.values()], expected);
  await again.close();
});

test('a forged receipt never gets into the books', async () => {
  const ledger = await open(fresh());
  const good = answer(ledger.nextCounter());
  refused(() => ledger.earned({ ...good, receipt: { ...good.receipt, amountUc: UC + 1 } }, 0));
  refused(() => ledger.earned({ ...good, serverSignature: Buffer.alloc(64) }, 0));
  refused(() => ledger.earned({ ...good, askerSignature: good.serverSignature }, 0));
  assert.is(ledger.books().totals.earnedCount, 0);
  await ledger.close();
});

test('vouchers settle by credit without money, and EUR only where a settlement paid', async () => {
  const ledger = await open(fresh());
  ledger.openChannel(channel);
  ledger.earned(answer(ledger.nextCounter()), 900, channel.channel);
  const { signed } = issueVoucher({ ...channel, chargedUc: UC }, payer!.sign);
  assert.ok(ledger.voucher(signed));
  assert.is(ledger.voucher(signed), undefined);
  assert.is(await ledger.settle(credit, server!.publicKey, NOW_MS), 1);
  assert.is(await ledger.settle(credit, server!.publicKey, NOW_MS), 0);
  const after = earningsOf(ledger.books());
  assert.is(after.credits.settled, UC / 1e6);
  assert.is(after.paidOutEur, 0);
  const bank: Settlement = {
    name: 'bank',
    settle: async (c) => ({ settledUc: c.cumulativeUc, paidMicroEur: 1_230_000, reference: 'r1' }),
  };
  const held = ledger.books().channels.get('05'.repeat(16))!;
  ledger.voucher(issueVoucher({ ...held, chargedUc: 2 * UC }, payer!.sign).signed);
  assert.is(await ledger.settle(bank, payer!.publicKey, NOW_MS), 0, 'what we owe is not ours to settle');
  assert.is(await ledger.settle(bank, server!.publicKey, NOW_MS), 1);
  assert.is(earningsOf(ledger.books()).paidOutEur, 1.23);
  await ledger.close();
});

test('pruned: settled and old answers become sums, the rest stays; nothing pruned can be sold again', async () => {
  const file = fresh();
  const ledger = await open(file);
  ledger.openChannel(channel);
  const old = NOW_MS - 48 * HOUR_MS;
  const counters = Array.from({ length: 50 }, () => ledger.nextCounter());
  for (const c of counters) ledger.earned(answer(c, old), 900, channel.channel);
  const open50 = ledger.earned(answer(ledger.nextCounter(), old), 900, channel.channel);
  const young = answer(ledger.nextCounter(), NOW_MS);
  ledger.earned(young, 900, channel.channel);
  ledger.voucher(issueVoucher({ ...channel, chargedUc: 50 * UC }, payer!.sign).signed);
  await ledger.settle(credit, server!.publicKey, NOW_MS);
  await ledger.flush();
  const before = structuredClone(ledger.books().totals);
  const bytes = readFileSync(file).length;
  await ledger.prune(NOW_MS);
  assert.ok(readFileSync(file).length < bytes / 5);
  assert.not.ok(readFileSync(file).includes(answer(counters[0]!, old).serverSignature as Buffer));
  await ledger.prune(NOW_MS);
  await ledger.close();
  const again = await open(file);
  const { floorCounter, ...sums } = again.books().totals;
  const { floorCounter: _, ...sumsBefore } = before;
  assert.equal(sums, sumsBefore);
  assert.is(floorCounter, counters.at(-1));
  assert.is(again.books().channels.get('05'.repeat(16))!.chargedUc, 52 * UC);
  for (const c of counters) refused(() => again.earned(answer(c, old), 900, channel.channel));
  refused(() => again.earned(young, 900, channel.channel));
  assert.ok(again.openChannel(openChannel(Buffer.alloc(16, 6), payer!.publicKey, server!.publicKey)).seq > open50.seq);
  await again.close();
});

test('damage is told as an event, kept aside, and the good part goes on', async () => {
  const file = fresh();
  const ledger = await open(file);
  for (let i = 0; i < 5; i++) ledger.earned(answer(ledger.nextCounter()), 900);
  await ledger.close();
  const bytes = readFileSync(file);
  bytes[bytes.length - 700]! ^= 4;
  writeFileSync(file, bytes);
  const damages: string[] = [];
  const again = await open(file, damages);
  assert.is(damages.length, 1);
  assert.match(damages[0]!, 'the old file is');
  assert.ok(again.books().totals.earnedCount < 5 && again.books().totals.earnedCount > 0);
  await again.close();
  assert.equal(readFileSync(/the old file is (.*)$/.exec(damages[0]!)![1]!), bytes);
});

test('no prompt and no time finer than an hour can be in the file', async () => {
  const file = fresh();
  const wallMs = NOW_MS + 1_234_567;
  const ledger = await open(file);
  ledger.earned(answer(ledger.nextCounter(), wallMs), 900);
  await ledger.close();
  const bytes = readFileSync(file);
  const time = Buffer.alloc(8);
  for (const part of [wallMs, Math.floor(wallMs / 1000), Math.floor(wallMs / 60_000)]) {
    time.writeBigUInt64BE(BigInt(part));
    assert.not.ok(bytes.includes(time));
  }
});

test('energy by the hour: own answers, filler and idle apart; a gap and a meter that starts anew are not counted', () => {
  let meter: EnergyMeter = {};
  const hours = [];
  const base = { priceEurPerKwh: 0.3, heatUsedW: 600, heatValueEurPerKwh: 0.1, modelled: false };
  for (let s = 0; s <= 3600 + 10; s += 10) {
    const made = { accelKwh: (s / 3600) * 1, answersJ: s * 200, fillerJ: s * 300 };
    const next = meterEnergy(meter, { ...base, wallMs: NOW_MS + s * 1000, ...made });
    meter = next.meter;
    if (next.done) hours.push(next.done);
  }
  assert.is(hours.length, 1);
  const hour = hours[0]!;
  assert.ok(Math.abs(hour.accelMilliWh - 1e6) < 5000, `${hour.accelMilliWh}`);
  assert.ok(Math.abs(hour.answersMilliWh - 200_000) < 1000);
  assert.ok(Math.abs(hour.fillerMilliWh - 300_000) < 1500);
  assert.ok(Math.abs(hour.electricityMicroEur - 300_000) < 1500);
  assert.ok(Math.abs(hour.heatMicroEur - 60_000) < 300);
  const wallMs = NOW_MS + 3610_000 + 10_000;
  const reset = meterEnergy(meter, { ...base, wallMs, accelKwh: 0, answersJ: 0, fillerJ: 0 });
  assert.is(reset.meter.open!.accelMilliWh, meter.open!.accelMilliWh);
  const late = { ...base, wallMs: wallMs + 600_000, accelKwh: 9, answersJ: 9, fillerJ: 9 };
  assert.is(meterEnergy(reset.meter, late).meter.open!.accelMilliWh, meter.open!.accelMilliWh);
});

test('heatmine receipts and earnings: credits are never shown as EUR, CSV and JSON', async () => {
  const ledger = await open(join(home, 'state', 'ledger'));
  ledger.earned(answer(ledger.nextCounter()), 900_000);
  ledger.spent(answer(7, NOW_MS, 'status'));
  const sums = { accelMilliWh: 3e6, answersMilliWh: 1.5e6, fillerMilliWh: 0.5e6 };
  ledger.energy({ hour: 1, ...sums, electricityMicroEur: 900_000, heatMicroEur: 240_000, modelled: 0 });
  await ledger.close();
  const heatmine = (...args: string[]) => {
    const entry = new URL('../../../scripts/heatmine.mjs', import.meta.url).pathname;
    return spawnSync(process.execPath, [entry, ...args, '--home', home], { encoding: 'utf8' });
  };
  const csv = heatmine('receipts', '--csv').stdout.trim().split('\n');
  assert.is(csv.length, 3);
  assert.match(csv[1]!, /^2,spent,2026-02-16 00h,status,standard,160,320,1760,true$/);
  assert.is(JSON.parse(heatmine('receipts', '--side', 'earned', '--json').stdout)[0].amountUc, UC);
  assert.match(heatmine('receipts', '--verify').stdout, 'every record up to 3 fits');
  const earned = JSON.parse(heatmine('earnings', '--json').stdout);
  assert.is(earned.credits.earned, UC / 1e6);
  assert.is(earned.paidOutEur, 0);
  assert.equal(earned.energyKwh, { accelerator: 3, sold: 0.9, own: 0.6, filler: 0.5, idle: 1 });
  assert.ok(Math.abs(earned.idleEur - 0.3) < 1e-9);
  const { stdout } = heatmine('earnings');
  for (const line of stdout.split('\n').filter((l) => l.startsWith('credits'))) assert.not.match(line, /EUR|€/);
  const bytes = readFileSync(join(home, 'state', 'ledger'));
  bytes[bytes.length - 20]! ^= 1;
  writeFileSync(join(home, 'state', 'ledger'), bytes);
  const damaged = heatmine('receipts', '--verify');
  assert.is(damaged.status, 1);
  assert.match(damaged.stderr, 'LEDGER_DAMAGED');
});

test.after(() => rmSync(home, { recursive: true, force: true }));
test.run();
