import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Estimates } from '../../src/control/estimate/points.ts';
import { type EstimateState, estimate, estimateStart } from '../../src/control/estimate.ts';
import { seededRandom } from '../../src/core/random.ts';
import { createRig, imageOf, type Rig } from './rig.ts';

interface Watch {
  rig: Rig;
  state: EstimateState;
  est: Estimates;
}

function watch(values: Parameters<typeof createRig>[0] = {}): Watch {
  const rig = createRig(values);
  const w = { rig, state: estimateStart(), est: {} as Estimates };
  look(w, 1);
  return w;
}

/** `n` ticks of 100 ms with the values as they are. */
function look(w: Watch, n: number, each: (w: Watch, i: number) => void = () => {}): void {
  for (let i = 0; i < n; i++) {
    each(w, i);
    w.rig.atMs += 100;
    const supplied = { ...w.rig.verdict.outputs, accelSupplyOn: 1 };
    const next = estimate(w.state, imageOf(w.rig, supplied), w.rig.house, 0.1, 0.1);
    w.state = next.state;
    w.est = next.est;
  }
}

test('F1: rail, NaN and power-on values are never used, and noticed within 500 ms', () => {
  for (const broken of [Number.NaN, 200, -80, 85, 127.9375, Number.POSITIVE_INFINITY]) {
    const w = watch();
    w.rig.values.supplyC = broken;
    look(w, 1);
    assert.is(w.est.supplyC.value, 40, `${broken}: the last good value is kept`);
    look(w, 3);
    assert.is(w.est.supplyC.quality, 'degraded', `${broken} after 400 ms`);
    assert.match(w.est.supplyC.reason!, 'supplyC');
  }
});

test('85 °C that was approached in physical steps is a measurement', () => {
  const w = watch({ dischargeC: 84 });
  w.rig.values.dischargeC = 85;
  look(w, 1);
  assert.is(w.est.dischargeC.value, 85);
  assert.is(w.est.dischargeC.quality, 'good');
});

test('F3: a single outlier is tolerated, a new level is believed after three samples', () => {
  const w = watch();
  w.rig.values.bufferTopC = 60;
  look(w, 1);
  assert.is(w.est.bufferTopC.value, 38);
  assert.is(w.est.bufferTopC.quality, 'good');
  w.rig.values.bufferTopC = 38;
  look(w, 5);
  assert.is(w.est.bufferTopC.value, 38);
  w.rig.values.bufferTopC = 60;
  look(w, 3);
  assert.is(w.est.bufferTopC.value, 60, 'within 300 ms');
});

test('F3: seeded spikes of 30 % degrade the point within 1 s and none is used', () => {
  const random = seededRandom(7);
  const w = watch();
  look(w, 40, (x) => {
    x.rig.values.supplyC = random() < 0.3 ? 40 + 40 * random() + 10 : 40;
  });
  assert.ok(Math.abs(w.est.supplyC.value - 40) < 3);
  assert.is(w.est.supplyC.quality, 'degraded');
});

test('F3: spikes to one and the same level are not used, however often; a new level of such a point is believed within 1 s', () => {
  for (const share of [0.1, 0.3]) {
    const random = seededRandom(5);
    const w = watch();
    let [wrong, sound] = [0, 0];
    look(w, 6000, (x) => {
      if (Math.abs(x.est.dischargeC.value - 60) > 1) wrong++;
      if (x.est.dischargeC.quality === 'good') sound++;
      x.rig.values.dischargeC = random() < share ? 112 : 60;
    });
    assert.is(wrong, 0, `${share}: used in ${wrong} ticks`);
    assert.ok(sound < 100, `${share}: trusted in ${sound} ticks`);
    w.rig.values.dischargeC = 95;
    look(w, 10);
    assert.is(w.est.dischargeC.value, 95);
  }
});

test('F6: a trip point degrades at 1.5 s without a new sample and is lost at 3 s', () => {
  const w = watch();
  w.rig.frozenAt.dischargeC = w.rig.atMs;
  look(w, 15);
  assert.is(w.est.dischargeC.quality, 'good');
  look(w, 1);
  assert.is(w.est.dischargeC.quality, 'degraded');
  look(w, 15);
  assert.is(w.est.dischargeC.quality, 'lost');
});

test('a comfort point lives for an hour on its last value, then on a stated fallback', () => {
  const w = watch();
  w.rig.quality.outdoorC = 'bad';
  look(w, 10);
  assert.is(w.est.outdoorC.value, 0);
  assert.is(w.est.outdoorC.quality, 'degraded');
  w.rig.atMs += 3_600_000;
  look(w, 1);
  assert.is(w.est.outdoorC.quality, 'lost');
  assert.match(w.est.outdoorC.reason!, 'assumed');
});

test('a lost coolant outlet is replaced from inlet, power and flow', () => {
  const w = watch({ accelW: 5000, accelInC: 44, accelOutC: 52, accelFlowLpm: 9.8 });
  look(w, 1500);
  w.rig.quality.accelOutC = 'bad';
  look(w, 40);
  assert.is(w.est.accelOutC.quality, 'degraded');
  assert.ok(Math.abs(w.est.accelOutC.value - (44 + 5000 / (64 * 9.8))) < 0.2, `${w.est.accelOutC.value}`);
});

test('F2: an outlet stuck while power changes is found within 60 s and replaced', () => {
  const w = watch({ accelW: 1000, accelOutC: 45.6 });
  look(w, 1500, (x, i) => {
    x.rig.values.accelOutC = 45.6 + 0.01 * (i % 2);
  });
  w.rig.values.accelOutC = 45.6;
  w.rig.values.accelW = 5000;
  look(w, 600);
  assert.is(w.est.accelOutC.quality, 'degraded', 'within 60 s');
  look(w, 900);
  const expected = 44 + 5000 / (64 * 9.8);
  assert.ok(Math.abs(w.est.accelOutC.value - expected) < 1.5, `${w.est.accelOutC.value} of ${expected}`);
});

test('F2: an inlet that stands far below the outlet is found within 60 s of flow, where power hardly warms it and both stand', () => {
  const w = watch({ accelW: 200, accelInC: 26, accelOutC: 26.3 });
  look(w, 1500, (x, i) => {
    Object.assign(x.rig.values, { accelInC: 26 + 0.01 * (i % 2), accelOutC: 26.3 + 0.01 * (i % 2) });
  });
  look(w, 600, (x, i) => {
    x.rig.values.accelOutC = Math.min(55, 26.3 + 0.1 * i);
  });
  assert.equal([w.est.accelInC.quality, w.est.accelOutC.quality], ['degraded', 'good']);
  assert.ok(w.est.accelInC.value > 50, `${w.est.accelInC.value}`);
});

test('F2: an outlet that tells half kelvins and is stuck while power changes is found within 60 s', () => {
  const w = watch({ accelW: 1000, accelOutC: 45.5 });
  look(w, 1500, (x, i) => {
    x.rig.values.accelOutC = 45.5 + 0.5 * (Math.floor(i / 50) % 2);
  });
  w.rig.values.accelW = 5000;
  look(w, 600);
  assert.is(w.est.accelOutC.quality, 'degraded');
});

test('a sound inlet that tells half kelvins and stands while the flow falls in a smaller loop than assumed is believed', () => {
  const w = watch({ accelW: 3850, accelInC: 33, accelOutC: 36, accelFlowLpm: 20 });
  w.rig.house = { ...w.rig.house, accelMaxW: 4900 };
  const steps = (x: Watch, i: number) => {
    const flowLpm = Math.max(4.5, 20 - (0.4 * i) / 10);
    x.rig.values.accelFlowLpm = flowLpm;
    x.rig.values.accelOutC = Math.round(2 * (33 + 3850 / (64 * flowLpm))) / 2;
    assert.is(x.est.accelInC.quality, 'good', `after ${i / 10} s: ${x.est.accelInC.reason}`);
    assert.is(x.est.accelOutC.quality, 'good', `after ${i / 10} s: ${x.est.accelOutC.reason}`);
  };
  look(w, 3000, (x) => steps(x, 0));
  look(w, 4000, steps);
});

test('where the house runs faster than its sensors, a few samples alike are no stuck sensor', () => {
  const w = watch({ accelW: 4000, accelOutC: 45.6 });
  for (let i = 0; i < 600; i++) {
    w.rig.values.accelInC = 44 + (i % 18 < 9 ? 0 : 0.0078);
    w.rig.values.accelOutC = 45.6 + 0.0078 * (i % 2);
    w.rig.atMs += 100;
    const supplied = { ...w.rig.verdict.outputs, accelSupplyOn: 1 };
    const next = estimate(w.state, imageOf(w.rig, supplied), w.rig.house, 60 * 0.1, 0.1);
    w.state = next.state;
    assert.not.match(next.est.accelInC.reason ?? '', /stuck/);
  }
});

test('F2: a chip that reads the same although its power has changed is not trusted within 60 s; one that follows is', () => {
  for (const follows of [true, false]) {
    const w = watch({ accelW: 1000, accelOutC: 45.6, accelChipC: 50 });
    look(w, 1500, (x, i) => {
      x.rig.values.accelChipC = 50 + (i % 100 < 50 ? 0 : 1);
    });
    w.rig.values.accelW = 5000;
    look(w, 600, (x, i) => {
      x.rig.values.accelOutC = Math.min(52, x.rig.values.accelOutC + 0.02);
      if (follows) x.rig.values.accelChipC = Math.round(50 + Math.min(15, i / 20));
    });
    assert.is(w.est.accelChipC.quality, follows ? 'good' : 'degraded');
  }
});

test('F2: a chip that warmer coolant keeps where it is while its power falls is believed, a stuck one is found all the same', () => {
  for (const [warmerK, quality] of [
    [4, 'good'],
    [-8, 'degraded'],
  ] as const) {
    const w = watch({ accelW: 5000, accelInC: 40, accelOutC: 52, accelChipC: 60 });
    look(w, 1500, (x, i) => {
      x.rig.values.accelChipC = 60 + (i % 100 < 50 ? 0 : 1);
    });
    w.rig.values.accelW = 1000;
    look(w, 600, (x, i) => {
      const share = Math.min(1, i / 200);
      x.rig.values.accelOutC = 52 + warmerK * share;
      x.rig.values.accelInC = 40 + (warmerK + 9.6) * share;
    });
    assert.is(w.est.accelOutC.quality, 'good');
    assert.is(w.est.accelChipC.quality, quality, `${warmerK} K`);
  }
});

test('F4: a drift of 0.1 K/min shows in the balance before it is 5 K', () => {
  const w = watch({ accelW: 5000 });
  look(w, 600);
  let minutes = 0;
  while (Math.abs(w.state.balance.residualK) < 2.5 && minutes < 60) {
    w.rig.values.accelOutC += 0.1;
    look(w, 600);
    minutes++;
  }
  assert.ok(minutes <= 45, `${minutes} min`);
});

test('F24: a silent accelerator with supply counts as full power for cooling', () => {
  const w = watch({ accelW: 300 });
  w.rig.quality.accelW = 'bad';
  look(w, 35);
  assert.is(w.est.accelW.quality, 'lost');
  assert.is(w.est.accelW.value, 5000);
});

test.run();
