/** When a node is taken for a liar, what an audit may cost, and what is asked. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../../src/core/random.ts';
import { createBudget } from '../../../../src/net/swarm/audit/budget.ts';
import { compared } from '../../../../src/net/swarm/audit/compare.ts';
import {
  type Evidence,
  isLiar,
  isTelling,
  NO_EVIDENCE,
  type Outcome,
  outcomeOf,
  weigh,
} from '../../../../src/net/swarm/audit/evidence.ts';
import { vary } from '../../../../src/net/swarm/audit/vary.ts';

const after = (outcomes: readonly Outcome[]): Evidence => outcomes.reduce(weigh, NO_EVIDENCE);
const times = (n: number, outcome: Outcome): Outcome[] => Array.from({ length: n }, () => outcome);

test('no single audit condemns; two that rounding cannot explain do, whenever they come among twenty', () => {
  for (const bad of ['near', 'far', 'overcounted', 'outvoted'] as const) {
    assert.not.ok(isLiar(after([bad])), bad);
    assert.not.ok(isLiar(after([...times(19, 'same'), bad])), bad);
  }
  assert.ok(isLiar(after(['near', ...times(18, 'same'), 'near'])));
  assert.ok(isLiar(after([...times(18, 'same'), 'far', 'overcounted'])));
  assert.not.ok(isLiar(after(['outvoted', 'outvoted'])), 'two honest nodes may outvote a third twice');
  assert.ok(isLiar(after(times(3, 'outvoted'))));
});

test('evidence begins anew after twenty audits: old honesty buys no lies, an old slip is forgotten', () => {
  const old = after([...times(19, 'same'), 'near']);
  assert.is(old.audits, 20);
  assert.equal(weigh(old, 'near'), weigh(NO_EVIDENCE, 'near'));
});

const drawn = (chances: Partial<Record<Outcome, number>>, otherwise: Outcome, random: () => number): Outcome => {
  let at = random();
  for (const [outcome, chance] of Object.entries(chances)) {
    at -= chance;
    if (at < 0) return outcome as Outcome;
  }
  return otherwise;
};
/** Share of 20,000 nodes that are condemned within twenty audits. */
function condemned(chances: Partial<Record<Outcome, number>>, otherwise: Outcome, seed: number): number {
  const random = seededRandom(seed);
  let count = 0;
  for (let node = 0; node < 20_000; node++) {
    let evidence = NO_EVIDENCE;
    let found = false;
    for (let i = 0; i < 20; i++) {
      evidence = weigh(evidence, drawn(chances, otherwise, random));
      found ||= isLiar(evidence);
    }
    if (found) count++;
  }
  return count / 20_000;
}

test('false alarms stay below 0.5 % even where honest nodes are five times as odd as they may be; faint liars are found', () => {
  assert.ok(condemned({ near: 0.001, far: 0.0002, overcounted: 0.0002 }, 'same', 1) <= 0.0015);
  assert.ok(condemned({ near: 0.005 }, 'same', 2) <= 0.0065);
  assert.ok(condemned({ outvoted: 0.02 }, 'agreed', 3) <= 0.005);
  assert.ok(condemned({ near: 0.25 }, 'same', 4) >= 0.95);
  assert.ok(condemned({ outvoted: 0.5 }, 'agreed', 5) >= 0.95);
});

test('what an answer shows: rounding is no lie, a count is held to the token where the text is the same', () => {
  const given = { nats: 0, ownTokens: 40, billedTokens: 40, hidesWorking: false };
  assert.is(outcomeOf(given), 'same');
  assert.is(outcomeOf({ ...given, billedTokens: 41 }), 'overcounted');
  assert.is(outcomeOf({ ...given, billedTokens: 39 }), 'same');
  assert.is(outcomeOf({ ...given, billedTokens: 41, hidesWorking: true }), 'same');
  assert.is(outcomeOf({ ...given, billedTokens: 42, hidesWorking: true }), 'overcounted');
  assert.is(outcomeOf({ ...given, nats: 0.2, billedTokens: 60 }), 'same', 'another text has another length');
  assert.is(outcomeOf({ ...given, nats: 0.5 }), 'near');
  assert.is(outcomeOf({ ...given, nats: 50 }), 'far');
  assert.not.ok(isTelling(0.1), 'an honest node might decide otherwise');
  assert.ok(isTelling(0.4));
  assert.not.ok(isTelling(5), 'other weights would decide the same');
});

test('without weights: outvoted by two who agree, overcounted against one who agrees, nothing where all differ', () => {
  const heard = (text: string, billedTokens = 50) => ({ text, billedTokens });
  assert.is(compared(heard('a'), [heard('a'), heard('b')]), 'agreed');
  assert.is(compared(heard('b'), [heard('a'), heard('a')]), 'outvoted');
  assert.is(compared(heard('b'), [heard('a'), heard('c')]), undefined);
  assert.is(compared(heard('a', 53), [heard('a'), heard('a', 53)]), 'overcounted');
  assert.is(compared(heard('a', 51), [heard('a'), heard('a')]), 'agreed');
});

test('audits take at most 2 % of all tokens over any stretch, whatever one costs', () => {
  for (const cost of [10, 300, 5000]) {
    const budget = createBudget();
    const random = seededRandom(cost);
    let [ordinary, audits] = [0, 0];
    for (let i = 0; i < 50_000; i++) {
      const tokens = 1 + Math.floor(random() * 400);
      ordinary += tokens;
      budget.earn(tokens);
      if (!budget.may()) continue;
      budget.spend(cost);
      audits += cost;
    }
    const share = audits / (ordinary + audits);
    assert.ok(share > 0.019 && share <= 0.02 + cost / ordinary, `${cost} tokens an audit: ${share}`);
  }
});

test('a varied question keeps its kind: lengths of numbers, most words, and it is hardly ever one that was known', () => {
  const random = seededRandom(9);
  const known = 'what power has a flow of 37 l/min cooled by 24.5 K';
  const asked = Array.from({ length: 500 }, () => vary(known, random));
  for (const question of asked) {
    assert.ok(question.length > 0 && Math.abs(question.length - known.length) <= 9, question);
    const left = known.split(' ').filter((word) => question.split(' ').includes(word));
    assert.ok(left.length >= 7, question);
  }
  assert.ok(new Set(asked).size > 400);
  assert.ok(asked.filter((question) => question === known).length < 25);
  for (const odd of ['', ' ', '7', '0', 'ä', '🌡️ 3']) assert.type(vary(odd, random), 'string');
});

test.run();
