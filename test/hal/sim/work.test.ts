import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CARDS } from '../../../src/contract/cards.ts';
import { createBacklog } from '../../../src/hal/sim/work.ts';

const card = CARDS['rtx3090-8b-q4']!;
const RATED_W = 4900;
const told = (seq: number, answerTokens: number, fillerTokens = 0, bootId = 'a') => ({
  bootId,
  seq,
  answerTokens,
  fillerTokens,
  card: card.id,
});

test('tokens since the last message wait as joules; replays and older messages add nothing', () => {
  const backlog = createBacklog(RATED_W);
  backlog.take(told(1, 100));
  backlog.take(told(2, 150));
  backlog.take(told(2, 900));
  backlog.take(told(1, 900));
  assert.ok(Math.abs(backlog.waitingJ().answerJ - 150 * card.jPerToken) < 1e-9);
});

test('a new boot counts from zero; a plant that starts late does not burn old work', () => {
  const backlog = createBacklog(RATED_W);
  backlog.take(told(900, 50_000));
  assert.is(backlog.waitingJ().answerJ, 0);
  backlog.take(told(901, 50_010));
  backlog.take(told(1, 20, 0, 'b'));
  assert.ok(Math.abs(backlog.waitingJ().answerJ - 30 * card.jPerToken) < 1e-9);
});

test('filler is capped at five seconds of full power, answers never are', () => {
  const backlog = createBacklog(RATED_W);
  backlog.take(told(1, 1e6, 1e6));
  assert.is(backlog.waitingJ().fillerJ, 5 * RATED_W);
  assert.is(backlog.waitingJ().answerJ, 1e6 * card.jPerToken);
});

test('every joule of answers is burnt, none twice, whatever the cap', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 40 }),
      fc.integer({ min: 100, max: 5000 }),
      (steps, capW) => {
        const backlog = createBacklog(RATED_W);
        let tokens = 0;
        let burntJ = 0;
        const burn = (seconds: number) => {
          const joules = Math.min(backlog.availableW(), capW) * seconds;
          backlog.burn(joules);
          burntJ += joules;
        };
        steps.forEach((more, i) => {
          tokens += more;
          backlog.take(told(i + 1, tokens));
          burn(0.2);
        });
        const wantedJ = tokens * card.jPerToken;
        assert.ok(Math.abs(burntJ + backlog.waitingJ().answerJ - wantedJ) <= 1e-6 * (1 + wantedJ));
      },
    ),
    { seed: 7, numRuns: 200 },
  );
});

test('power follows a steady stream of messages evenly', () => {
  const backlog = createBacklog(RATED_W);
  const watts: number[] = [];
  for (let tick = 1; tick <= 400; tick++) {
    if (tick % 4 === 0) backlog.take(told(tick / 4, tick * 30));
    const availableW = backlog.availableW();
    backlog.burn(availableW * 0.05);
    if (tick > 300) watts.push(availableW);
  }
  const meanW = 30 * 20 * card.jPerToken;
  assert.ok(
    Math.min(...watts) > 0.9 * meanW && Math.max(...watts) < 1.1 * meanW,
    `${Math.min(...watts)}..${Math.max(...watts)}`,
  );
});

test.run();
