import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { approach } from '../../src/app/campaign/approach.ts';
import { campaign } from '../../src/app/campaign/campaign.ts';
import { faultKinds, type Injected } from '../../src/app/campaign/faults.ts';
import type { Invariant, Tick } from '../../src/app/campaign/invariants.ts';
import { type Cell, createScene } from '../../src/app/campaign/scenes.ts';
import { shrink } from '../../src/app/campaign/shrink.ts';
import { storyOf } from '../../src/app/campaign/trace.ts';
import { allRules, runWindow } from '../../src/app/campaign/window.ts';
import { type Moment, outputsEqual } from '../../src/app/campaign/world.ts';

/** A slice of `heatmine sim --campaign`; the long run has its own seed. */
const SEED = 20261126;
const WINDOWS = 102;

test('a slice of the campaign: faults in every mode and phase, no rule broken', () => {
  const { coverage, findings, notReached, scenes } = campaign({
    seed: SEED,
    windows: WINDOWS,
    maxFindings: 3,
    forks: 2,
  });
  assert.equal(findings.map(storyOf), []);
  assert.ok(coverage.faults > 2 * WINDOWS, `${coverage.faults} faults`);
  assert.ok(notReached < scenes / 5, `${notReached} of ${scenes} scenes did not reach their phase`);
  console.log(
    `campaign: ${coverage.faults} faults in ${coverage.windows} windows, ${coverage.pairs.size} pairs of kinds`,
  );
});

function at(cell: Cell): { moment: Moment; world: ReturnType<typeof createScene>['world'] } {
  for (let seed = 1; seed < 20; seed++) {
    const scene = createScene(cell, seed);
    const reached = approach(scene, seed);
    if (reached && !reached.violation) return { moment: reached.moment, world: scene.world };
  }
  throw new Error(`${cell.mode}/${cell.phase} is never reached`);
}

test('the same window twice gives the same outputs', () => {
  const { moment: from, world } = at({ mode: 'heating', phase: 'run' });
  const logs: Moment[][] = [[], []];
  for (const log of logs) runWindow({ from, world, faults: [], seed: 7, lengthS: 30, watch: (_, m) => log.push(m) });
  assert.is(logs[0]!.length, 300);
  assert.ok(logs[0]!.every((m, i) => outputsEqual(m.commanded, logs[1]![i]!.commanded)));
});

const fault = (kind: string, fromS: number, untilS: number): Injected => {
  const found = faultKinds().find((k) => k.kind === kind);
  assert.ok(found, kind);
  return { kind, broken: found.make(() => 0.5), fromS, untilS };
};

test('a stale point behind a late device keeps the time of its sample', () => {
  const { moment, world } = at({ mode: 'heating', phase: 'run' });
  const faults = [fault('accelW stale', 1, 20), fault('accel late', 5, 10)];
  const ages: number[] = [];
  const watch = (_: number, { image }: Moment) => ages.push(image!.atMs - image!.sensors.accelW.atMs);
  runWindow({ from: moment, world, faults, seed: 1, lengthS: 15, rules: () => [], watch });
  for (let i = 1; i < ages.length; i++) assert.ok(ages[i]! <= ages[i - 1]! + 101, `${ages[i]} ms at ${i / 10} s`);
  assert.ok(Math.max(...ages) > 13_000);
});

test('a reversing valve that comes free by itself under pressure is not held against control, one that is turned is', () => {
  const { moment: before, world } = at({ mode: 'heating', phase: 'run' });
  const rule = allRules().find((r) => r.name === 'the reversing valve does not move under pressure')!;
  const moved = { ...before.plant, reversalViolations: before.plant.reversalViolations + 1 };
  const tick = { s: 10, dtS: 0.1, before, after: { ...before, plant: moved }, faults: [], world };
  assert.ok(rule.check(tick));
  assert.is(rule.check({ ...tick, faults: [fault('reversingValveStuck', 1, 9.9)] }), undefined);
  assert.ok(rule.check({ ...tick, faults: [fault('reversingValveStuck', 1, 20)] }));
  const unfed = { ...before, edgeMs: before.edgeMs - 300 };
  assert.is(rule.check({ ...tick, before: unfed }), undefined, 'the relay chain has let it fall');
});

test('filler after a broker that has come back is not held against control, filler without one is', () => {
  const { moment: before, world } = at({ mode: 'heating', phase: 'run' });
  const rule = allRules().find((r) => r.name === 'no filler is bought without a price')!;
  const plan = { ...before.core.plan.plan, filler: { ...before.core.plan.plan.filler, gridW: 700 } };
  const core = { ...before.core, plan: { ...before.core.plan, plan } };
  const after = { ...before, core, verdict: { ...before.verdict!, fillerW: 700 } };
  const tick = (untilS: number) => ({
    s: 70.5,
    dtS: 0.1,
    before,
    after,
    faults: [fault('broker-dead', 9, untilS)],
    world,
  });
  assert.ok(rule.check(tick(100)));
  assert.is(rule.check(tick(10)), undefined);
});

test('a broken rule shrinks to the one fault that breaks it, and that one is short', () => {
  const { moment: from, world } = at({ mode: 'heating', phase: 'run' });
  const neverStops: Invariant = {
    name: 'the compressor never stops',
    check: ({ after }) => (after.commanded.compressorOn === 0 ? 'it stopped' : undefined),
  };
  const faults = [
    fault('roomC frozen', 2, 200),
    fault('pressureHighOpen', 20, 120),
    fault('outdoorC spikes', 3, 250),
    fault('bufferBottomC drift', 5, 300),
  ];
  const window = { from, world, faults, seed: 3, lengthS: 60, rules: () => [neverStops] };
  const violation = runWindow(window);
  assert.is(violation?.rule, neverStops.name);
  const least = shrink(window, [], violation!);
  assert.equal(
    least.faults.map((f) => f.kind),
    ['pressureHighOpen'],
  );
  assert.ok(least.faults[0]!.untilS - least.faults[0]!.fromS < 1, JSON.stringify(least.faults));
});

test('rules see what they are for: a plant that is broken behind the back of control', () => {
  const { moment: from, world } = at({ mode: 'heating', phase: 'run' });
  const cases: [string, (m: Moment) => Moment][] = [
    ['no water freezes', (m) => ({ ...m, plant: { ...m.plant, supplyC: -40, returnC: -40, condenserC: -40 } })],
    ['coolant does not boil', (m) => ({ ...m, plant: { ...m.plant, plateC: 150, chipC: 150 } })],
    [
      'the reversing valve does not move under pressure',
      (m) => ({ ...m, commanded: { ...m.commanded, coolingOn: 1 } }),
    ],
    ['F16: all safe after a gas alarm within 0.5 s', (m) => ({ ...m, plant: { ...m.plant, gasOk: false } })],
  ];
  for (const [name, wreck] of cases) {
    const rules = () => allRules().filter((r) => r.name === name);
    assert.is(rules().length, 1, name);
    const gas = name.startsWith('F16');
    // An alarm that the sensor does not tell: control cannot know, the rule must.
    const deaf = gas
      ? { rules: () => rules().map((r) => ({ ...r, check: (t: Tick) => r.check({ ...t, faults: [] }) })) }
      : { rules };
    const told = { point: 'gasOk', fault: 'value', value: 1, share: 0, with: 'gasOk' } as const;
    const faults = gas ? [{ ...fault('gasAlarm', 0, 300) }, { kind: 'told', broken: told, fromS: 0, untilS: 300 }] : [];
    const violation = runWindow({ from: wreck(from), world, faults, seed: 1, lengthS: 5, ...deaf });
    assert.is(violation?.rule, name);
  }
});

test.run();
