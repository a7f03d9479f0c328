import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../src/core/random.ts';
import { createHopPlaces, createPlaces, type Guest } from '../../../src/net/swarm/places.ts';

const MOST = 64;
let nowMs = 0;
const gone: string[] = [];
const guest = (name = ''): Guest => ({ silentSinceMs: nowMs++, cut: () => gone.push(name) });
/** As many as it gets, though there is no end to its wishes. */
const takeAll = (enter: () => (() => void) | undefined) => {
  const taken: (() => void)[] = [];
  for (let leave = enter(); leave && taken.length < 1000; leave = enter()) taken.push(leave);
  return taken;
};
test.before.each(() => void gone.splice(0));

test('one origin leaves half of the places, and this machine may have all', () => {
  const one = createPlaces(MOST);
  assert.is(takeAll(() => one.enter('203.0.113', guest())).length, MOST / 2);
  assert.ok(one.enter('198.51.100', guest()));
  const here = createPlaces(MOST);
  assert.is(takeAll(() => here.enter('127.0.0.1', guest())).length, MOST);
  assert.is(here.enter('127.0.0.1', guest()), undefined);
  assert.equal(gone, []);
});

test('where none is free, the place of whoever has most goes that is silent for longest, and nobody ends with fewer than others', () => {
  const places = createPlaces(MOST);
  const inPlace = (name: string) => places.enter(name, guest(name));
  for (let i = 0; i < 20; i++) takeAll(() => inPlace(`prefix ${i}`));
  const mine = guest('late');
  assert.ok(places.enter('late', mine), 'twenty that take what they can leave room');
  assert.ok(inPlace('late'));
  assert.not.ok(gone.includes('late'));
  // Whose places they are, after all that went.
  const has = (name: string) => {
    let free = 0;
    while (places.hasRoom(name) && free < 1000 && inPlace(name)) free++;
    return free;
  };
  assert.ok(has('late') >= 1 && has('newcomer') >= 2, 'a share like that of others');
});

test('whatever comes and goes: never more than all, nobody new is refused where somebody has two, and nothing is left over', () => {
  for (let seed = 1; seed <= 8; seed++) {
    const random = seededRandom(seed);
    const places = createPlaces(MOST);
    const held = new Map<Guest, { origin: string; leave: () => void }>();
    const count = (origin: string) => [...held.values()].filter((one) => one.origin === origin).length;
    for (let step = 0; step < 600; step++) {
      if (random() < 0.2 && held.size) {
        const [one, { leave }] = [...held][Math.floor(random() * held.size)]!;
        held.delete(one);
        leave();
        leave();
        continue;
      }
      const origin = `${Math.floor(random() * random() * 90)}`;
      const one: Guest = { silentSinceMs: random(), cut: () => {} };
      const before = held.size;
      let cut: string | undefined;
      for (const [other, { origin: its }] of held)
        other.cut = () => {
          cut = its;
          const silent = [...held].filter(([, { origin: o }]) => o === its).map(([{ silentSinceMs }]) => silentSinceMs);
          assert.is(other.silentSinceMs, Math.min(...silent));
          held.delete(other);
        };
      const own = count(origin);
      const most = Math.max(0, ...[...held.values()].map((each) => count(each.origin)));
      const leave = places.enter(origin, one);
      assert.is(leave !== undefined, own < MOST - before || most >= own + 2, `seed ${seed} step ${step}`);
      if (cut !== undefined) assert.ok(before === MOST && count(cut) + 1 === most, `seed ${seed} step ${step}`);
      if (leave) held.set(one, { origin, leave });
      assert.ok(held.size <= MOST);
    }
    for (const { leave } of held.values()) leave();
    assert.ok(places.isEmpty());
  }
});

test('an asker at an entry relay leaves others at it room at the next relay, which counts all of them as one', () => {
  const entry = createHopPlaces(MOST);
  const relay = createHopPlaces(MOST);
  // At the entry relay by the prefix of each asker, at the expert's relay by that of the entry relay.
  const ask = (asker: string, expert: string) => {
    const leave = entry(asker, guest(asker), expert);
    const leaveThere = leave && relay('entry', guest());
    if (!leaveThere) leave?.();
    return leaveThere && (() => [leave, leaveThere].forEach((each) => void each?.()));
  };
  const greedy = takeAll(() => ask('203.0.113', 'X'));
  assert.is(greedy.length, MOST / 4);
  const other = [ask('198.51.100', 'X'), ask('203.0.113', 'Y')];
  assert.ok(other[0], 'the same expert');
  assert.ok(other[1], 'another expert behind the same relay');
  for (const leave of [...greedy, ...other]) leave!();
  assert.is(takeAll(() => ask('203.0.113', 'X')).length, MOST / 4, 'all places are free again');
  assert.equal(gone, []);
});

test.run();
