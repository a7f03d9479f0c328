import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { COOLANT_START, type CoolantInput, type CoolantState, coolantStep } from '../../src/control/decide/coolant.ts';
import { PID_OFF } from '../../src/control/pid.ts';
import { estOf, HOUSE } from './rig.ts';

/** The pure parts of the decisions at their edges: the last value on one side, the first on the other. */

const COOLANT: CoolantInput = {
  est: estOf({ accelW: 3000, accelOutC: 52, accelInC: 44 }),
  house: HOUSE,
  taker: true,
  never: false,
  outSetC: 52,
  supplied: true,
  pumpNowPct: 50,
  fanNowPct: 0,
  dtS: 1,
};
const coolant = (state: Partial<CoolantState>, input: Partial<CoolantInput> = {}) =>
  coolantStep({ ...COOLANT_START, ...state }, { ...COOLANT, ...input });

test('coolant valve: follows who takes the heat, two minutes apart; refused heat and cooling turn it at once', () => {
  assert.is(coolant({ reject: true, valveS: 120 }).reject, false);
  assert.is(coolant({ reject: true, valveS: 119 }).reject, true);
  assert.is(coolant({ reject: false, valveS: 120 }, { taker: false }).reject, true);
  assert.is(coolant({ reject: false, valveS: 119 }, { taker: false }).reject, false);
  assert.is(coolant({ reject: false, valveS: 0 }, { never: true }).reject, true);
  const hot = { est: estOf({ accelW: 3000, accelOutC: 57.1, accelInC: 44 }) };
  assert.is(coolant({ reject: false, refusedS: 44, valveS: 0 }, hot).reject, true);
  assert.is(coolant({ reject: false, refusedS: 43, valveS: 0 }, hot).reject, false);
  assert.is(coolant({ reject: false, refusedS: 10 }, hot).refusedS, 11);
  assert.is(coolant({ reject: false, refusedS: 10 }).refusedS, 9.9);
  assert.is(coolant({ reject: true, refusedS: 10, valveS: 0 }, hot).refusedS, 9.9);
});

test('coolant valve: counts the seconds since it moved, from 0', () => {
  assert.is(coolant({ reject: true, valveS: 500 }).valveS, 0);
  assert.is(coolant({ reject: false, valveS: 500 }).valveS, 501);
});

test('coolant pump: litres for each percent are learnt from a flow of 1 L/min on, at 20 % or more', () => {
  const learnt = (accelFlowLpm: number, pumpNowPct: number) =>
    coolant({ lpmPerPct: 0.2 }, { est: estOf({ accelFlowLpm }), pumpNowPct, dtS: 1000 }).lpmPerPct;
  assert.is(Number(learnt(5, 50).toFixed(3)), 0.1);
  assert.is(Number(learnt(1, 50).toFixed(3)), 0.02);
  assert.is(learnt(0.9, 50), 0.2);
  assert.is(learnt(5, 19), 0.2);
  assert.is(Number(learnt(5, 20).toFixed(3)), 0.25);
});

test('coolant pump: nothing integrates while the interlock holds it more than 5 % away', () => {
  const warm = { est: estOf({ accelW: 3000, accelOutC: 54, accelInC: 44 }) };
  const settled = coolant({ pumpPct: 50, reject: false }, { ...warm, pumpNowPct: 50 });
  const integral = (offPct: number) =>
    coolantStep(settled, { ...COOLANT, ...warm, pumpNowPct: settled.pumpPct + offPct }).pump.integral;
  assert.ok(integral(4.9) > settled.pump.integral!);
  assert.is(integral(5.1), settled.pump.integral);
});

test('dry cooler: nothing integrates while the interlock holds the fan more than 5 % away, nor is kept while it stands', () => {
  const warm = { taker: false, est: estOf({ accelW: 3000, accelInC: 47, outdoorC: 20 }) };
  const blown = { reject: true, fanPct: 40, fan: { integral: 2, set: 44, filtered: 47 } };
  const integral = (fanNowPct: number) => coolant(blown, { ...warm, fanNowPct }).fan.integral;
  assert.ok(integral(44.9) > 2);
  assert.is(integral(45.1), 2);
  assert.equal(coolant({ ...blown, reject: false }, { ...warm, taker: true }).fan, PID_OFF);
});

test('dry cooler: the fan brings the coolant back 8 K below what the outlet is to be', () => {
  let state: CoolantState = { ...COOLANT_START, reject: true, valveS: 0 };
  let inC = 50;
  for (let s = 0; s < 3000; s++) {
    state = coolantStep(state, {
      ...COOLANT,
      taker: false,
      fanNowPct: state.fanPct,
      est: estOf({ accelW: 3000, accelOutC: 52, accelInC: inC, outdoorC: 20 }),
    });
    inC += (20 + 40 * (1 - state.fanPct / 130) - inC) / 60;
  }
  assert.ok(Math.abs(inC - 44) < 0.5, `${inC}`);
});

test('coolant pump: runs on for 180 s and while the coolant is warm, then idles; the fan only blows what is rejected', () => {
  const rest = { est: estOf({ accelW: 100, accelOutC: 44, accelInC: 44 }) };
  assert.is(coolant({ coolS: 180 }, rest).pumpPct, 20);
  assert.ok(coolant({ coolS: 100, pumpPct: 60 }, rest).coolS === 101);
  assert.is(coolant({ coolS: 200 }, { ...rest, supplied: false }).pumpPct, 0);
  const warm = { est: estOf({ accelW: 100, accelOutC: 46.1, accelInC: 44 }), supplied: false };
  assert.ok(coolant({ coolS: 200 }, warm).pumpPct >= 20);
  assert.is(coolant({ reject: false, valveS: 0 }).fanPct, 0);
  assert.ok(coolant({ reject: true, valveS: 0 }).fanPct >= 10);
  assert.is(coolant({ coolS: 50 }, { est: estOf({ accelW: 151 }) }).coolS, 0);
  assert.is(coolant({ coolS: 50 }, { est: estOf({ accelW: 150 }) }).coolS, 51);
  assert.is(coolant({ coolS: 50 }, { est: estOf({ accelW: 0 }, ['accelW']) }).coolS, 0, 'a silent one may be hot');
});

test('coolant valve: heat that is being made and finds nobody is refused, a hot loop that rests or gives its heat up is not', () => {
  const outdoorsAfterS = (watts: number, outAt: (s: number) => number): number | null => {
    let state: CoolantState = { ...COOLANT_START, reject: false };
    for (let s = 0; s < 300; s++) {
      state = coolantStep(state, { ...COOLANT, taker: true, est: estOf({ accelW: watts, accelOutC: outAt(s) }) });
      if (state.reject) return s;
    }
    return null;
  };
  assert.ok(Math.abs(outdoorsAfterS(3000, () => COOLANT.outSetC + 6)! - 45) <= 2, 'nobody takes it');
  assert.is(
    outdoorsAfterS(0, () => COOLANT.outSetC + 10),
    null,
    'at rest',
  );
  assert.is(
    outdoorsAfterS(3000, (s) => COOLANT.outSetC + 12 - s / 30),
    null,
    'taken',
  );
});

test.run();
