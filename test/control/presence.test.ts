import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Presence } from '../../src/contract/comfort.ts';
import { House } from '../../src/contract/house.ts';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import type { Verdict } from '../../src/control/types.ts';
import { listenForWishes } from '../../src/control/wishes.ts';
import { createRig, type Rig, run } from './rig.ts';

test('presence holds for its minutes, then the house is taken for lived in; coming home counts at once', () => {
  let nowMs = 1000;
  const heard = new Map<string, (message: never) => void>();
  const wishes = listenForWishes({
    link: { on: (name, call) => void heard.set(name, call as (message: never) => void) },
    start: DEFAULT_SETPOINTS,
    speed: 1,
    tariff: { feesEurPerKwh: 0, vatPct: 0, exportEurPerKwh: 0, exportPaidBelowZero: false },
    monoMs: () => nowMs,
    wallMs: () => 0,
    onChange() {},
    onRefused() {},
  });
  const tell = (presence: Presence) => heard.get('presence')!(presence as never);
  const away = () => wishes.current(nowMs).away;
  assert.is(away(), false);
  tell({ anyoneHome: false, forMin: 10 });
  assert.is(away(), true);
  nowMs += 9.9 * 60_000;
  assert.is(away(), true);
  nowMs += 0.2 * 60_000;
  assert.is(away(), false);
  tell({ anyoneHome: false, forMin: 10 });
  tell({ anyoneHome: true, forMin: 10 });
  assert.is(away(), false);
});

test('while away the room is wanted colder, and the unit says so; an unheated house says nothing', () => {
  const after = (change: Partial<Rig>) => {
    const rig = Object.assign(createRig({ roomC: 19.5 }), change);
    run(rig, 70);
    return rig.verdict;
  };
  const says = (v: Verdict) => v.reasons.some((r) => r.code === 'away');
  const home = after({});
  const away = after({ away: true });
  assert.ok(says(away) && !says(home));
  assert.ok(away.heatNeedW < home.heatNeedW, `${away.heatNeedW} W away, ${home.heatNeedW} W at home`);
  assert.not.ok(says(after({ away: true, setPoints: { ...DEFAULT_SETPOINTS, mode: 'off' } })));
  assert.is(home.inEffect.roomSetC, DEFAULT_SETPOINTS.roomSetC);
  assert.is(away.inEffect.roomSetC, DEFAULT_SETPOINTS.roomSetC - 2);
});

test('in effect is what is aimed at: the mode of the season, the raise that SG-Ready asks for', () => {
  const auto = Object.assign(createRig(), { setPoints: { ...DEFAULT_SETPOINTS, mode: 'auto' } });
  Object.assign(auto.values, { sgReadyAOn: 1, sgReadyBOn: 1 });
  run(auto, 70);
  const { roomSetC, hotWaterSetC } = DEFAULT_SETPOINTS;
  assert.equal(auto.verdict.inEffect, { mode: 'heating', roomSetC: roomSetC + 2, hotWaterSetC: hotWaterSetC + 8 });
});

test('the set-back while away is a fact of the house, 0 for none', () => {
  assert.is(House.parse({}).comfort.away.setBackK, 2);
  assert.throws(() => House.parse({ comfort: { away: { setBackK: 9 } } }));
});

test.run();
