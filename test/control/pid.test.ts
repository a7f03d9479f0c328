import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PID_OFF, pidStep } from '../../src/control/pid.ts';

test('PID: holds its integral while saturated or held, settles a first-order process at any step length', () => {
  const process = {
    gain: 2,
    tauS: 100,
    delayS: 5,
    lambdaS: 30,
    derivativeS: 0,
    setTauS: 0,
    min: 0,
    max: 100,
    integralMax: 80,
  };
  let state = PID_OFF;
  for (let i = 0; i < 50; i++) {
    state = pidStep(state, process, { set: 1000, measured: 0, feedForward: 0, held: false, dtS: 1 }).state;
  }
  assert.is(state.integral, 0, 'saturated from the first step');
  const held = pidStep(state, process, { set: 10, measured: 0, feedForward: 0, held: true, dtS: 1 });
  assert.is(held.state.integral, 0);
  for (const dtS of [0.1, 1, 10, 60, 600]) {
    let s = PID_OFF;
    let y = 0;
    for (let t = 0; t < 6000 + 80 * dtS; t += dtS) {
      const { state: next, output } = pidStep(s, process, { set: 50, measured: y, feedForward: 0, held: false, dtS });
      s = next;
      y += (2 * output - y) * (1 - Math.exp(-dtS / 100));
    }
    assert.ok(Math.abs(y - 50) < 0.5, `dt ${dtS}: ${y}`);
  }
});

test.run();
