/** What an answer shows beside an own copy of the weights, in measures of that copy's own noise. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Random, seededRandom } from '../../../../src/core/random.ts';
import { isLiar, NO_EVIDENCE, oddsOf, weigh } from '../../../../src/net/swarm/audit/evidence.ts';
import { createNoise, type Noise } from '../../../../src/net/swarm/audit/noise.ts';
import { judged, worthOf } from '../../../../src/net/swarm/audit/weights.ts';

/** Moves as real ones are: many small, few large, one way as often as the other. */
const moveOf = (scale: number, random: Random) => (random() < 0.5 ? -scale : scale) * -Math.log(1 - random());
const learnt = (scale: number, seed: number, count = 1000): Noise => {
  const [noise, random] = [createNoise(), seededRandom(seed)];
  noise.learn(Array.from({ length: count }, () => moveOf(scale, random)));
  return noise;
};
const given = { hidesWorking: false, tokens: 40, billedTokens: 40, surest: 50, isPromptOver: false };

test('noise: unknown until enough was seen; rarer the farther; a liar goes farther; only ratios matter', () => {
  assert.not.ok(learnt(1, 1, 199).isKnown());
  assert.not.ok(learnt(0, 1).isKnown(), 'no move at all is no measure');
  const [small, large] = [learnt(0.003, 2), learnt(3, 2)];
  assert.ok(small.isKnown());
  let before = 1;
  for (const lead of [0, 0.5, 1, 2, 4, 8, 16, 1000]) {
    const honest = small.honest(lead * 0.003);
    assert.ok(honest > 0 && honest <= before && honest <= small.liar(lead * 0.003, 2));
    assert.ok(small.liar(lead * 0.003, 2) <= small.liar(lead * 0.003, 4));
    assert.ok(Math.abs(honest - large.honest(lead * 3)) < 1e-9);
    before = honest;
  }
});

/** Of nodes whose calls move by this scale in this share of twenty audits, those condemned; beside them the own copy's noise of 0.05. */
function condemnedOf(scale: number, share: number, calls: () => number[]): number {
  const [random, noise] = [seededRandom(5), learnt(0.05, 6)];
  let count = 0;
  for (let node = 0; node < 1000; node++) {
    let [evidence, found] = [NO_EVIDENCE, false];
    for (let audit = 0; audit < 20 && !found; audit++) {
      const leads = calls();
      const lies = random() < share;
      const parted = leads.filter((lead) => moveOf(lies ? scale : 0.05, random) > lead);
      evidence = weigh(evidence, judged({ ...given, calls: leads, parted }, noise));
      found = isLiar(evidence);
    }
    if (found) count++;
  }
  return count / 1000;
}

test('honest nodes that round as the own copy does are hardly ever condemned, on calls of any closeness; coarser weights are', () => {
  const random = seededRandom(9);
  const calls = () => Array.from({ length: 12 }, () => 0.02 + random() ** 2 * 4);
  assert.ok(condemnedOf(0.05, 1, calls) <= 0.005);
  assert.ok(condemnedOf(0.05 * 1.2, 1, calls) <= 0.005, 'other kernels, a fifth noisier than coarser keys and values');
  assert.ok(condemnedOf(0.3, 1, calls) >= 0.95);
  assert.ok(condemnedOf(0.6, 0.5, calls) >= 0.95, 'twelve times coarser, every second time');
});

test('weights that move calls only three times as far as kernels do are found too, on questions that are worth it', () => {
  const random = seededRandom(10);
  const noise = learnt(0.05, 6);
  const calls = () => Array.from({ length: 24 }, () => 0.02 + random() ** 2 * 2);
  const worth = Array.from({ length: 50 }, () => worthOf(calls(), false, noise)).reduce((a, b) => a + b, 0) / 50;
  assert.ok(worth > 4 && worth < 8, `${worth} nats by six times`);
  assert.ok(condemnedOf(0.05, 1, calls) <= 0.005);
  const found = condemnedOf(0.15, 1, calls);
  assert.ok(found >= 0.95, `${found}`);
});

test('hundreds of close calls behind hidden working say nothing that is no number', () => {
  const noise = learnt(0.05, 8);
  for (const count of [60, 200, 5000]) {
    const calls = Array<number>(count).fill(0.001);
    assert.ok(Number.isFinite(worthOf(calls, true, noise)), `worth of ${count}`);
    for (const parted of [[], [0.001]]) {
      const factor = oddsOf(judged({ ...given, hidesWorking: true, calls, parted }, noise).factors);
      assert.ok(Number.isFinite(factor) && factor <= 1.01, `${factor} by ${count}`);
    }
  }
});

test('a count is held to the token; unknown where the text was not followed; behind turned calls or working, as far as it is sure', () => {
  const noise = learnt(0.05, 7);
  const calls = [0.4, 2, 9];
  const outcome = (over: Partial<Parameters<typeof judged>[0]>) =>
    judged({ ...given, calls, parted: [], ...over }, noise);
  assert.is(outcome({}).outcome, 'same');
  assert.is(outcome({ billedTokens: 41 }).outcome, 'overcounted');
  assert.is(outcome({ billedTokens: 39 }).outcome, 'same');
  assert.is(outcome({ isPromptOver: true }).outcome, 'overcounted');
  assert.is(outcome({ billedTokens: 80, tokens: undefined }).outcome, 'same');
  assert.is(outcome({ billedTokens: 41, parted: [0.01] }).outcome, 'same', 'one turned call, one token');
  assert.is(outcome({ billedTokens: 42, parted: [0.01] }).outcome, 'overcounted');
  const oddsWhere = (over: Partial<Parameters<typeof judged>[0]>) => oddsOf(outcome(over).factors);
  assert.ok(
    oddsWhere({ billedTokens: 80 }) > 10 && oddsWhere({ billedTokens: 80, surest: 0.01 }) < 1.2,
    'cut otherwise',
  );
  assert.is(outcome({ billedTokens: 41, hidesWorking: true }).outcome, 'overcounted');
  const close = outcome({ calls: [0.02, 0.03], billedTokens: 41, hidesWorking: true });
  assert.ok(oddsOf(close.factors) < 1.2, 'hidden working may well have gone another way');
  assert.is(outcome({ parted: [9] }).outcome, 'far');
  assert.is(outcome({ parted: [9], hidesWorking: true }).outcome, 'far');
});

test('worth asking: calls beyond rounding, but near; nothing where all are sure or all are rounding', () => {
  const noise = learnt(0.05, 8);
  const worth = (...calls: number[]) => worthOf(calls, false, noise);
  assert.ok(worth(0.4) > 0.3);
  assert.ok(worth(9) < 0.05 && worth(0.001) < 0.01);
  assert.ok(worth(0.4, 0.4, 0.4) > 2.9 * worth(0.4));
  assert.ok(worthOf([0.001, 0.4], true, noise) < 0.1, 'hidden: one that rounding turns spoils the others');
});

test.run();
