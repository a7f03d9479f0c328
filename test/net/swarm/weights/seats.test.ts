import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../../src/core/random.ts';
import { createSeats, IDLE_MS, type Seat, TURN_MS } from '../../../../src/net/swarm/weights/seats.ts';

/** Seats on a clock of the test's; whoever is told to go leaves. */
function hall(most: number) {
  let nowMs = 0;
  const seats = createSeats(most, () => nowMs);
  const sitting = new Map<string, { origin: string; seat: Seat }>();
  const gone: string[] = [];
  return {
    gone,
    sitting,
    pass: (ms: number) => (nowMs += ms),
    enter(name: string, origin: string, isWorking = true): boolean {
      const seat = seats.enter(origin, () => {
        gone.push(name);
        sitting.get(name)?.seat.leave();
        sitting.delete(name);
      });
      if (!seat) return false;
      if (isWorking) seat.working();
      sitting.set(name, { origin, seat });
      return true;
    },
    leave(name: string) {
      sitting.get(name)!.seat.leave();
      sitting.delete(name);
    },
  };
}

test('one origin may take all seats while nobody else wants one, and then shares them', () => {
  const { enter, gone, sitting } = hall(16);
  for (let i = 0; i < 16; i++) assert.ok(enter(`a${i}`, 'a'));
  assert.not.ok(enter('a16', 'a'), 'not more than its own');
  for (let i = 0; i < 8; i++) assert.ok(enter(`b${i}`, 'b'));
  assert.equal(
    gone,
    Array.from({ length: 8 }, (_, i) => `a${i}`),
  );
  assert.not.ok(enter('b8', 'b'), 'half is its share');
  assert.ok(enter('c', 'c'));
  assert.is(sitting.size, 16);
});

test('who asks nothing makes room first, of whatever origin', () => {
  const { enter, gone, pass } = hall(3);
  enter('a', 'a');
  enter('idle', 'b', false);
  enter('c', 'c');
  assert.not.ok(enter('d', 'd'));
  pass(IDLE_MS);
  assert.ok(enter('d', 'd'));
  assert.equal(gone, ['idle']);
});

test('of as many origins as seats each has its turn, the longest served goes', () => {
  const { enter, gone, pass } = hall(3);
  for (const name of ['a', 'b', 'c']) {
    enter(name, name);
    pass(1000);
  }
  assert.not.ok(enter('d', 'd'));
  pass(TURN_MS);
  assert.ok(enter('d', 'd'));
  assert.ok(enter('e', 'e'));
  assert.equal(gone, ['a', 'b']);
});

test('however many streams of however many origins come: never over, nobody starves, and the fullest origin gives', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const { enter, leave, pass, sitting } = hall(8);
    let refusedForMs = 0;
    for (let step = 0; step < 2000; step++) {
      const stepMs = random() * 400;
      pass(stepMs);
      // Four attackers press in all the time; one honest origin wants one seat, and holds it a while.
      enter(`x${step}`, `evil${Math.floor(random() * 4)}`);
      if (sitting.has('honest')) {
        if (random() < 0.05) leave('honest');
      } else refusedForMs = enter('honest', 'good') ? 0 : refusedForMs + stepMs;
      assert.ok(sitting.size <= 8);
      assert.is(refusedForMs, 0, `seed ${seed}: fewer origins than seats leave a seat for each`);
    }
  }
});

test.run();
