import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HeatmineError } from '../../../../src/core/errors.ts';
import { emptyBooks } from '../../../../src/net/ledger/books.ts';
import type { QuoteLine } from '../../../../src/net/swarm/ask/quotes.ts';
import { type Held, openOffers } from '../../../../src/net/swarm/pay/offers.ts';
import { spentUc } from '../../../../src/net/swarm/pay/spent.ts';

const QUESTION = { expert: 'auto', messages: [{ role: 'user' as const, content: 'why?' }], maxTokens: undefined };
const OTHER = { ...QUESTION, messages: [{ role: 'user' as const, content: 'why not?' }] };

const line = (mostUc: number): QuoteLine => ({
  node: 'n',
  expert: 'faults',
  quote: {
    ...{ tier: mostUc ? 'standard' : 'sunshine', promptUcPerMtok: mostUc, answerUcPerMtok: mostUc * 10 },
    ...{ leastUc: Math.min(1, mostUc), mostUc, reason: '' },
  },
});
const codeOf = (work: () => unknown) => {
  try {
    work();
    return 'ok';
  } catch (error) {
    return (error as HeatmineError).code;
  }
};

function shop(limitUc: number) {
  const at = { nowMs: 0, spentUc: 0 };
  return { at, offers: openOffers({ limitUc, spentUc: () => at.spentUc, monoMs: () => at.nowMs }) };
}

test('nothing is bought where the owner allowed nothing, nor beyond what is left', () => {
  assert.is(
    codeOf(() => shop(0).offers.leftUc()),
    'SPENDING_LIMIT',
  );
  const { at, offers } = shop(100);
  assert.is(
    codeOf(() => offers.make(QUESTION, [line(101)], 'standard')),
    'SPENDING_LIMIT',
  );
  const { offer, mostUc, leftUc, nodes } = offers.make(QUESTION, [line(90), line(60), line(200)], 'standard');
  assert.equal([mostUc, leftUc, nodes], [90, 100, 2], 'those that can be paid, the dearest of them is the most');
  at.spentUc = 50;
  assert.is(
    codeOf(() => offers.take(offer, QUESTION)),
    'SPENDING_LIMIT',
  );
  at.spentUc = 10;
  const held = offers.take(offer, QUESTION) as Held;
  assert.equal([held.maxPrice, held.mostUc], [900, 90]);
  assert.is(
    codeOf(() => offers.leftUc()),
    'SPENDING_LIMIT',
    'it is held while the answer is under way',
  );
  held.release();
  assert.is(offers.leftUc(), 90);
});

test('a free answer is taken alone where there is one; who refuses is told', () => {
  const { offers } = shop(100);
  const { mostUc, nodes } = offers.make(QUESTION, [line(5), line(0)], 'standard');
  assert.equal([mostUc, nodes], [0, 1]);
  const error = new HeatmineError('NO_POWER', 'waits for sun');
  const refused = { node: 'n', expert: 'faults', refused: 'waits', error };
  assert.is(
    codeOf(() => offers.make(QUESTION, [refused], 'economy')),
    'NO_POWER',
  );
});

test('a quote is for its own question, for ten minutes, for one answer at a time', () => {
  const { at, offers } = shop(100);
  const { offer } = offers.make(QUESTION, [line(10)], 'standard');
  assert.is(
    codeOf(() => offers.take('x', QUESTION)),
    'QUOTE_GONE',
  );
  assert.is(
    codeOf(() => offers.take(offer, OTHER)),
    'QUOTE_GONE',
  );
  assert.is(
    codeOf(() => offers.take(offer, { ...QUESTION, maxTokens: 9 })),
    'QUOTE_GONE',
  );
  (offers.take(offer, QUESTION) as Held).release();
  const held = offers.take(offer, QUESTION) as Held;
  assert.is(
    codeOf(() => offers.take(offer, QUESTION)),
    'BUSY',
  );
  const pieces = [{ type: 'chunk' as const, text: 'so' }];
  held.given(pieces);
  held.release();
  at.nowMs += 599_999;
  assert.equal(offers.take(offer, QUESTION), { pieces });
  at.nowMs += 1;
  assert.is(
    codeOf(() => offers.take(offer, QUESTION)),
    'QUOTE_GONE',
  );
});

test('answers under way are never forgotten for new quotes', () => {
  const { offers } = shop(1000);
  const running = Array.from({ length: 64 }, () => {
    const { offer } = offers.make(QUESTION, [line(1)], 'standard');
    return { offer, held: offers.take(offer, QUESTION) as Held };
  });
  assert.is(
    codeOf(() => offers.make(QUESTION, [line(1)], 'standard')),
    'BUSY',
  );
  running[0]!.held.release();
  const { offer } = offers.make(QUESTION, [line(1)], 'standard');
  assert.is(
    codeOf(() => offers.take(running[0]!.offer, QUESTION)),
    'QUOTE_GONE',
  );
  assert.is(
    codeOf(() => offers.take(running[1]!.offer, QUESTION)),
    'BUSY',
  );
  assert.is(
    codeOf(() => offers.take(offer, QUESTION)),
    'ok',
  );
});

type Step = { quote: number } | { take: number } | { end: number; uc: number } | { fail: number } | { waitMs: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ quote: fc.nat(400) }),
  fc.record({ take: fc.nat(9) }),
  fc.record({ end: fc.nat(9), uc: fc.nat(400) }),
  fc.record({ fail: fc.nat(9) }),
  fc.record({ waitMs: fc.nat(700_000) }),
);

test('whatever is quoted, retried, broken off and answered in whatever order: each quote pays once, never above it, nor all above the limit', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(1000), (steps, limit) => {
      const { at, offers } = shop(limit);
      const made: { offer: string; mostUc: number; paid: number[] }[] = [];
      const running = new Map<number, Held>();
      for (const one of steps) {
        if ('quote' in one) {
          if (codeOf(() => offers.make(QUESTION, [line(one.quote)], 'standard')) !== 'ok') continue;
          made.push({ ...offers.make(QUESTION, [line(one.quote)], 'standard'), paid: [] });
        } else if ('take' in one && made[one.take]) {
          try {
            const held = offers.take(made[one.take]!.offer, QUESTION);
            if ('pieces' in held) assert.ok(made[one.take]!.paid.length, 'given again is only what was paid');
            else running.set(one.take, held);
          } catch (error) {
            assert.instance(error, HeatmineError);
          }
        } else if ('end' in one && running.has(one.end)) {
          // As the purse: nothing above what was held is signed for.
          const uc = Math.min(one.uc, running.get(one.end)!.mostUc);
          at.spentUc += uc;
          made[one.end]!.paid.push(uc);
          running.get(one.end)!.given([]);
          running.get(one.end)!.release();
          running.delete(one.end);
        } else if ('fail' in one) {
          running.get(one.fail)?.release();
          running.delete(one.fail);
        } else if ('waitMs' in one) at.nowMs += one.waitMs;
        assert.ok(at.spentUc <= limit);
      }
      for (const { paid, mostUc } of made) assert.ok(paid.length <= 1 && (paid[0] ?? 0) <= mostUc);
    }),
    { seed: 61, numRuns: 500 },
  );
});

test('what was spent is the sum of a day of hours, with those that clocks may differ by', () => {
  const books = emptyBooks();
  const nowHour = 500_000;
  for (const hour of [nowHour - 30, nowHour - 26, nowHour - 25, nowHour, nowHour + 2])
    books.hours.set(hour, { answers: 0, free: 0, earnedUc: 7, spentUc: 10 });
  assert.is(spentUc(books, nowHour * 3_600_000 + 5), 30);
});

test.run();
