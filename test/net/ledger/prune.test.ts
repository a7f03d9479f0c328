import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyBooks, NO_CHANNEL, post } from '../../../src/net/ledger/books.ts';
import type { ChainRecord } from '../../../src/net/ledger/chain.ts';
import { earningsOf } from '../../../src/net/ledger/earnings.ts';
import { answeredCodec, KIND } from '../../../src/net/ledger/entries.ts';
import { openLedger } from '../../../src/net/ledger/ledger.ts';
import { pruned } from '../../../src/net/ledger/prune.ts';
import { readLedgerFile } from '../../../src/net/ledger/read.ts';
import {
  HOUR_MS,
  hourOf,
  receiptCodec,
  receiptOf,
  type SignedReceipt,
  signAsAsker,
  signAsServer,
} from '../../../src/net/ledger/receipt.ts';
import { credit } from '../../../src/net/ledger/settlement.ts';
import { summaryOf } from '../../../src/net/ledger/summary.ts';
import { issueVoucher, openChannel } from '../../../src/net/ledger/voucher.ts';
import { signer, verifySigned } from './signer.ts';

const home = mkdtempSync(join(tmpdir(), 'heatmine-prune-'));
const NOW_MS = 492_000 * HOUR_MS;
const OLD_MS = NOW_MS - 30 * HOUR_MS;
const server = signer(Buffer.alloc(32, 2));
const idOf = (n: number) => {
  const id = Buffer.alloc(16);
  id.writeUInt32BE(n);
  return id;
};

/** An answer to a key of its own, as most are. */
function answer(n: number, counter: number, wallMs: number, uc = 1_000_000) {
  const asker = signer(Buffer.concat([Buffer.alloc(28, 7), idOf(n).subarray(0, 4)]));
  const price = { promptUcPerMtok: 0, answerUcPerMtok: uc };
  const served = { id: idOf(n), asker: asker.publicKey, server: server.publicKey, counter, wallMs, expert: 'faults' };
  const receipt = receiptOf({ ...served, ...price, tier: 'standard', promptTokens: 16, answerTokens: 16 });
  return { asker, signed: signAsAsker(signAsServer(receipt, server.sign), asker.sign) };
}

const payloadOf = ({ receipt, serverSignature }: SignedReceipt): Buffer =>
  answeredCodec.encode({
    ...{ channel: NO_CHANNEL, receipt: receiptCodec.encode(receipt), serverSignature, signed: 0 },
    ...{ askerSignature: Buffer.alloc(64), energyMilliWh: 0 },
  });

const open = (file: string) => openLedger({ file, verify: verifySigned, onDamage: assert.unreachable });

test('promises of more than anybody could owe do not stop pruning, and count as no more than was delivered', async () => {
  const ledger = await open(join(home, 'promises'));
  await ledger.reserveCounters();
  for (let n = 0; n < 3; n++) {
    const { asker, signed } = answer(n, ledger.nextCounter(), OLD_MS);
    const channel = openChannel(idOf(n), asker.publicKey, server.publicKey);
    ledger.openChannel(channel);
    ledger.earned(signed, 5, channel.channel);
    ledger.voucher(issueVoucher({ ...channel, chargedUc: Number.MAX_SAFE_INTEGER }, asker.sign).signed);
  }
  const settled = () => earningsOf(ledger.books()).credits.settled;
  await ledger.settle(credit, server.publicKey, NOW_MS);
  assert.is(settled(), 48 / 1e6);
  await ledger.flush();
  await ledger.prune(NOW_MS);
  assert.is(ledger.books().channels.size, 0);
  assert.is(settled(), 48 / 1e6);
  await ledger.close();
});

test('a thousand keys of a day ago leave sums only, in the file and in memory', async () => {
  const file = join(home, 'keys');
  const ledger = await open(file);
  await ledger.reserveCounters();
  const KEYS = 1000;
  for (let n = 0; n < KEYS; n++) {
    const { asker, signed } = answer(n, ledger.nextCounter(), n < KEYS - 3 ? OLD_MS : NOW_MS);
    const channel = openChannel(idOf(n), asker.publicKey, server.publicKey);
    ledger.openChannel(channel);
    ledger.earned(signed, 5, channel.channel);
    ledger.voucher(issueVoucher({ ...channel, chargedUc: 16 }, asker.sign).signed);
  }
  assert.is(await ledger.settle(credit, server.publicKey, NOW_MS), KEYS);
  await ledger.flush();
  const before = earningsOf(ledger.books());
  const bytes = readFileSync(file).length;
  await ledger.prune(NOW_MS);
  const { channels, counters } = ledger.books();
  assert.ok(readFileSync(file).length < bytes / 2);
  assert.is(counters.size, 3);
  assert.ok(channels.size <= KEYS);
  assert.equal(earningsOf(ledger.books()), before);
  await ledger.prune(NOW_MS + 30 * HOUR_MS);
  assert.equal([ledger.books().counters.size, ledger.books().channels.size], [0, 0]);
  assert.equal(earningsOf(ledger.books()), before);
  await ledger.close();
  const again = readLedgerFile(file);
  assert.equal(earningsOf(again.books), before);
  assert.is(again.books.channels.size, 0);
  assert.ok(readFileSync(file).length < 2500);
});

test('of settled answers only so many stay, whatever their age', () => {
  const books = emptyBooks();
  const records: ChainRecord[] = [];
  const { signed } = answer(1, 1, NOW_MS, 0);
  const payload = payloadOf(signed);
  for (let seq = 1; seq <= 50; seq++) records.push({ seq, kind: KIND.spent, payload });
  for (const record of records) post(books, record);
  const kept = pruned(records, books, hourOf(NOW_MS), 20);
  assert.is(kept.filter(({ kind }) => kind === KIND.spent).length, 20);
  assert.is(kept.at(-1)!.seq, 50);
  const sums = emptyBooks();
  for (const record of kept) post(sums, record);
  assert.equal(sums.totals.spentCount, 50);
  assert.is(pruned(records, books, hourOf(NOW_MS), 50).length, 50);
});

test('no counter of a start is given again, also when nothing of it was written', async () => {
  const file = join(home, 'counters');
  const given = new Set<number>();
  for (let start = 0; start < 4; start++) {
    const ledger = await open(file);
    await ledger.reserveCounters();
    for (let i = 0; i < 10; i++) given.add(ledger.nextCounter());
    if (start === 2) await ledger.prune(NOW_MS);
    // As after a SIGKILL: only what is on disk is there.
    await ledger.close();
  }
  assert.is(given.size, 40);
});

test('the summary for the page: credits apart from euros, today by the hours since midnight here', async () => {
  const ledger = await open(join(home, 'summary'));
  await ledger.reserveCounters();
  const yesterday = answer(1, ledger.nextCounter(), NOW_MS - 20 * HOUR_MS);
  const today = answer(2, ledger.nextCounter(), NOW_MS);
  const free = answer(3, ledger.nextCounter(), NOW_MS, 0);
  for (const { signed } of [yesterday, today, free]) ledger.earned(signed, 1);
  const state = summaryOf({ books: ledger.books(), refusing: undefined, dayStartMs: NOW_MS - 5 * HOUR_MS });
  assert.equal(state, {
    ...{ earnedCredits: 32e-6, spentCredits: 0, settledCredits: 0, owedCredits: 0, paidOutEur: 0 },
    ...{ answers: 3, asked: 0, answersToday: 2, freeAnswersToday: 1, earnedTodayCredits: 16e-6 },
    ...{ refusing: null, offer: null },
  });
  await ledger.close();
});

test.after(() => rmSync(home, { recursive: true, force: true }));
test.run();
