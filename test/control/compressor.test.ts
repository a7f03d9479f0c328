import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COMPRESSOR_START, type CompressorInput, compressorStep } from '../../src/control/decide/compressor.ts';

test('compressor: minimum run, minimum rest and starts per hour hold at dt 1, 10 and 60 s', () => {
  const base: Omit<CompressorInput, 'wanted' | 'storeC' | 'dtS'> = {
    setC: 35,
    needW: 6000,
    fullW: 14_000,
    forcedOff: false,
    switchedOff: false,
    leastPct: 30,
    maxPct: 100,
    startsPerDay: 60,
    urgent: false,
    defrosting: false,
  };
  for (const dtS of [1, 10, 60]) {
    let state = COMPRESSOR_START;
    let sinceS = 0;
    const starts: number[] = [];
    for (let t = 0; t < 6 * 3600; t += dtS) {
      // A storage that jumps from cold to hot each minute tempts it to cycle as fast as it may.
      const storeC = Math.floor(t / 60) % 2 ? 45 : 25;
      const next = compressorStep(state, { ...base, wanted: storeC < 40, storeC, dtS });
      sinceS += dtS;
      if (next.on !== state.on) {
        assert.ok(sinceS >= (state.on ? 600 : 300), `dt ${dtS}: changed after ${sinceS} s`);
        sinceS = 0;
      }
      if (next.on && !state.on) starts.push(t);
      state = next;
    }
    for (const t of starts) assert.ok(starts.filter((s) => s >= t && s < t + 3600).length <= 4, `dt ${dtS}`);
    assert.ok(starts.length > 6);
  }
});

test('switched off in a minimum run: at once the first time within an hour, then it runs its ten minutes out', () => {
  const input = {
    setC: 35,
    storeC: 25,
    needW: 6000,
    fullW: 14_000,
    forcedOff: false,
    leastPct: 30,
    maxPct: 100,
    startsPerDay: 60,
  };
  const more = { urgent: false, defrosting: false, wanted: true, dtS: 1 };
  let state = COMPRESSOR_START;
  const until = (switchedOff: boolean, on: boolean) => {
    let s = 0;
    for (; state.on !== on && s < 5000; s++) state = compressorStep(state, { ...input, ...more, switchedOff });
    return s;
  };
  until(false, true);
  assert.is(until(true, false), 1);
  assert.is(compressorStep({ ...state, sinceS: 900 }, { ...input, ...more, switchedOff: true }).on, false);
  assert.is(until(false, true), 300);
  assert.is(until(true, false), 600, 'the second within the hour waits');
  assert.is(until(false, true), 300);
  assert.is(compressorStep(state, { ...input, ...more, switchedOff: true, forcedOff: true }).on, false);
  state = { ...state, cutS: 3600 };
  assert.is(until(true, false), 1, 'an hour later');
});

test.run();
