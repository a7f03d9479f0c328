/** What an answer shows beside an own copy of the weights, in measures of that copy's own noise. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Random, seededRandom } from '../../../../src/core/random.ts';
import { isLiar, NO_EVIDENCE, weigh } from '../../../../src/net/swarm/audit/evidence.ts';
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
    assert.ok(honest > 0 && honest <= before && honest <= small.liar(lead * 0.003));
    assert.ok(Math.abs(honest - large.honest(lead * 3)) < 1e-9);
    before = honest;
  }
});

test('honest nodes that round as the own copy does are hardly ever condemned, on calls of any closeness; weights six times coarser are', () => {
  const random = seededRandom(5);
  const noise = learnt(0.05, 6);
  const condemned = (scale: number, share: number) => {
    let count = 0;
    for (let node = 0; node < 2000; node++) {
      let [evidence, found] = [NO_EVIDENCE, false];
      for (let audit = 0; audit < 20; audit++) {
        const calls = Array.from({ length: 12 }, () => 0.02 + random() ** 2 * 4);
        const lies = random() < share;
        const parted = calls.filter((lead) => moveOf(lies ? scale : 0.05, random) > lead);
        evidence = weigh(evidence, judged({ ...given, calls, parted }, noise));
        found ||= isLiar(evidence);
      }
      if (found) count++;
    }
    return count / 2000;
  };
  assert.ok(condemned(0.05, 1) <= 0.005);
  assert.ok(condemned(0.3, 1) >= 0.95);
  assert.ok(condemned(0.6, 0.5) >= 0.95, 'twelve times coarser, every second time');
});

test('hundreds of close calls behind hidden working say nothing that is no number', () => {
  const noise = learnt(0.05, 8);
  for (const count of [60, 200, 5000]) {
    const calls = Array<number>(count).fill(0.001);
    assert.ok(Number.isFinite(worthOf(calls, true, noise)), `worth of ${count}`);
    for (const parted of [[], [0.001]]) {
      const { factor } = judged({ ...given, hidesWorking: true, calls, parted }, noise);
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
  assert.ok(outcome({ billedTokens: 80, surest: 0.01 }).factor < 1, 'it may be cut into other tokens');
  assert.is(outcome({ billedTokens: 41, hidesWorking: true }).outcome, 'overcounted');
  const close = outcome({ calls: [0.02, 0.03], billedTokens: 41, hidesWorking: true });
  assert.ok(close.factor < 1, 'hidden working may well have gone another way');
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
