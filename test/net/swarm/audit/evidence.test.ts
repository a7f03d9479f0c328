/** When a node is taken for a liar, what an audit may cost, and what is asked. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../../src/core/random.ts';
import { createBudget } from '../../../../src/net/swarm/audit/budget.ts';
import { compared } from '../../../../src/net/swarm/audit/compare.ts';
import {
  type Evidence,
  type Finding,
  isLiar,
  NO_EVIDENCE,
  together,
  weigh,
} from '../../../../src/net/swarm/audit/evidence.ts';
import { vary } from '../../../../src/net/swarm/audit/vary.ts';

const after = (factors: readonly number[]): Evidence =>
  factors.reduce((evidence, factor) => weigh(evidence, { outcome: 'same', factor }), NO_EVIDENCE);
const times = (n: number, factor: number): number[] => Array.from({ length: n }, () => factor);

test('no single audit condemns, whatever it shows; two that no honest node gives do', () => {
  assert.not.ok(isLiar(after([1e9])));
  assert.ok(isLiar(after([1e9, 1e9])));
  assert.not.ok(isLiar(after([1e9, ...times(18, 0.8)])));
});

test('evidence begins anew after twenty audits: old honesty buys no lies, an old slip is forgotten', () => {
  const old = after([...times(19, 0.9), 40]);
  assert.is(old.audits, 20);
  const far: Finding = { outcome: 'far', factor: 40 };
  assert.equal(weigh(old, far), weigh(NO_EVIDENCE, far));
});

test('text and count together keep a mean of 1 where both do, so false alarms stay below one in 200 by design', () => {
  const random = seededRandom(1);
  let [alarms, sum] = [0, 0];
  for (let node = 0; node < 20_000; node++) {
    let evidence = NO_EVIDENCE;
    let found = false;
    for (let i = 0; i < 20; i++) {
      // An honest node at the very edge: text of chance 0.01 worth 50, count of chance 0.002.
      const text = random() < 0.01 ? 50 : 0.5 / 0.99;
      const factor = together(text, random() < 0.002, 0.002);
      sum += factor;
      evidence = weigh(evidence, { outcome: 'same', factor });
      found ||= isLiar(evidence);
    }
    if (found) alarms++;
  }
  const mean = sum / 400_000;
  assert.ok(mean > 0.95 && mean < 1.02, `${mean}`);
  assert.ok(alarms / 20_000 <= 0.005, `${alarms} of 20,000`);
});

test('without weights: outvoted by two who agree, overcounted against one who agrees, nothing where all differ', () => {
  const heard = (text: string, billedTokens = 50) => ({ text, billedTokens, billedPromptTokens: 9 });
  const outcome = (...[one, ...others]: Parameters<typeof compared>) => compared(one, ...others)?.outcome;
  assert.is(outcome(heard('a'), [heard('a'), heard('b')]), 'agreed');
  assert.is(outcome(heard('b'), [heard('a'), heard('a')]), 'outvoted');
  assert.is(outcome(heard('b'), [heard('a'), heard('c')]), undefined);
  assert.is(outcome(heard('a', 51), [heard('a'), heard('a')]), 'overcounted');
  assert.is(
    outcome(heard('a', 51), [heard('a', 51), heard('a', 40)]),
    'agreed',
    'one that bills too little is no measure',
  );
});

test('without weights: long texts that part on the way may be rounding; at once, or one that ends within another, hardly', () => {
  const heard = (text: string) => ({ text, billedTokens: 50, billedPromptTokens: 9 });
  const long = 'the flow is below its limit, clean the strainer and bleed the loop';
  const both: [ReturnType<typeof heard>, ReturnType<typeof heard>] = [heard(long), heard(long)];
  assert.is(compared(heard(long.replace('strainer', 'filter')), both)?.outcome, 'agreed');
  for (const text of [long.slice(0, 45), `${long}, then call`, `no, ${long}`])
    assert.is(compared(heard(text), both)?.outcome, 'outvoted', text);
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
