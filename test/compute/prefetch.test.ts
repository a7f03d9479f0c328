import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Request, simulateHost } from '../../src/app/bench/evict/host.ts';
import { heatmineAhead } from '../../src/app/bench/evict/policies.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';
import { scanExperts } from '../../src/compute/experts.ts';
import {
  PREFETCH_AFTER_S,
  PREFETCH_LEAST_SHARE,
  PREFETCH_START,
  type PrefetchInput,
  prefetchStep,
} from '../../src/compute/scheduler/prefetch.ts';
import { inGerman } from '../../src/contract/german/german.ts';
import { manualClock } from '../../src/core/clock.ts';
import { addExpert, residentsAlone, roomFor, sleep, tempDir } from './fixture.ts';

const absent = [
  { id: 'rare', bytes: 1e9, share: 0.05 },
  { id: 'often', bytes: 2e9, share: 0.4 },
  { id: 'big', bytes: 9e9, share: 0.5 },
];
const INPUT: PrefetchInput = { dtS: 1, freeW: 900, freeBytes: 5e9, questions: 0, loading: false, absent };
const look = (change: Partial<PrefetchInput> = {}, freeS = PREFETCH_AFTER_S) =>
  prefetchStep({ freeS, last: undefined }, { ...INPUT, ...change });

test('the most probable one that fits is loaded, and the reason has the figures', () => {
  const { verdict, state } = look();
  assert.is(verdict.load, 'often');
  assert.is(verdict.reason.text, 'loaded ahead: often, expected for 40 % of the questions, 2.0 GB of 5.0 GB free');
  assert.is(state.freeS, 0, 'the next one waits again');
  assert.is(prefetchStep(state, INPUT).verdict.reason, verdict.reason, 'said until then');
  assert.equal(prefetchStep(state, { ...INPUT, freeW: 0 }).state, PREFETCH_START);
  assert.match(inGerman(verdict.reason.text), /^vorab geladen: often, erwartet/);
});

test('not without free watts, nor in a gap of the clouds, nor beside a question or a load', () => {
  assert.equal([look({ freeW: 0 }).verdict.load, look({ freeW: 0 }).state.freeS], [undefined, 0]);
  assert.is(look({}, PREFETCH_AFTER_S - 2).verdict.reason.code, 'soon');
  assert.is(look({ questions: 1 }).verdict.reason.code, 'busy');
  assert.is(look({ loading: true }).verdict.reason.code, 'busy');
  assert.is(look({ freeBytes: 0.9e9 }).verdict.reason.code, 'none');
  assert.is(look({ absent: [{ ...absent[0]!, share: PREFETCH_LEAST_SHARE / 2 }] }).verdict.reason.code, 'none');
});

test('any hour: what is loaded fits, was absent, is the most probable that fits, a minute apart and never in the way', () => {
  const second = fc.record({
    dtS: fc.integer({ min: 0, max: 40 }),
    freeW: fc.constantFrom(0, 500, 500, 500),
    freeBytes: fc.integer({ min: 0, max: 40 }),
    questions: fc.constantFrom(0, 0, 0, 1),
    loading: fc.constantFrom(false, false, true),
    absent: fc.array(
      fc.record({
        id: fc.uuid(),
        bytes: fc.integer({ min: 1, max: 40 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { maxLength: 6 },
    ),
  });
  fc.assert(
    fc.property(fc.array(second, { minLength: 1, maxLength: 60 }), (seconds) => {
      let state = PREFETCH_START;
      let freeS = 0;
      for (const input of seconds) {
        const next = prefetchStep(state, input);
        state = next.state;
        freeS = input.freeW > 0 ? freeS + input.dtS : 0;
        const { load } = next.verdict;
        if (load === undefined) continue;
        const chosen = input.absent.find((a) => a.id === load)!;
        assert.ok(chosen.bytes <= input.freeBytes && freeS >= PREFETCH_AFTER_S);
        assert.equal([input.questions, input.loading], [0, false]);
        for (const a of input.absent) assert.ok(a.bytes > input.freeBytes || a.share <= chosen.share);
        freeS = 0;
      }
    }),
    { seed: 13, numRuns: 300 },
  );
});

test('any crowd on a host: memory is never exceeded, nobody is left waiting, nothing is loaded before somebody waiting', () => {
  const request = fc.record({
    gapS: fc.double({ min: 0, max: 200, noNaN: true }),
    expert: fc.integer({ min: 0, max: 5 }),
    outTokens: fc.integer({ min: 1, max: 600 }),
  });
  const sizesGB = [1, 2, 3, 4, 5, 6];
  const host = { loadFixedS: 0.5, loadGBps: 1, prefillTokPerS: 1500, decodeTokPerS: 60, slots: 8 };
  let ahead = 0;
  fc.assert(
    fc.property(fc.array(request, { minLength: 20, maxLength: 80 }), (gaps) => {
      let atS = 0;
      const requests: Request[] = gaps.map(({ gapS, expert, outTokens }) => {
        atS += gapS;
        return { atS, expert, outTokens, inTokens: 100 };
      });
      const own = heatmineAhead({ sizesGB, loadS: sizesGB.map((gb) => 0.5 + gb) });
      const policy: typeof own = {
        ...own,
        ahead(view, answering) {
          const load = own.ahead!(view, answering);
          if (load === undefined) return undefined;
          ahead++;
          assert.ok(sizesGB[load]! <= view.freeGB + 1e-9 && view.waiting.length === 0 && answering === 0);
          assert.not.ok(view.residents.some((r) => r.expert === load));
          return load;
        },
      };
      // It throws when more is loaded than fits.
      assert.is(simulateHost(requests, sizesGB, host, 12, policy).ttftS.length, requests.length);
    }),
    { seed: 17, numRuns: 60 },
  );
  assert.ok(ahead >= 10, `${ahead} loaded ahead`);
});

test('what the memory offers: neither what is there nor what the owner sent away, until it is asked again', async () => {
  const { dir, remove } = tempDir();
  for (const id of ['a', 'b']) addExpert(dir, id);
  const clock = manualClock();
  const residents = residentsAlone(scanExperts([dir]), createEchoEngine, roomFor(1e9), clock);
  const ids = () =>
    residents
      .memory()
      .absent()
      .map((a) => a.id)
      .sort();
  const before = residents.memory();
  assert.equal([before.freeBytes, before.loading, ids()], [1e9, false, ['a', 'b']]);
  const use = residents.use('a');
  assert.is(residents.memory().loading, true);
  (await use).release();
  await sleep(0);
  const after = residents.memory();
  assert.equal([after.loading, ids(), after.freeBytes < 1e9], [false, ['b'], true]);
  await residents.unload('a');
  assert.equal([ids(), residents.memory().freeBytes], [['b'], 1e9]);
  await residents.load('a');
  residents.update([]);
  residents.update(scanExperts([dir]));
  assert.equal(ids(), ['a', 'b'], 'what the owner loads again is no longer sent away');
  (await residents.use('a')).release();
  residents.update(scanExperts([dir]));
  assert.equal(ids(), ['b']);
  await residents.close();
  remove();
});

test.run();
