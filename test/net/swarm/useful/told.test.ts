import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { manualClock } from '../../../../src/core/clock.ts';
import { readBook } from '../../../../src/net/swarm/useful/book.ts';
import { TellRequest } from '../../../../src/net/swarm/useful/messages.ts';
import { blind, newSecret, type Proved, publicOf, signer } from '../../../../src/net/swarm/useful/oprf.ts';
import { EPOCH_MS, openTold, type Told } from '../../../../src/net/swarm/useful/told.ts';
import { log, scratch } from '../../helpers.ts';
import { codeOf } from '../peers.ts';

const hintOf = (key: string) => key.slice(0, 8);

/** A token as an honest asker gets it. */
async function tokenOf(told: Told, expert = 'faults', key = told.key): Promise<Proved> {
  const { blinded, finish } = await blind(key, expert);
  const sign = told.issue(expert, { key: hintOf(key), blinded });
  return finish(await sign!());
}

async function opened(mostSpent?: number) {
  const { dir, remove } = scratch();
  const clock = manualClock();
  const file = join(dir, 'told.json');
  const open = () => openTold({ file, clock, log, ...(mostSpent !== undefined && { mostSpent }) });
  return { file, clock, open, told: await open(), remove };
}

test('a token counts once, for its own expert, also after a restart; forged and foreign ones count nothing', async () => {
  const { file, clock, open, told, remove } = await opened();
  const [first, second] = [await tokenOf(told), await tokenOf(told)];
  await told.take({ expert: 'faults', ...first, useful: true });
  assert.is(await codeOf(told.take({ expert: 'faults', ...first, useful: true })), 'TOKEN_REFUSED');
  assert.is(await codeOf(told.take({ expert: 'faults', ...first, useful: false })), 'TOKEN_REFUSED');
  assert.is(await codeOf(told.take({ expert: 'convert', ...second, useful: true })), 'TOKEN_REFUSED');
  const mixed = { input: second.input, output: first.output };
  assert.is(await codeOf(told.take({ expert: 'faults', ...mixed, useful: true })), 'TOKEN_REFUSED');
  const forged = { input: second.input, output: Buffer.alloc(64, 7).toString('base64url') };
  assert.is(await codeOf(told.take({ expert: 'faults', ...forged, useful: true })), 'TOKEN_REFUSED');
  const other = await opened();
  const foreign = await tokenOf(other.told);
  assert.is(await codeOf(told.take({ expert: 'faults', ...foreign, useful: true })), 'TOKEN_REFUSED');
  other.remove();
  const twice = [1, 2].map(() => codeOf(told.take({ expert: 'faults', ...second, useful: false })));
  assert.equal((await Promise.all(twice)).sort(), ['TOKEN_REFUSED', 'no error']);
  told.close();

  assert.equal(readBook(file).counts, { faults: { useful: 1, not: 1 } });
  assert.is(statSync(file).mode & 0o777, 0o600);
  const text = readFileSync(file, 'utf8');
  for (const hidden of [first.input, first.output]) assert.not.ok(text.includes(hidden));
  clock.advance(60_000);
  const again = await open();
  assert.is(again.key, told.key);
  assert.is(await codeOf(again.take({ expert: 'faults', ...first, useful: true })), 'TOKEN_REFUSED');
  again.close();
  remove();
});

/** Other texts that a lenient reader takes for the same bytes. */
function otherTexts(text: string): string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const bytes = Buffer.from(text, 'base64url');
  return [...alphabet]
    .map((last) => text.slice(0, -1) + last)
    .filter((other) => other !== text && Buffer.from(other, 'base64url').equals(bytes));
}

test('a token that is written another way, by the spare bits of its last character, is the same one and no second', async () => {
  const { told, file, remove } = await opened();
  const token = await tokenOf(told);
  const tell = { expert: 'faults', ...token, useful: true };
  await told.take(tell);
  assert.is(otherTexts(token.input).length, 3);
  for (const input of otherTexts(token.input)) {
    assert.is(await codeOf(told.take({ ...tell, input })), 'TOKEN_REFUSED');
    assert.not.ok(TellRequest.safeParse({ v: 1, tell: { ...tell, input } }).success);
  }
  for (const output of otherTexts(token.output))
    assert.not.ok(TellRequest.safeParse({ v: 1, tell: { ...tell, output } }).success);
  assert.ok(TellRequest.safeParse({ v: 1, tell }).success);
  told.close();
  assert.equal(readBook(file).counts, { faults: { useful: 1, not: 0 } });
  remove();
});

test('the key turns each week; tokens of the last two count, older ones do not', async () => {
  const { clock, told, remove } = await opened();
  const before = told.key;
  const [early, late] = [await tokenOf(told), await tokenOf(told)];
  clock.advance(EPOCH_MS);
  const [old, current] = await told.keys();
  assert.is(old, before);
  assert.is.not(current, before);
  assert.is(told.key, current);
  await told.take({ expert: 'faults', ...early, useful: true });
  // A descriptor of before is still about: what was asked by it is signed by its key.
  const between = await tokenOf(told, 'faults', before);
  await told.take({ expert: 'faults', ...between, useful: true });
  clock.advance(EPOCH_MS);
  assert.is((await told.keys()).includes(before), false);
  assert.is(await codeOf(told.take({ expert: 'faults', ...late, useful: true })), 'TOKEN_REFUSED');
  const { blinded } = await blind(before, 'faults');
  assert.is(told.issue('faults', { key: hintOf(before), blinded }), undefined);
  told.close();
  remove();
});

test('a node that signs with another key than the one it shows, or for another expert, gives no token', async () => {
  const [shown, hidden] = [await newSecret(), await newSecret()];
  const { blinded, finish } = await blind(publicOf(shown), 'faults');
  assert.is(await codeOf(finish(await signer(hidden, 'faults', blinded)())), 'PEER_INVALID');
  assert.is(await codeOf(finish(await signer(shown, 'convert', blinded)())), 'PEER_INVALID');
  assert.is(await codeOf(finish('A'.repeat(128))), 'PEER_INVALID');
  const { output } = await finish(await signer(shown, 'faults', blinded)());
  assert.is(output.length, 86);
  assert.is(
    await codeOf(blind('_'.repeat(43), 'faults').then(({ blinded: b }) => signer(shown, 'faults', b)())),
    'no error',
  );
});

test('what is no element is refused before anything is computed', async () => {
  const { told, remove } = await opened();
  // Zero is the identity; 2^255 - 1 and an odd number encode nothing.
  const none = ['A'.repeat(43), Buffer.alloc(32, 255).toString('base64url'), Buffer.alloc(32, 1).toString('base64url')];
  for (const blinded of none) {
    const attempt = async () => told.issue('faults', { key: hintOf(told.key), blinded });
    assert.is(await codeOf(attempt()), 'MESSAGE_INVALID', blinded);
  }
  told.close();
  remove();
});

test('neither the list of spent tokens nor the work of looking at them grows without end', async () => {
  const { clock, told, remove } = await opened(1);
  const [one, two] = [await tokenOf(told), await tokenOf(told)];
  await told.take({ expert: 'faults', ...one, useful: true });
  assert.is(await codeOf(told.take({ expert: 'faults', ...two, useful: true })), 'BUSY');
  const codes = new Set<string>();
  for (let i = 0; i < 20; i++) codes.add(await codeOf(told.take({ expert: 'faults', ...one, useful: true })));
  assert.ok(codes.has('RATE_LIMITED'));
  clock.advance(1000);
  assert.is(await codeOf(told.take({ expert: 'faults', ...one, useful: true })), 'TOKEN_REFUSED');
  told.close();
  remove();
});

test('a damaged file begins anew and counts nothing of before', async () => {
  const { file, open, told, remove } = await opened();
  const token = await tokenOf(told);
  told.close();
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
  const again = await open();
  assert.is.not(again.key, told.key);
  assert.is(await codeOf(again.take({ expert: 'faults', ...token, useful: true })), 'TOKEN_REFUSED');
  again.close();
  remove();
});

test.run();
