import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { SENSOR_NAMES } from '../../src/contract/points.ts';
import { observedLine } from '../../src/contract/today-line.ts';
import { copAt } from '../../src/control/learn/own-pump.ts';
import { observedView } from '../../src/control/observe.ts';
import { restoredState, storedOf } from '../../src/control/persist.ts';
import { changesBetween } from '../../src/control/report.ts';
import { firstSetPoints } from '../../src/control/setpoints.ts';
import { createRig, HOUSE, type Rig, run, tick } from './rig.ts';

const HOUR_S = 3600;

/** Somebody else's controller: runs for 10 minutes in every 20, with water as warm as it likes. */
function others(supplyC: number, bufferC = supplyC - 4): Rig {
  const rig = createRig({ heatFlowLpm: 20, supplyC, condenserOutC: supplyC, bufferTopC: bufferC, outdoorC: 0 });
  rig.setPoints.operation = 'observe';
  let s = 0;
  rig.world = (r, dtS) => {
    s += dtS;
    const on = s % 1200 < 600;
    r.values.compressorW = on ? 2500 : 0;
    r.values.returnC = on ? supplyC - 6 : supplyC;
    r.values.gridW = r.values.compressorW + 500;
  };
  return rig;
}

test('others start the compressor three times an hour: each is counted once, and their cost is what the meter says', () => {
  const rig = others(50);
  run(rig, 4 * HOUR_S, 5);
  const seen = observedView(rig.state.observe)!;
  assert.ok(Math.abs(seen.starts - 12) <= 1, `${seen.starts} starts`);
  const kwh = 4 * 0.5 * 2.5;
  assert.ok(
    seen.costEur! > kwh * 0.3 && seen.costEur! < kwh * 0.3 * 1.1,
    `${seen.costEur} EUR for ${kwh} kWh and the fan`,
  );
  assert.ok(Math.abs(seen.days - 4 / 24) < 0.001);
  assert.ok(rig.verdict.heat.condenserW === 0 || rig.verdict.heat.condenserW > 7000, 'the heat of others is seen');
});

test('own sun costs others what feeding it in would earn, whoever reads the meter: the board or an energy manager', () => {
  const costEur = (manager: boolean) => {
    const rig = others(50);
    const { world } = rig;
    rig.world = (r, dtS) => {
      world(r, dtS);
      const gridW = r.values.compressorW - 6000;
      r.values.gridW = gridW;
      if (manager) r.ems = { gridW };
    };
    if (manager) rig.quality.gridW = 'absent';
    run(rig, HOUR_S, 5);
    return observedView(rig.state.observe)!.costEur!;
  };
  const byBoard = costEur(false);
  assert.ok(Math.abs(byBoard - 1.25 * 0.08) < 0.01, `${byBoard} EUR for 1.25 kWh and the fan`);
  assert.ok(
    Math.abs(costEur(true) - byBoard) < 1e-9,
    `${costEur(true)} EUR by the manager's meter, ${byBoard} by the board's`,
  );
});

test('a compressor that hums along between the two marks is running still, and was started once', () => {
  const rig = createRig();
  rig.setPoints.operation = 'observe';
  let s = 0;
  rig.world = (r, dtS) => {
    s += dtS;
    r.values.compressorW = s < 60 ? 0 : s % 60 < 30 ? 120 : 70;
  };
  run(rig, HOUR_S, 5);
  assert.is(observedView(rig.state.observe)!.starts, 1);
});

test('water that others keep hotter than needed is what is saved; money is not told of nothing', () => {
  const hot = others(55, 30);
  run(hot, 6 * HOUR_S, 5);
  const saved = observedView(hot.state.observe)!;
  const share = saved.savedEur! / saved.costEur!;
  // Water of 55 °C instead of what this house needs at 0 °C.
  const { map } = hot.state.pump;
  const cop = (sinkC: number) => copAt(map, 0.5, sinkC, 0);
  const wanted = 1 - cop(55) / cop(hot.state.plan.plan.supplySetC);
  assert.ok(Math.abs(share - wanted) < 0.06, `${share}, by the map ${wanted}`);
  const short = others(55, 30);
  run(short, 600, 5);
  assert.is(observedView(short.state.observe)!.savedEur, null);
  const unpriced = others(55, 30);
  unpriced.market = undefined;
  run(unpriced, 6 * HOUR_S, 5);
  const none = observedView(unpriced.state.observe)!;
  assert.equal([none.costEur, none.savedEur], [null, null]);
});

test('others charge their tank by valves of their own: nothing is found wrong with ours', () => {
  const rig = createRig({ heatFlowLpm: 20, hotWaterC: 48, bufferTopC: 31, bufferBottomC: 30, outdoorC: 0 });
  Object.assign(rig.values, { supplyC: 52, condenserOutC: 51 });
  rig.setPoints.operation = 'observe';
  let s = 0;
  rig.world = (r, dtS) => {
    s += dtS;
    r.values.compressorW = 2500;
    // Meters of others' pumps move; the water comes back from the tank.
    r.values.heatFlowLpm = 20 + 0.2 * Math.sin(s);
    r.values.returnC = 46 + 0.1 * Math.sin(s);
  };
  run(rig, HOUR_S, 5);
  assert.equal([rig.verdict.safety, rig.verdict.reasons.filter((r) => /^F\d/.test(r.what))], ['S0', []]);
});

test('the tally outlives a restart and commissioning, and ends when control drives', () => {
  const rig = others(50);
  run(rig, HOUR_S, 5);
  const stored = JSON.parse(JSON.stringify(storedOf(rig.setPoints, rig.state)));
  rig.state = restoredState(HOUSE, stored);
  tick(rig);
  assert.ok(observedView(rig.state.observe)!.days > 1 / 24);
  rig.setPoints.operation = 'commission';
  run(rig, 10);
  assert.ok(observedView(rig.state.observe)!.days > 1 / 24);
  rig.setPoints.operation = 'auto';
  assert.is(tick(rig).observed, undefined);
});

test('after seven days the question is an event, once, and again a line', () => {
  const rig = others(50);
  run(rig, 60, 5);
  rig.state = { ...rig.state, observe: { ...rig.state.observe!, s: 7 * 86_400 - 3 } };
  const before = tick(rig, 1);
  const after = tick(rig, 5);
  const codes = (a: typeof before, b: typeof after) => changesBetween(a, b, 0).map((e) => e.code);
  assert.ok(codes(before, after).includes('observed'));
  assert.not.ok(codes(after, tick(rig, 5)).includes('observed'));
  assert.match(observedLine(after.observed!, 'en'), /^In 7 days .* Switch on\?$/);
  assert.match(observedLine(before.observed!, 'de'), /^In 7,0 Tagen .* Ich beobachte weiter\.$/);
});

test('a new real unit observes; a simulated one, a known one and one with a damaged file do not', () => {
  assert.is(firstSetPoints({ stored: undefined }, false).operation, 'observe');
  assert.is(firstSetPoints({ stored: undefined }, true).operation, 'auto');
  assert.is(firstSetPoints({ stored: undefined, problem: 'damaged' }, false).operation, 'auto', 'the house stays warm');
  const stored = storedOf({ ...DEFAULT_SETPOINTS, roomSetC: 19 }, createRig().state);
  assert.is(firstSetPoints({ stored }, false).roomSetC, 19);
});

test('the first seconds of a unit are a start and no fault of the board; later silence is one', () => {
  const rig = createRig();
  for (const name of SENSOR_NAMES) rig.quality[name] = 'missing';
  run(rig, 2);
  assert.match(rig.verdict.reasons[0]!.text, /^Starting: /);
  run(rig, 5);
  assert.match(rig.verdict.reasons[0]!.text, /^Stopped: no temperature sensor answers/);
});

test('when nothing answers the headline blames the board and not the first device', () => {
  const rig = createRig();
  run(rig, 10);
  for (const name of Object.keys(rig.values) as (keyof typeof rig.values)[]) rig.frozenAt[name] = rig.atMs;
  run(rig, 10);
  assert.match(rig.verdict.reasons[0]!.text, /^Stopped: no temperature sensor answers/);
});

test.run();
