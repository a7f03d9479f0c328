import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { House } from '../../src/contract/house.ts';
import { COMPRESSOR_START, type CompressorInput, compressorStep } from '../../src/control/decide/compressor.ts';
import { createRig, followOutputs, run, until } from './rig.ts';

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
    nowPct: 0,
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

test('nothing integrates in a defrost, or while a limit holds the speed more than 5 % away', () => {
  const input = {
    setC: 35,
    storeC: 33,
    needW: 6000,
    fullW: 14_000,
    forcedOff: false,
    switchedOff: false,
    leastPct: 30,
  };
  const more = { maxPct: 100, startsPerDay: 60, urgent: false, wanted: true, dtS: 1 };
  const runs = { ...COMPRESSOR_START, on: true, pct: 60, pid: { integral: 1, set: 35, filtered: 33 } };
  const integral = (nowPct: number, defrosting = false) =>
    compressorStep(runs, { ...input, ...more, nowPct, defrosting }).pid.integral;
  assert.ok(integral(55.1) > 1);
  assert.is(integral(54.9), 1);
  assert.is(integral(60, true), 1);
});

test('dimmed for two hours: the speed that is wanted is that of before, and so is the one that comes back', () => {
  const rig = createRig({ outdoorC: 3, roomC: 20.9, hotWaterC: 50 });
  rig.house = House.parse({ compressorMaxW: 8000, designLoadW: 20_000 });
  let topC = 29;
  rig.world = (r) => {
    followOutputs(r);
    r.values.compressorW *= 2;
    // Real sensors never stand still.
    const noiseK = 0.1 * (r.tick % 2);
    const water = { returnC: 28 + noiseK, condenserOutC: 33 + noiseK, supplyC: 33 + noiseK, dischargeC: 60 + noiseK };
    Object.assign(r.values, water, { bufferTopC: topC + noiseK, bufferBottomC: 28 + noiseK });
  };
  assert.ok(until(rig, 900, (v) => v.outputs.compressorOn === 1, 2) < 400);
  topC = 30.5;
  run(rig, 600, 2);
  const { pct } = rig.state.decided.compressor;
  rig.values.gridLimitOn = 1;
  run(rig, 7200, 2);
  assert.ok(rig.verdict.outputs.compressorPct < pct - 20, 'dimmed');
  assert.ok(Math.abs(rig.state.decided.compressor.pct - pct) < 5, `${pct}, then ${rig.state.decided.compressor.pct}`);
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
  const more = { urgent: false, defrosting: false, nowPct: 0, wanted: true, dtS: 1 };
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
