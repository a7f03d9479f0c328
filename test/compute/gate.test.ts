import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GATE_IDLE_S, GATE_START, GATE_UNASKED_S, type GateInput, gateStep } from '../../src/compute/scheduler/gate.ts';
import { inGerman } from '../../src/contract/german/german.ts';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { type GrantInput, grantStep } from '../../src/control/decide/grant.ts';
import { HOUSE } from '../control/rig.ts';

const IDLE: GateInput = {
  ...{ dtS: 1, questions: 0, deferred: 0, owedJ: 0, grantW: 500, workW: 220, paidW: 0, idleW: 280 },
};
const DAY = { on: true, idleS: 0, askedS: 0 };
const after = (seconds: number, change: Partial<GateInput> = {}, from = DAY) =>
  gateStep(from, { ...IDLE, ...change, dtS: seconds });

test('on for work and for watts that pay, at once; a start powers nothing', () => {
  for (const [change, code] of [
    [{ questions: 2 }, 'answers'],
    [{ owedJ: 9 }, 'answers'],
    [{ paidW: 900 }, 'paid'],
  ] as const) {
    const { verdict, state } = gateStep(GATE_START, { ...IDLE, ...change });
    assert.equal([verdict.do, verdict.reason.code, state.idleS], ['on', code, 0]);
  }
  const { verdict } = gateStep(GATE_START, IDLE);
  assert.is(verdict.do, 'gated');
  assert.match(verdict.reason.text, 'since the start: the card is gated off, 280 W idle saved');
});

test('15 minutes without work or pay gate the card off, and the reason says what is missing', () => {
  const waits = after(GATE_IDLE_S - 61);
  assert.equal(
    [waits.verdict.do, waits.verdict.reason.text],
    ['on', 'the card is on without work, 280 W idle: gated off in 2 min'],
  );
  const off = after(GATE_IDLE_S).verdict;
  assert.is(off.do, 'gated');
  assert.is(off.reason.text, 'no question and nothing that pays for 15 min: the card is gated off, 280 W idle saved');
  assert.is(after(GATE_IDLE_S, { grantW: 0, workW: 0 }).verdict.reason.code, 'no_watts');
  assert.is(after(GATE_IDLE_S, { deferred: 3 }).verdict.reason.code, 'deferred');
  // Owed work that no watts are granted for keeps no card on.
  assert.is(after(GATE_IDLE_S, { owedJ: 1e6, workW: 0 }).verdict.do, 'gated');
  const german = inGerman(off.reason.text);
  assert.is(
    german,
    'keine Frage und nichts, das sich lohnt, seit 15 min: die Karte ist vom Netz, 280 W Leerlauf gespart',
  );
});

test('two minutes after unpaid work alone: its idle watts find no taker, and nobody waits for the card', () => {
  const unasked = { on: true, idleS: 0, askedS: Number.POSITIVE_INFINITY };
  const waits = after(GATE_UNASKED_S - 1, {}, unasked).verdict;
  assert.is(waits.reason.text, 'the card is on without work, 280 W idle: gated off in 1 min');
  assert.is(after(GATE_UNASKED_S, {}, unasked).verdict.do, 'gated');
  const asked = after(1, { questions: 1, paidW: 700 }, unasked).state;
  const paid = after(GATE_IDLE_S - 60, { paidW: 700 }, asked).state;
  assert.is(after(GATE_UNASKED_S - 1, {}, paid).verdict.do, 'on', 'the question is old, the watts are not');
  assert.is(after(GATE_UNASKED_S, {}, paid).verdict.do, 'gated');
});

test('any day: never gated while there is work or pay, never on for longer than 15 min after a question and 2 min after pay, no flutter', () => {
  const second = fc.record({
    questions: fc.constantFrom(0, 0, 0, 0, 1),
    paidW: fc.constantFrom(0, 0, 0, 0, 700),
    owedJ: fc.constantFrom(0, 0, 500),
    workW: fc.constantFrom(0, 220),
    dtS: fc.integer({ min: 0, max: 600 }),
  });
  fc.assert(
    fc.property(fc.array(second, { minLength: 1, maxLength: 80 }), (seconds) => {
      let state = GATE_START;
      let sinceS = Number.POSITIVE_INFINITY;
      let askedS = Number.POSITIVE_INFINITY;
      for (const change of seconds) {
        const before = state.on;
        const used = change.questions > 0 || change.paidW > 0 || (change.owedJ > 0 && change.workW > 0);
        sinceS = used ? 0 : sinceS + change.dtS;
        askedS = change.questions > 0 ? 0 : askedS + change.dtS;
        const stays = sinceS < GATE_UNASKED_S || askedS < GATE_IDLE_S;
        const next = gateStep(state, { ...IDLE, ...change });
        state = next.state;
        assert.is(next.verdict.do, used || (before && stays) ? 'on' : 'gated');
        if (!before && state.on) assert.ok(used, 'on again without use');
      }
    }),
    { seed: 5, numRuns: 300 },
  );
});

const quality = 'good' as const;
const reading = (value: number) => ({ value, quality, ageMs: 0 });
const CONTROL = {
  est: { accelW: reading(0) },
  ...{ house: HOUSE, setPoints: DEFAULT_SETPOINTS, limitW: 5000, fillerW: 0, paidW: 0, dtS: 1 },
} as unknown as GrantInput;
const wish = (gate: 'on' | 'gated') => ({ wantW: 0, incomeEurPerKwh: 0, queued: 0, gate });

test('control does what the verdict says, each second; without a lease its own 15 minutes hold', () => {
  let state = { supply: false, idleS: 3600, closedS: 0 };
  const run = (want: GrantInput['want'], seconds: number, change: Partial<GrantInput> = {}) => {
    for (let i = 0; i < seconds; i++) state = grantStep(state, { ...CONTROL, ...change, want }).state;
    return state.supply;
  };
  assert.is(run(wish('on'), 1), true);
  assert.is(run(wish('on'), 2000), true, 'longer than its own rule');
  assert.is(run(wish('gated'), 1), false, 'and at once');
  assert.is(run(wish('gated'), 1, { paidW: 800 }), false, 'one owner: not even what is sold closes it');
  assert.is(run(wish('gated'), 1, { fillerW: 800 }), true, 'heat that the house wants waits for no word of compute');
  assert.is(run(wish('gated'), 119), true, 'a contactor that has just closed stays for two minutes');
  assert.is(run(wish('gated'), 1), false);
  run(wish('on'), 120);
  const off = { setPoints: { ...DEFAULT_SETPOINTS, computeOn: false } };
  assert.is(run(wish('on'), 1, off), false);
  run(wish('on'), 100);
  assert.equal([run(wish('on'), 20, off), run(wish('on'), 1, off)], [true, false], 'its watts go at once, it waits');
  run(wish('on'), 1);
  assert.is(run(wish('gated'), 10, { est: { ...CONTROL.est, accelW: reading(3000) } }), true, 'a card at work');
  assert.is(run(undefined, 890), true, 'compute is silent');
  assert.is(run(undefined, 20), false);
  assert.is(run(undefined, 1, { fillerW: 800 }), true);
});

test.run();
