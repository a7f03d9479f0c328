import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { commandRuns } from '../../src/compute/scheduler/command.ts';
import {
  accrue,
  afterBreeding,
  afterScoring,
  burn,
  economicW,
  FILLER_START,
  type FillerInput,
  fillerPace,
  mayBreed,
  mayScore,
} from '../../src/compute/scheduler/power.ts';
import { createWork } from '../../src/compute/work.ts';
import { CARDS } from '../../src/contract/cards.ts';
import { manualClock } from '../../src/core/clock.ts';

const paid: FillerInput = {
  ...{ freeW: 1000, workW: 2000, owedJ: 0, jPerToken: 2, cpuMsPerToken: 0.1, cpuShare: 0.1, questions: 0 },
};

test('the watts that buy speed: where a watt more adds less than half of what a watt has so far, never beyond the rating', () => {
  const { tdpW, byCap } = CARDS['rtx3090-8b-q4']!;
  const watts = economicW(tdpW, byCap!.points);
  assert.ok(watts >= 0.65 * tdpW && watts <= 0.75 * tdpW, `${watts} W of ${tdpW}`);
  assert.is(economicW(700), 700, 'nobody has measured it');
  const straight = [1, 2, 3, 4].map((n) => ({ capW: 100 * n, tokensPerS: 10 * n }));
  assert.is(economicW(350, straight), 350);
  assert.is(economicW(400, [...straight, { capW: 500, tokensPerS: 41 }]), 400);
  for (const { byCap: curve } of Object.values(CARDS)) {
    const points = curve?.points ?? [];
    for (const [i, p] of points.slice(1).entries()) assert.ok(p.capW > points[i]!.capW, 'in rising order');
  }
});

test('the pace of filler: held by the watts paid for, or by the share of a core, and it says by which', () => {
  assert.equal(fillerPace(paid), { tokensPerS: 500, watts: 1000, limit: 'watts' });
  assert.equal(fillerPace({ ...paid, cpuMsPerToken: 1 }), { tokensPerS: 100, watts: 200, limit: 'cpu' });
  assert.is(fillerPace({ ...paid, freeW: 0 }).limit, 'unpaid');
  assert.is(fillerPace({ ...paid, questions: 1 }).limit, 'answers');
  assert.is(fillerPace({ ...paid, owedJ: 2001 }).limit, 'answers');
});

test('filler never makes more than its watts and its share of a core, whatever the lines and the pauses', () => {
  const lines = fc.array(fc.integer({ min: 2, max: 128 }), { minLength: 1, maxLength: 20 });
  const pauses = fc.array(fc.double({ min: 0.02, max: 3, noNaN: true }), { minLength: 20, maxLength: 200 });
  // What a token costs is not what was measured before: the share must hold all the same.
  const inputs = fc.record({
    freeW: fc.double({ min: 1, max: 5000, noNaN: true }),
    cpuMs: fc.double({ min: 0.02, max: 2, noNaN: true }),
    measuredMs: fc.double({ min: 0.02, max: 2, noNaN: true }),
  });
  fc.assert(
    fc.property(lines, pauses, inputs, (lengths, dts, { freeW, cpuMs, measuredMs }) => {
      const pace = fillerPace({ ...paid, freeW, workW: 5000, cpuMsPerToken: measuredMs });
      let credit = FILLER_START;
      let tokens = 0;
      let seconds = 0;
      for (const dtS of dts) {
        seconds += dtS;
        credit = accrue(credit, pace, paid.cpuShare, dtS);
        for (let i = 0; mayScore(credit); i++) {
          const line = lengths[i % lengths.length]!;
          credit = afterScoring(credit, { tokens: line, cpuMs: line * cpuMs });
          tokens += line;
        }
      }
      // At most one line ahead.
      const byWatts = tokens <= pace.tokensPerS * seconds + 128 + 1e-6;
      return byWatts && (tokens - 128) * cpuMs <= seconds * 1000 * paid.cpuShare + 1e-6;
    }),
    { seed: 20_26, numRuns: 500 },
  );
});

test('filler keeps its pace over a steady hour on a virtual clock', () => {
  const pace = fillerPace(paid);
  let credit = FILLER_START;
  let tokens = 0;
  for (let i = 0; i < 36_000; i++) {
    credit = accrue(credit, pace, paid.cpuShare, 0.1);
    while (mayScore(credit)) {
      credit = afterScoring(credit, { tokens: 40, cpuMs: 40 * paid.cpuMsPerToken });
      tokens += 40;
    }
  }
  assert.ok(Math.abs(tokens / 3600 - 500) < 0.5);
});

test('breeding takes what scoring leaves of the core: the watts are held, whatever it costs, and the share too', () => {
  const costs = fc.record({
    freeW: fc.double({ min: 100, max: 5000, noNaN: true }),
    scoringMs: fc.double({ min: 0.02, max: 0.4, noNaN: true }),
    dearer: fc.double({ min: 0.5, max: 5, noNaN: true }),
    /** Of every so many slices one is a load: no tokens. */
    loadEvery: fc.integer({ min: 2, max: 60 }),
    loadMs: fc.double({ min: 1, max: 400, noNaN: true }),
  });
  fc.assert(
    fc.property(costs, ({ freeW, scoringMs, dearer, loadEvery, loadMs }) => {
      const pace = fillerPace({ ...paid, freeW, workW: 5000, cpuMsPerToken: scoringMs });
      let credit = FILLER_START;
      let [tokens, cpuMs, slices, bred] = [0, 0, 0, 0];
      for (let i = 0; i < 1200; i++) {
        credit = accrue(credit, pace, paid.cpuShare, 0.25);
        while (mayScore(credit)) {
          const breeds = mayBreed(credit);
          const load = breeds && ++slices % loadEvery === 0;
          const perToken = breeds ? scoringMs * dearer : scoringMs;
          const spent = load ? { tokens: 0, cpuMs: loadMs } : { tokens: 40, cpuMs: 40 * perToken };
          credit = breeds ? afterBreeding(credit, spent, scoringMs) : afterScoring(credit, spent);
          tokens += spent.tokens;
          cpuMs += spent.cpuMs;
          if (breeds) bred += spent.tokens;
        }
      }
      // Measured after 300 s; the first half second has no full credit, a line may be over.
      const held = Math.min(pace.tokensPerS, (paid.cpuShare * 950) / scoringMs) * 299 - 80;
      const spare = paid.cpuShare * 950 > 1.1 * pace.tokensPerS * scoringMs;
      const most = 300_000 * paid.cpuShare + loadMs + 40 * scoringMs * Math.max(1, dearer);
      return tokens >= held && cpuMs <= most && (!spare || bred > 0);
    }),
    { seed: 20_26, numRuns: 300 },
  );
});

test('the order of unpaid work: paid batch, scoring and breeding, then the command; all of it within the watts that pay', () => {
  const watts = fc.integer({ min: 0, max: 5000 });
  const states = fc.record({
    freeW: fc.oneof(fc.constant(0), watts),
    boughtW: watts,
    commandW: fc.integer({ min: 1, max: 1500 }),
    economy: fc.integer({ min: 0, max: 2 }),
    owedJ: fc.oneof(fc.constant(0), watts),
    cpuMsPerToken: fc.double({ min: 0.1, max: 2, noNaN: true }),
  });
  let [both, alone] = [0, 0];
  fc.assert(
    fc.property(states, ({ freeW, boughtW, commandW, economy, owedJ, cpuMsPerToken }) => {
      const workW = freeW + boughtW;
      const pace = fillerPace({ ...paid, freeW, workW, owedJ, cpuMsPerToken, questions: economy });
      const runs = commandRuns({ freeW, scoringW: pace.watts, commandW, active: economy, owedJ });
      if (economy > 0) return pace.watts === 0 && !runs;
      // What would be bought for unpaid work: nothing, however much is granted for answers.
      const unpaidW = pace.watts + (runs ? commandW : 0);
      if (runs) pace.watts > 0 ? both++ : alone++;
      const leaves = freeW - pace.watts;
      return unpaidW <= freeW + 1e-9 && (runs || owedJ > 0 || leaves < commandW);
    }),
    { seed: 20_26, numRuns: 3000 },
  );
  assert.ok(both > 50 && alone === 0, `${both} with scoring, ${alone} before it`);
});

test('the card burns what it owes at the granted watts and never below nothing', () => {
  assert.is(burn(1000, 300, 2), 400);
  assert.is(burn(1000, 300, 20), 0);
  assert.is(burn(1000, 0, 20), 1000);
});

test('work: tokens, joules, backlog and rates on a virtual clock', () => {
  const clock = manualClock();
  const card = CARDS['rtx3090-8b-q4']!;
  const work = createWork(card, clock);
  work.addAnswer(100);
  assert.is(work.owedJ(), 297);
  for (let i = 0; i < 50; i++) {
    clock.advance(200);
    work.addFiller(20);
    work.tick(200);
  }
  assert.is(work.owedJ(), 0);
  assert.ok(Math.abs(work.rates().fillerW - 100 * card.jPerToken) < 1e-6);
  const totals = work.totals();
  assert.equal([totals.answerTokens, totals.fillerTokens], [100, 1000]);
  assert.ok(Math.abs(totals.joules - 1100 * card.jPerToken) < 1e-6);
});

test.run();
