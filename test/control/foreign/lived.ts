import * as assert from 'uvu/assert';
import { knownOf } from '../../../src/control/foreign/known.ts';
import { type Answer, type ForeignState, foreignStart } from '../../../src/control/foreign/state.ts';
import { foreignStep } from '../../../src/control/foreign/step.ts';

/** A small house that answers the commands, so that rubbish on the line shows in a room. */
export const known = knownOf({ areaM2: 120, designLoadW: 6000, emitter: 'radiator', pump: { heatW: 8000 } });
const LOW_C = 20;

/** Speed at which the pump really runs under a command at a time, 0..1. */
export type Actuator = (level: number, t: number) => number;
const obedient: Actuator = (level) => level;

export type Line = Record<string, unknown>;
/** Makes text of a sound line; several texts where lines are doubled or flood. */
export type Spoil = (line: Line, k: number) => string[];

export interface Ran {
  answers: Answer[];
  state: ForeignState;
  /** Kelvin hours below the band after the first day, and but for 8 h from the beginning and the end of a gap. */
  coldKh: number;
  warmestC: number;
}

export function run(days: number, stepS: (k: number) => number, spoil: Spoil, actuator = obedient, house = known): Ran {
  let state = foreignStart(house);
  let [roomC, wallC, waterC, heatW] = [20.5, 18, 25, 0];
  const answers: Answer[] = [];
  let [coldKh, warmestC, t, fromS] = [0, 0, 0, 86_400];
  for (let k = 0; t < days * 86_400; k++) {
    const outdoorC = 2 - 4 * Math.cos((2 * Math.PI * t) / 86_400);
    const line = {
      ...{ t, outdoorC, roomC, supplyC: waterC + heatW / 2000, returnC: waterC, priceEurPerKwh: 0.3 },
      ...{ compressorW: heatW / 3.5, auxW: heatW > 0 ? 80 : 0, heatW, comfort: { lowC: LOW_C, highC: 23, next: [] } },
    };
    for (const text of spoil(line, k)) {
      const step = foreignStep(house, state, text);
      state = step.state;
      answers.push(step.out);
    }
    const dtS = stepS(k);
    heatW = 8000 * actuator(answers.at(-1)!.compressor, t);
    const accelW = answers.at(-1)!.computeBudgetW;
    for (let s = 0; s < dtS; s += 60) {
      const dt = Math.min(60, dtS - s);
      const toRoomW = 260 * (waterC - roomC);
      const toWallW = 900 * (roomC - wallC);
      waterC += ((heatW + accelW - toRoomW) * dt) / 6e5;
      roomC += ((toRoomW + 300 - toWallW - 110 * (roomC - outdoorC)) * dt) / 4e6;
      wallC += ((toWallW - 90 * (wallC - outdoorC)) * dt) / 2e7;
    }
    t += dtS;
    if (dtS > 3600) fromS = t + 8 * 3600;
    if (t > fromS) coldKh += (Math.max(0, LOW_C - roomC) * dtS) / 3600;
    warmestC = Math.max(warmestC, roomC);
  }
  return { answers, state, coldKh, warmestC };
}

function assertFinite(x: unknown, path: string): void {
  if (typeof x === 'number') assert.ok(Number.isFinite(x) || /samples\.\d+\.roomC$/.test(path), `${path} is ${x}`);
  else if (typeof x === 'object' && x !== null)
    for (const [key, value] of Object.entries(x)) assertFinite(value, `${path}.${key}`);
}

export function assertSound({ answers, state }: Ran, accelMaxW = 0): void {
  for (const a of answers) {
    assert.ok(a.compressor >= 0 && a.compressor <= 1 && (a.pump === 0 || a.pump === 1), JSON.stringify(a));
    assert.ok(Number.isFinite(a.supplySetC) && a.supplySetC <= 75 && a.reasons.length > 0, JSON.stringify(a));
    assert.ok(a.computeBudgetW >= 0 && a.computeBudgetW <= accelMaxW, JSON.stringify(a));
  }
  assertFinite(state, 'state');
}
