import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createPower } from '../../src/compute/power.ts';
import { commandRuns } from '../../src/compute/scheduler/command.ts';
import {
  type Asking,
  decide,
  MAX_OWED_S,
  MAX_QUEUED,
  type Supply,
  type Verdict,
  want,
} from '../../src/compute/scheduler/decide.ts';
import { fillerPace } from '../../src/compute/scheduler/power.ts';
import { manualClock } from '../../src/core/clock.ts';
import { grantOf } from './fixture.ts';

const supply: Supply = {
  ...{ grantW: 1000, freeW: 0, grantText: 'sun', owedJ: 0, active: 0, questions: 0, width: 8, answerS: 0.5 },
};
const asking: Asking = {
  ...{ id: 1, tier: 'standard', waitedS: 0, deadlineS: 120, loadS: 0, listEurPerMtoken: 2, forwardable: false },
};
const economy: Asking = { ...asking, tier: 'economy', deadlineS: 600 };
const verdictOn = (a: Asking, change: Partial<Supply> = {}): Verdict =>
  decide({ ...supply, ...change }, [a]).get(a.id)!;
const refused = (verdict: Verdict) => {
  if (verdict.do !== 'refuse') throw new Error(`not refused: ${JSON.stringify(verdict)}`);
  return verdict;
};

test('standard: answered on any grant at the list price; without watts refused with the reason of the grant', () => {
  const admitted = verdictOn(asking);
  assert.ok(admitted.do === 'admit' && admitted.eurPerMtoken === 2);
  const dark = refused(verdictOn(asking, { grantW: 0, grantText: 'price is high' }));
  assert.is(dark.code, 'NO_POWER');
  assert.match(dark.reason, 'price is high');
});

test('a full line and a card with work for minutes refuse with a time to come back', () => {
  const full = refused(verdictOn(asking, { active: MAX_QUEUED }));
  assert.equal([full.code, full.reason, full.retryAfterS], ['BUSY', '64 questions are waiting already', 16]);
  assert.is(refused(verdictOn(asking, { owedJ: 1000 * (MAX_OWED_S + 7) })).retryAfterS, 7);
  assert.is(verdictOn(asking, { owedJ: 1000 * (MAX_OWED_S - 1) }).do, 'admit');
});

test('a deadline that cannot be held is told at once, loading and those ahead included', () => {
  assert.is(verdictOn({ ...asking, deadlineS: 5, loadS: 4 }).do, 'admit');
  assert.match(refused(verdictOn({ ...asking, deadlineS: 5, loadS: 5 })).reason, 'about 6 s');
  const crowd = refused(verdictOn({ ...asking, deadlineS: 5 }, { active: 16, answerS: 3 }));
  assert.equal([crowd.code, crowd.retryAfterS], ['BUSY', 6]);
});

test('economy: waits for free watts, a seat and an idle card, at half the price; refused when its time is up', () => {
  assert.match(verdictOn(economy, { grantText: 'the night' }).reason, 'no watts are free now: the night');
  const admitted = verdictOn(economy, { freeW: 300 });
  assert.ok(admitted.do === 'admit' && admitted.eurPerMtoken === 1, JSON.stringify(admitted));
  assert.is(verdictOn(economy, { freeW: 300, active: 8 }).do, 'defer');
  assert.is(verdictOn(economy, { freeW: 300, owedJ: 301 }).do, 'defer');
  const behind = verdictOn(economy, { freeW: 300, active: 1, questions: 1 });
  assert.equal([behind.do, behind.reason], ['defer', 'questions come first']);
  assert.is(verdictOn({ ...economy, waitedS: 598.9 }).do, 'defer');
  assert.is(refused(verdictOn({ ...economy, waitedS: 599 }, { answerS: 0.01 })).code, 'NO_POWER');
});

test('what cannot be answered here goes elsewhere where there is an elsewhere', () => {
  const far = { ...asking, forwardable: true };
  assert.is(verdictOn(far).do, 'admit');
  assert.is(verdictOn(far, { grantW: 0 }).do, 'forward');
  assert.is(verdictOn({ ...economy, forwardable: true, waitedS: 10 }, { grantW: 0 }).do, 'defer');
  assert.is(verdictOn({ ...economy, forwardable: true, waitedS: 600 }, { grantW: 0 }).do, 'forward');
});

test('standard questions go first, then a seat goes to whoever has the least time left', () => {
  const waiting = [
    { ...economy, id: 1, deadlineS: 900 },
    { ...economy, id: 2, deadlineS: 300 },
  ];
  const verdictsOf = (crowd: Asking[]) => {
    const verdicts = decide({ ...supply, freeW: 300, width: 1 }, crowd);
    return crowd.map(({ id }) => verdicts.get(id)!.do);
  };
  assert.equal(verdictsOf(waiting), ['defer', 'admit']);
  assert.equal(verdictsOf([...waiting, { ...asking, id: 3 }]), ['defer', 'defer', 'admit']);
});

const watts = fc.double({ min: 0, max: 5000, noNaN: true });

test('bought power never pays for economy, scoring or the command: 0 EUR lost, whatever the grant', () => {
  const rest = fc.record({ owedJ: watts, commandW: fc.double({ min: 1, max: 5000, noNaN: true }), cpuMs: watts });
  fc.assert(
    fc.property(watts, watts, rest, (grantW, fillerW, { owedJ, commandW, cpuMs }) => {
      const power = createPower(manualClock(), 280);
      power.offer(grantOf(grantW, fillerW));
      const { freeW, workW } = power.now();
      assert.ok(freeW <= Math.max(0, Math.min(grantW, fillerW) - 280), 'idle cards draw their watts first');
      const given = { freeW, workW, grantW, owedJ };
      const { watts: scoringW } = fillerPace({
        ...given,
        ...{ jPerToken: 2.97, cpuMsPerToken: cpuMs / 1000, cpuShare: 0.1, questions: 0 },
      });
      const runs = commandRuns({ ...given, scoringW, commandW, active: 0 });
      assert.ok(scoringW + (runs ? commandW : 0) <= freeW + 1e-9, `${scoringW} + ${commandW} of ${freeW} W`);
      assert.ok(!commandRuns({ ...given, scoringW, commandW, active: 1 }), 'questions come first');
      if (freeW <= 0) assert.is.not(verdictOn(economy, given).do, 'admit');
      const unpaid = {
        questions: 0,
        soldJ: 0,
        owedJ,
        economy: 3,
        cardsW: 4900,
        economicW: 3500,
        fillerTokensPerS: 200,
      };
      assert.is(want({ ...unpaid, jPerToken: 3, commandW, incomeEurPerKwh: 0.5 }).incomeEurPerKwh, 0);
    }),
    { seed: 20_26, numRuns: 2000 },
  );
});

interface Life extends Asking {
  arrivesS: number;
}

/** The run loop in virtual time: each second a verdict, answers take `answerS`; seconds until each was told. */
function tell(lives: readonly Life[], free: readonly boolean[], fallbackS: number): Map<number, number> {
  const told = new Map<number, number>();
  let waiting: Life[] = [];
  let ends: number[] = [];
  const next = [...lives].sort((a, b) => a.arrivesS - b.arrivesS);
  for (let nowS = 0; nowS < fallbackS; nowS++) {
    while (next[0] && next[0].arrivesS <= nowS) waiting.push(next.shift()!);
    ends = ends.filter((endS) => endS > nowS);
    const freeW = free[Math.floor(nowS / 60) % free.length] ? 500 : 0;
    const given = { ...supply, freeW, width: 2, answerS: 3, active: ends.length };
    const verdicts = decide(
      given,
      waiting.map((l) => ({ ...l, waitedS: nowS - l.arrivesS })),
    );
    for (const [id, verdict] of verdicts) {
      if (verdict.do === 'defer') continue;
      if (verdict.do === 'admit') ends.push(nowS + 3);
      told.set(id, nowS - lives.find((l) => l.id === id)!.arrivesS);
    }
    waiting = waiting.filter((l) => !told.has(l.id));
  }
  return told;
}

test('nobody starves: standard is told at once, economy before its deadline, whatever comes and shines', () => {
  const life = fc.record({
    arrivesS: fc.integer({ min: 0, max: 600 }),
    tier: fc.constantFrom('standard' as const, 'economy' as const),
    deadlineS: fc.integer({ min: 1, max: 600 }),
  });
  const crowd = fc.array(life, { minLength: 1, maxLength: 120 });
  const sun = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(crowd, sun, (lives, free) => {
      const all = lives.map((l, id) => ({ ...asking, ...l, id }));
      const told = tell(all, free, 1300);
      for (const { id, tier, deadlineS } of all) {
        const afterS = told.get(id) ?? Number.POSITIVE_INFINITY;
        assert.ok(afterS <= (tier === 'standard' ? 0 : deadlineS), `${tier}: told after ${afterS} of ${deadlineS} s`);
      }
    }),
    { seed: 3, numRuns: 100 },
  );
});

test('in the long run of the sun every economy question that can wait for it is answered', () => {
  const lives = Array.from({ length: 40 }, (_, id) => ({ ...economy, id, arrivesS: id, deadlineS: 600 }));
  const told = tell(lives, [false, false, true, true, true], 900);
  for (const [id, afterS] of told) assert.ok(afterS < 400, `${id} after ${afterS} s`);
  assert.is(told.size, 40);
});

test('what compute wants: the watts that buy speed while sold answers are due, all for a long line, else what filler can use; only sold ones earn', () => {
  const rest = { cardsW: 4900, economicW: 3500, fillerTokensPerS: 200, jPerToken: 3 };
  const input = { questions: 0, soldJ: 0, owedJ: 0, economy: 0, ...rest };
  const of = (change: Partial<typeof input> = {}, commandW = 0) =>
    want({ ...input, commandW, incomeEurPerKwh: 0.5, ...change });
  assert.equal(of(), { wantW: 600, incomeEurPerKwh: 0 });
  assert.equal(of({}, 150), { wantW: 750, incomeEurPerKwh: 0 });
  assert.equal(of({ questions: 1 }), { wantW: 3500, incomeEurPerKwh: 0.5 });
  assert.equal(of({ soldJ: 1, owedJ: 1 }), { wantW: 3500, incomeEurPerKwh: 0.5 });
  const pressing = 3500 * 60 + 1;
  assert.equal(of({ soldJ: pressing, owedJ: pressing }), { wantW: 4900, incomeEurPerKwh: 0.5 });
  assert.equal(of({ owedJ: 1 }), { wantW: 4900, incomeEurPerKwh: 0 });
  assert.equal(of({ economy: 1 }), { wantW: 4900, incomeEurPerKwh: 0 });
  assert.is(of({ fillerTokensPerS: 9000 }).wantW, 4900);
});

test.run();
