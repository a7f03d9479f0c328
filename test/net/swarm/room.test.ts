import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createRoom, type Guest } from '../../../src/net/swarm/wire/room.ts';
import { until } from '../helpers.ts';
import { all, testPeers } from './peers.ts';

const LIMIT_MS = 20_000;

const LIMITS = { connections: 3, connectionsPerAddress: 2, connectionsPerPrefix: 2 };
const guestOf = () => ({ busy: false, ended: 0 });
const asGuest = (g: ReturnType<typeof guestOf>): Guest => ({ isBusy: () => g.busy, end: () => void g.ended++ });

test('when all places are taken, the one that is longest there and not served goes', () => {
  const room = createRoom(LIMITS);
  const [first, second, third, late] = [guestOf(), guestOf(), guestOf(), guestOf()];
  const [a, b, c] = [first, second, third].map((g, i) => room.enter(`9.0.${i}.1`, asGuest(g)));
  assert.ok(a && b && c);
  first.busy = true;
  assert.ok(room.enter('9.0.9.1', asGuest(late)));
  assert.equal([first.ended, second.ended, third.ended], [0, 1, 0]);
  b!();
  for (const g of [third, late]) g.busy = true;
  assert.is(room.enter('9.0.10.1', asGuest(guestOf())), undefined, 'all are being served');
  a!();
  assert.ok(room.enter('9.0.10.1', asGuest(guestOf())));
});

test('who has no place by address or prefix turns nobody out', () => {
  const room = createRoom(LIMITS);
  const guests = [guestOf(), guestOf(), guestOf()];
  room.enter('9.0.0.1', asGuest(guests[0]!));
  const leave = room.enter('9.0.0.2', asGuest(guests[1]!));
  room.enter('9.0.1.1', asGuest(guests[2]!));
  assert.is(room.enter('9.0.0.3', asGuest(guestOf())), undefined);
  assert.equal(
    guests.map((g) => g.ended),
    [0, 0, 0],
  );
  leave!();
  leave!();
  assert.ok(room.enter('9.0.0.3', asGuest(guestOf())));
  assert.is(room.enter('9.0.0.4', asGuest(guestOf())), undefined, 'a release counts once');
});

test('of this machine, one address may take all places', () => {
  const room = createRoom(LIMITS);
  const guests = Array.from({ length: 4 }, guestOf);
  for (const g of guests) assert.ok(room.enter('127.0.0.1', asGuest(g)));
  assert.equal(
    guests.map((g) => g.ended),
    [1, 0, 0, 0],
  );
});

test('at a real door: the idle go with 4408, who is being served stays, the new one is answered', async () => {
  const peers = await testPeers({ limits: { connections: 3 } });
  const served = await peers.dial();
  const stream = served.open([]);
  const answers = stream.frames()[Symbol.asyncIterator]();
  await stream.send(Buffer.from('still here?'));
  assert.is(String((await answers.next()).value), 'still here?');
  const idle = await peers.raw();
  const codes: number[] = [];
  idle.once('close', (code) => codes.push(code));
  const quiet = await peers.dial();
  const late = await peers.dial();
  await until('the longest idle one gone', () => codes.length > 0, LIMIT_MS);
  assert.equal(codes, [4408]);
  const answer = late.open([]);
  await answer.send(Buffer.from('answered'), true);
  assert.is(String(await all(answer.frames())), 'answered');
  await peers.dial();
  await until('the next idle one gone', () => quiet.closed.aborted, LIMIT_MS);
  await stream.send(Buffer.from('and now?'), true);
  assert.is(String((await answers.next()).value), 'and now?');
  await peers.end();
});

test.run();
