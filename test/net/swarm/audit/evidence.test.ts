/** When a node is taken for a liar, what an audit may cost, and what is asked. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../../src/core/random.ts';
import { createBudget } from '../../../../src/net/swarm/audit/budget.ts';
import { compared } from '../../../../src/net/swarm/audit/compare.ts';
import {
  type Evidence,
  type Finding,
  factorsOf,
  isLiar,
  NO_EVIDENCE,
  oddsOf,
  TIMES,
  weigh,
} from '../../../../src/net/swarm/audit/evidence.ts';
import { vary } from '../../../../src/net/swarm/audit/vary.ts';

/** A text that every way to lie makes so many times likelier than honesty does. */
const seen = (factor: number): Finding => {
  const texts = TIMES.map(() => factor);
  return { outcome: 'same', factors: factorsOf(texts, false, 1) };
};
const after = (factors: readonly number[]): Evidence =>
  factors.reduce((evidence, factor) => weigh(evidence, seen(factor)), NO_EVIDENCE);
const times = (n: number, factor: number): number[] => Array.from({ length: n }, () => factor);
const NODES = 4000;

test('no single audit condemns, whatever it shows; two that no honest node gives do', () => {
  assert.not.ok(isLiar(after([1e9])));
  assert.ok(isLiar(after([1e9, 1e9])));
  assert.not.ok(isLiar(after([1e9, ...times(18, 0.8)])));
});

test('evidence begins anew after twenty audits: old honesty buys no lies, an old slip is forgotten', () => {
  const old = after([...times(19, 0.9), 40]);
  assert.is(old.audits, 20);
  assert.equal(weigh(old, seen(40)), weigh(NO_EVIDENCE, seen(40)));
});

/** Of nodes that are audited twenty times, the share that is condemned. */
function condemned(audit: () => Finding): { share: number; mean: number } {
  let [found, sum] = [0, 0];
  for (let node = 0; node < NODES; node++) {
    let [evidence, isFound] = [NO_EVIDENCE, false];
    for (let i = 0; i < 20; i++) {
      const finding = audit();
      sum += oddsOf(finding.factors);
      evidence = weigh(evidence, finding);
      isFound ||= isLiar(evidence);
    }
    if (isFound) found++;
  }
  return { share: found / NODES, mean: sum / NODES / 20 };
}

test('each way to lie keeps a mean of 1 where text and count do, so false alarms stay below one in 200 by design', () => {
  const random = seededRandom(1);
  // At the very edge of honesty: texts of chance 0.01 worth 50 to each way, or to one alone; a count of chance 0.002.
  for (const alone of [false, true]) {
    const { share, mean } = condemned(() => {
      const rare = random() < 0.01;
      const texts = TIMES.map((_, i) => (rare && (!alone || i === 0) ? 50 : rare ? 0 : 0.5 / 0.99));
      return { outcome: 'same', factors: factorsOf(texts, random() < 0.002, 0.002) };
    });
    assert.ok(mean < 1.02 && (alone || mean > 0.95), `${mean}`);
    assert.ok(share <= 0.005, `${share}`);
  }
});

test('a count that is too high in half of the answers is found, though all texts speak for honesty', () => {
  const random = seededRandom(2);
  const honestTexts = TIMES.map(() => 0.2);
  const billing = (over: number, honestCount: number) =>
    condemned(() => ({ outcome: 'same', factors: factorsOf(honestTexts, random() < over, honestCount) })).share;
  assert.ok(billing(0.5, 0.001) >= 0.95);
  assert.ok(billing(0.5, 0.02) >= 0.95, 'where one honest node of fifty bills more');
  assert.ok(billing(0.02, 0.02) <= 0.005, 'that honest node');
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
