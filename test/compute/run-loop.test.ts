/** The run loop on a clock that stands still: real door, power, work and memory, each effect seen where it arrives. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createDoor, type Entry } from '../../src/compute/door.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';
import { scanExperts } from '../../src/compute/experts.ts';
import { createPower } from '../../src/compute/power.ts';
import { createResidents } from '../../src/compute/residents.ts';
import { GATE_IDLE_S } from '../../src/compute/scheduler/gate.ts';
import type { FillerPace } from '../../src/compute/scheduler/power.ts';
import { PREFETCH_AFTER_S } from '../../src/compute/scheduler/prefetch.ts';
import { createWork } from '../../src/compute/work.ts';
import { CARDS } from '../../src/contract/cards.ts';
import { manualClock } from '../../src/core/clock.ts';
import { addExpert, CARDS_OF_TEST, grantOf, loopOf, roomFor, sleep, tempDir } from './fixture.ts';

const ASKED = { deadlineS: 600, loadS: 0, listEurPerMtoken: 4, forwardable: false };
const forever = new AbortController().signal;

function rig(experts: readonly string[] = [], room = roomFor(1e9)) {
  const { dir, remove } = tempDir();
  for (const id of experts) addExpert(dir, id);
  const clock = manualClock();
  const power = createPower(clock, 0);
  const work = createWork(CARDS['rtx3090-8b-q4']!, clock);
  const door = createDoor({ power, work, clock, width: 2 });
  const residents = createResidents(scanExperts([dir]), createEchoEngine, room, clock);
  const seen = { paces: [] as FillerPace[], command: false, told: [] as string[] };
  const loop = loopOf({
    ...{ power, work, door, residents, clock },
    cards: { ...CARDS_OF_TEST, idleW: 100, cpuShare: 1, commandW: 200 },
    filler: { allow: (pace) => seen.paces.push(pace), tick() {}, capacity: () => 100, cpuMsPerToken: () => 10 },
    command: { run: (may) => (seen.command = may) },
    tell: (plan) => seen.told.push(plan.gate.do),
  });
  const pass = (seconds: number) => {
    for (let s = 0; s < seconds; s += 0.5) {
      clock.advance(500);
      loop.tick();
    }
  };
  const close = async () => {
    await residents.close();
    remove();
  };
  return { clock, power, work, door, residents, loop, seen, pass, close };
}

test('watts, a question and its end move filler, command, gate and the word to control at once, between two ticks', async () => {
  const { power, door, loop, seen, close } = rig();
  assert.is(loop.plan.gate.do, 'gated');
  power.offer(grantOf(900, 900, 'sun'));
  assert.equal([seen.paces.at(-1)!.watts, seen.command, loop.plan.gate.do], [100, true, 'on']);
  assert.equal(seen.told, ['on'], 'control hears that the card is on again');
  const entry = await door.enter({ ...ASKED, tier: 'standard' }, forever);
  assert.equal([seen.paces.at(-1)!.limit, seen.command, seen.told.length], ['answers', false, 2]);
  entry.leave();
  assert.equal([seen.paces.at(-1)!.watts, seen.command], [100, true]);
  power.offer(grantOf(900, 0, 'a cloud'));
  assert.equal([seen.paces.at(-1)!.limit, seen.command], ['unpaid', false]);
  assert.is(loop.plan.gate.reason.code, 'idle', 'granted watts that are bought keep no card on');
  await close();
});

test('an economy question begins with the watts, gives way to a question, and the card goes off when nobody comes', async () => {
  const { power, door, loop, seen, pass, close } = rig();
  power.offer(grantOf(900, 0, 'night'));
  let begun: Entry | undefined;
  void door.enter({ ...ASKED, tier: 'economy' }, forever).then((entry) => {
    begun = entry;
  });
  await sleep(0);
  assert.equal([door.economy().deferred, begun, loop.plan.want.wantW], [1, undefined, 1000]);
  power.offer(grantOf(900, 500, 'sun'));
  assert.is(seen.command, false, 'the paid batch goes first');
  await sleep(0);
  assert.is(begun!.giveWay!.aborted, false);
  const question = await door.enter({ ...ASKED, tier: 'standard' }, forever);
  assert.match(String(begun!.giveWay!.reason.message), 'questions come first');
  begun!.leave();
  question.leave();
  power.offer(grantOf(900, 0, 'night'));
  pass(GATE_IDLE_S - 60);
  assert.is(loop.plan.gate.do, 'on');
  pass(120);
  assert.is(loop.plan.gate.reason.code, 'no_watts', 'the grant has lapsed as well');
  assert.is(seen.told.at(-1), 'gated');
  await close();
});

test('a model is loaded for whoever waits, and ahead once watts have been free for a minute', async () => {
  // For one of them, by the fixed cost of a model.
  let bytes = 20 * 2 ** 20;
  const { power, residents, loop, pass, close } = rig(['a', 'b'], () => roomFor(bytes)());
  (await residents.use('b')).release();
  (await residents.use('a')).release();
  assert.equal([residents.resident('a'), residents.resident('b')], [true, false]);
  bytes = 1e9;
  await sleep(0);
  power.offer(grantOf(900, 900, 'sun', 1e6));
  pass(PREFETCH_AFTER_S - 2);
  assert.equal([residents.resident('b'), loop.plan.prefetch.reason.code], [false, 'soon']);
  const begun = () => residents.memory().loading || residents.memory().waiting.length > 0;
  for (let n = 0; !begun() && n < 8; n++) pass(0.5);
  assert.ok(residents.memory().loading, 'in the step that decided it');
  for (let n = 0; !residents.resident('b') && n < 500; n++) await sleep(5);
  assert.ok(residents.resident('b'));
  await close();
});

test('any minutes: nobody waits for ever, nothing unpaid on watts that are bought, no command beside an answer', async () => {
  const event = fc.oneof(
    fc.record({ do: fc.constant('grant' as const), watts: fc.constantFrom(0, 90, 900), free: fc.constantFrom(0, 1) }),
    fc.record({ do: fc.constant('ask' as const), tier: fc.constantFrom('standard' as const, 'economy' as const) }),
    fc.record({ do: fc.constant('leave' as const) }),
    fc.record({ do: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 300 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
      const { power, door, seen, pass, close, loop } = rig();
      power.offer(grantOf(900, 900));
      const here: Entry[] = [];
      let waiting = 0;
      for (const e of events) {
        if (e.do === 'grant') power.offer(grantOf(e.watts, e.free * e.watts));
        if (e.do === 'leave') here.pop()?.leave();
        if (e.do === 'pass') pass(e.seconds);
        if (e.do === 'ask') {
          waiting++;
          const entered = door.enter({ ...ASKED, tier: e.tier }, forever).then((entry) => here.push(entry));
          entered.then(
            () => waiting--,
            () => waiting--,
          );
        }
        await sleep(0);
        const { freeW } = power.now();
        const pace = seen.paces.at(-1)!;
        assert.ok(pace.watts <= freeW && !(pace.watts > 0 && door.questions() > 0), 'filler');
        assert.ok(!seen.command || (here.length === 0 && freeW >= pace.watts + 200), 'command');
        assert.ok(loop.plan.gate.do === 'on' || (freeW <= 0 && door.questions() === 0), 'gate');
      }
      while (here.length > 0) {
        here.pop()!.leave();
        await sleep(0);
      }
      pass(ASKED.deadlineS + 100);
      await sleep(0);
      for (const entry of here) entry.leave();
      assert.is(waiting, 0, 'beyond their deadline');
      assert.equal(door.economy(), { active: 0, deferred: 0 });
      await close();
    }),
    { seed: 23, numRuns: 60 },
  );
});

test.run();
