import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../../src/core/clock.ts';
import { hexOf } from '../../../../src/net/ledger/books.ts';
import { type Answered, answeredCodec, KIND } from '../../../../src/net/ledger/entries.ts';
import { openLedger } from '../../../../src/net/ledger/ledger.ts';
import { readLedgerFile } from '../../../../src/net/ledger/read.ts';
import { verifySignature } from '../../../../src/net/swarm/identity.ts';
import { noteIn, openPurse } from '../../../../src/net/swarm/pay/purse.ts';
import { sealTo } from '../../../../src/net/swarm/seal/ends.ts';
import { scratch } from '../../helpers.ts';
import { codeOf } from '../peers.ts';
import { type EchoNode, eventually, SERVE, testSwarm } from '../swarm.ts';

const PRICE = 100_000;
const PAID = { ...SERVE, minPriceUcPerMtok: PRICE };
const SEALED = { seal: sealTo(systemClock), privateMayBeNear: true };
const QUESTION = 'why is my flow too low today?';
/** Seven words are 16 tokens each way, at a tenth of the price and at the price, rounded up. */
const UC = 2;
/** Far above what a disk takes, so that only a lost acknowledgement runs into it. */
const WAIT_MS = 60_000;

/** Records of answers in a ledger file, by the id of their question. */
function answersIn(file: string): Map<string, Answered & { kind: number }> {
  const found = new Map<string, Answered & { kind: number }>();
  const { found: whole } = readLedgerFile(file, ({ kind, payload }) => {
    if (kind !== KIND.earned && kind !== KIND.spent) return;
    const entry = answeredCodec.decode(payload);
    found.set(hexOf(entry.receipt.subarray(1, 17)), { ...entry, kind });
  });
  assert.is(whole?.damage, undefined);
  return found;
}
const expertLedger = ({ home }: EchoNode) => join(home, 'ledger');

/** An asker's purse with a ledger of its own. */
async function ownLedger() {
  const { dir, remove } = scratch();
  const file = join(dir, 'ledger');
  const ledger = await openLedger({ file, verify: verifySignature, onDamage: assert.unreachable });
  const purse = openPurse({ note: async (entry) => noteIn(ledger, entry), wallMs: systemClock.wallMs });
  return { file, ledger, purse, end: () => ledger.close().then(remove) };
}

test('two nodes and a relay: sealed and direct, each side holds the same receipt of both; a killed expert keeps what it acknowledged', async () => {
  const swarm = testSwarm();
  const entry = await swarm.node({ relay: true });
  const bootstrap = [`127.0.0.1:${entry.port}`];
  const expert = await swarm.node({ bootstrap, serve: PAID }, false, { unit: { holdMs: 200 } });
  const own = await ownLedger();
  const more = { maxPrice: 2 * PRICE, commitWaitMs: WAIT_MS };
  const acknowledged = new Set<number>();
  for (const mode of [{ sealed: SEALED }, {}]) {
    const asker = await swarm.asker({ bootstrap }, { ...mode, purse: own.purse });
    for (let i = 0; i < 2; i++) {
      const { said, paid } = await eventually(() => asker.ask(QUESTION, more));
      assert.is(said, QUESTION);
      assert.equal([paid?.signed?.receipt.amountUc, paid?.dispute], [UC, undefined]);
      acknowledged.add(paid!.committedSeq!);
    }
  }
  assert.is(acknowledged.size, 4, 'a record each');
  await expert.kill();
  await own.ledger.flush();
  const theirs = answersIn(expertLedger(expert));
  const ours = answersIn(own.file);
  assert.is(ours.size, 4);
  assert.equal([...theirs.keys()].sort(), [...ours.keys()].sort());
  for (const [id, { kind, energyMilliWh, ...entryOfOurs }] of ours) {
    const { kind: earned, energyMilliWh: used, ...entryOfTheirs } = theirs.get(id)!;
    assert.equal([kind, earned, energyMilliWh], [KIND.spent, KIND.earned, 0]);
    assert.ok(used > 0);
    assert.equal(entryOfOurs, entryOfTheirs);
    assert.is(entryOfOurs.signed, 1);
  }
  // A key and a channel for each way, none of the node's own.
  const { books } = readLedgerFile(expertLedger(expert));
  assert.is(books.channels.size, 2);
  for (const { chargedUc, cumulativeUc } of books.channels.values())
    assert.equal([chargedUc, cumulativeUc], [2 * UC, 2 * UC]);
  await own.end();
  await swarm.end();
});

test('killed between the answer and its commit: nothing acknowledged is lost, and the next voucher makes the promise good', async () => {
  const swarm = testSwarm();
  const first = await swarm.node({});
  const config = { bootstrap: [`127.0.0.1:${first.port}`], serve: PAID };
  const expert = await swarm.node(config, false, { unit: { holdMs: 3_600_000 } });
  const own = await ownLedger();
  const asker = await swarm.asker({ bootstrap: config.bootstrap }, { purse: own.purse });
  const before = await eventually(() => asker.ask(QUESTION, { maxPrice: PRICE, commitWaitMs: 1 }));
  assert.is(before.paid?.committedSeq, undefined);
  assert.is(before.paid?.signed?.receipt.amountUc, UC);
  await expert.kill();
  assert.is(readLedgerFile(expertLedger(expert)).books.totals.earnedCount, 0);
  const again = await swarm.node(config, false, { unit: { holdMs: 100 }, again: expert });
  assert.is(again.key, expert.key);
  const after = await eventually(() => asker.ask(QUESTION, { maxPrice: PRICE, commitWaitMs: WAIT_MS }));
  assert.ok(after.paid!.committedSeq! > 0);
  assert.ok(after.paid!.signed!.receipt.counter > before.paid!.signed!.receipt.counter, 'no counter twice');
  await again.kill();
  const { books } = readLedgerFile(expertLedger(expert));
  assert.equal([books.totals.earnedCount, [...books.channels.values()][0]!.cumulativeUc], [1, 2 * UC]);
  await own.end();
  await swarm.end();
});

test('strangers are served free by free watts only, and told when there are none', async () => {
  const swarm = testSwarm();
  const first = await swarm.node({});
  const bootstrap = [`127.0.0.1:${first.port}`];
  const nextFreeMs = Date.UTC(2100, 0, 1, 11);
  await swarm.node({ bootstrap, serve: SERVE }, false, { unit: { freeW: 0, nextFreeMs } });
  const asker = await swarm.asker({ bootstrap });
  const message = await eventually(async () => {
    const error = await asker.ask(QUESTION).catch((thrown) => thrown as { code: string; message: string });
    if (!('code' in error) || error.code !== 'NO_SUNSHINE') throw error;
    return error.message;
  });
  assert.match(message, 'no free watts now; next 2100-01-01 11:00 UTC');
  assert.is(await codeOf(asker.ask(QUESTION, { maxPrice: 5 })), 'NO_SUNSHINE');
  await swarm.end();
});

const HEATMINE = new URL('../../../../scripts/heatmine.mjs', import.meta.url).pathname;

async function heatmine(dir: string, ...args: string[]) {
  const child = spawn(process.execPath, [HEATMINE, ...args, '--home', dir], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { status: null as number | null, stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (said.stdout += data));
  child.stderr.on('data', (data) => (said.stderr += data));
  said.status = await new Promise((resolve) => child.once('close', resolve));
  return said;
}

test('heatmine ask --quote asks nobody the question; a paid answer stands in receipts and earnings, in credits', async () => {
  const swarm = testSwarm();
  const first = await swarm.node({});
  const bootstrap = [`127.0.0.1:${first.port}`];
  const expert = await swarm.node({ bootstrap, serve: PAID }, true);
  const { dir, remove } = scratch();
  writeFileSync(join(dir, 'config.yaml'), JSON.stringify({ swarm: { join: true, bootstrap } }));
  const ask = ['ask', '--swarm', '--direct', '--max-price', String(PRICE)];
  const quoted = await eventually(async () => {
    const told = await heatmine(dir, ...ask, '--quote', QUESTION);
    if (told.status !== 0) throw new Error(told.stderr);
    return told.stdout;
  });
  assert.match(quoted, `faults of ${expert.key}: now, standard, ${PRICE} micro-credits a million tokens`);
  assert.not.ok(Buffer.concat(expert.frames()).includes('flow too low'));
  assert.equal(JSON.parse((await heatmine(dir, 'receipts', '--json')).stdout), []);
  const answered = await heatmine(dir, ...ask, QUESTION);
  assert.equal([answered.status, answered.stdout], [0, `${QUESTION}\n`]);
  assert.match(answered.stderr, '0.000002 credits; `heatmine receipts` has it');
  const [receipt] = JSON.parse((await heatmine(dir, 'receipts', '--json')).stdout);
  assert.equal([receipt.side, receipt.amountUc, receipt.signed], ['spent', UC, true]);
  assert.is(JSON.parse((await heatmine(dir, 'earnings', '--json')).stdout).credits.spent, UC / 1e6);
  assert.match((await heatmine(dir, 'receipts')).stdout, /^\d{4}-\d\d-\d\d \d\d:00 CES?T {2}spent/);
  assert.match((await heatmine(dir, 'receipts', '--verify')).stdout, /asked: whole: every record up to \d+ fits/);
  remove();
  await swarm.end();
});

test.run();
