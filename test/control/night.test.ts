import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Comfort, OverrideCommand } from '../../src/contract/comfort.ts';
import { House } from '../../src/contract/house.ts';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { COMFORT_START, type ComfortState, comfortStep } from '../../src/control/comfort/comfort.ts';
import { NIGHT_START, type NightState, nightStep } from '../../src/control/comfort/night.ts';
import { PLAN_START } from '../../src/control/decide/plan.ts';
import type { Estimate } from '../../src/control/estimate/points.ts';
import { ownPumpStart } from '../../src/control/learn/own-pump.ts';
import type { StepInput } from '../../src/control/types.ts';
import { createRig, estOf, HOUSE, imageOf, MARKET } from './rig.ts';

const PUMP = ownPumpStart(HOUSE).map;
const DAY_S = 86_400;
const good = (value: number) => ({ value, quality: 'good' as const, ageMs: 0 });
const houseWith = (comfort: object) => House.parse({ comfort });
const at = (state: NightState, minute: number | undefined, comfort: Comfort, roomC: Estimate) =>
  nightStep(state, comfort, { minute, roomC, roomSetC: 21, isHeated: true, dtS: 60 });
const HOLIDAY: OverrideCommand = { kind: 'holiday', forMin: 7 * 1440, byK: 5, id: '', by: 'test' };

test('night: colder until the warm-up that this house needs, warm at its end; another house is learnt', () => {
  const { comfort } = houseWith({ night: { setBackK: 3 } });
  for (const kPerH of [0.3, 1.5]) {
    let night = NIGHT_START;
    let roomC = 21;
    const atSix: number[] = [];
    for (let s = 0; s < 6 * DAY_S; s += 60) {
      const minute = (12 * 60 + s / 60) % 1440;
      const { state, setBackK } = at(night, minute, comfort, good(roomC));
      night = state;
      roomC = setBackK > 0 ? Math.max(18, roomC - 0.5 / 60) : Math.min(21, roomC + kPerH / 60);
      if (minute === 21 * 60) assert.is(setBackK, 0, 'by day');
      if (minute === 23 * 60) assert.is(setBackK, 3, 'by night');
      if (minute === 6 * 60) atSix.push(roomC);
    }
    assert.ok(atSix.at(-1)! > 20.5, `${kPerH} K/h: ${atSix.map((c) => c.toFixed(1))} °C at six`);
    assert.ok(Math.abs(night.warmupKPerH / kPerH - 1) < 0.35, `${kPerH} K/h learnt as ${night.warmupKPerH}`);
  }
  const unknown = at(NIGHT_START, undefined, comfort, good(18));
  assert.is(unknown.setBackK, 0);
  assert.match(unknown.reasons[0]!.text, /time is not known/);
});

test('a morning on which the house was not heated up, or nobody measured it, teaches nothing', () => {
  const house = houseWith({ night: { setBackK: 3 }, away: { setBackK: 2 } });
  const values = { roomC: 18 };
  const learnt = (more: Partial<StepInput> = {}, est = estOf(values), commands: OverrideCommand[] = []) => {
    let state: ComfortState = COMFORT_START;
    const image = imageOf(createRig(values), createRig().verdict.outputs);
    const usual = { image, dtS: 60, setPoints: DEFAULT_SETPOINTS, market: MARKET, want: undefined, house };
    for (let minute = 0; minute <= 180; minute++) {
      const timeMs = Date.parse('2025-01-15T03:00:00Z') + 60_000 * minute;
      const input: StepInput = { ...usual, timeMs, commands: minute === 0 ? commands : [], ...more };
      state = comfortStep(state, input, est, PLAN_START.plan, PUMP, 60).state;
    }
    return state.night.warmupKPerH;
  };
  const { warmupKPerH } = NIGHT_START;
  assert.ok(learnt() < warmupKPerH, 'heated, and it stays cold: it is to begin earlier');
  for (const mode of ['off', 'cooling'] as const)
    assert.is(learnt({ setPoints: { ...DEFAULT_SETPOINTS, mode } }), warmupKPerH, mode);
  assert.is(learnt({ away: true }), warmupKPerH);
  assert.is(learnt({}, estOf(values), [HOLIDAY]), warmupKPerH);
  assert.is(learnt({}, { ...estOf(values), roomC: { value: 20, quality: 'lost', ageMs: 0 } }), warmupKPerH);
});

test('night: from a room that nobody measures no warm-up is told or learnt', () => {
  const { comfort } = houseWith({ night: { setBackK: 3 } });
  const lost = { value: 20, quality: 'lost', ageMs: 0 } as const;
  let state: NightState = NIGHT_START;
  for (let minute = 0; minute < 60; minute++) ({ state } = at(state, 240 + minute, comfort, lost));
  const told = at(state, 300, comfort, good(18));
  assert.match(told.reasons[0]!.text, /^warming up for 06:00 at 0\.30 K\/h$/);
  assert.is(at(told.state, 361, comfort, good(18)).state.warmupKPerH, NIGHT_START.warmupKPerH);
});

test.run();
