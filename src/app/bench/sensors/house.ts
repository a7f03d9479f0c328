import type { Mode } from '../../../contract/messages.ts';
import { type Image, SENSOR_NAMES, type SensorName } from '../../../contract/points.ts';
import { initialState, step } from '../../../control/step.ts';
import type { Verdict } from '../../../control/types.ts';
import { seededRandom } from '../../../core/random.ts';
import type { PlantState } from '../../../hal/sim/plant/plant.ts';
import { randomConfig } from '../../campaign/random-config.ts';
import { type Readings, sense } from '../../campaign/sensing.ts';
import { openCosim } from '../../cosim.ts';

export const STEP_S = 1;

/** A random house with noisy sensors in one mode, and what is claimed instead of its readings from `fromS` on. */
export interface Case {
  seed: number;
  mode: Mode;
  hours: number;
  fromS: number;
  /** Values by point, `s` seconds after `fromS`; points left out tell the truth. */
  lie(sound: Readings, s: number): Partial<Record<SensorName, number>>;
}

export interface Outcome {
  /** What was said before anything was broken; undefined when nothing was. */
  falseAlarm: string | undefined;
  /** When something was said first, seconds after the fault, and what; Infinity when never. */
  toldS: number;
  told: string;
  /** Kelvins by which the worst point was off then, or at the end. */
  offK: number;
  /** For how long before that the point was off by more than `OFF_K` while its water moved, s. */
  wrongS: number;
}

/** From here on a reading counts as wrong (F2: a residual of 3 K). */
const OFF_K = 3;
const MOVES_LPM = 3;

/** What control says of sensors: a row of the fault table, or that a reading is not used. */
const saidOf = (v: Verdict): string | undefined => {
  const reason = v.reasons.find(({ what, code }) => /^F\d/.test(what) || code.startsWith('sensor-'));
  return reason && `${reason.what} ${reason.text}`;
};

const valuesOf = (image: Image): Record<SensorName, number> => {
  const values = {} as Record<SensorName, number>;
  for (const name of SENSOR_NAMES) values[name] = image.sensors[name].value;
  return values;
};

function moves(plant: PlantState, name: string): boolean {
  if (name === 'accelInC' || name === 'accelOutC') return plant.accelFlowLpm > 1 && plant.accelW > 300;
  return plant.heatFlowLpm > MOVES_LPM;
}

/** Runs one case to the moment at which control speaks of it, or to its end. */
export function observe(c: Case): Outcome {
  const random = seededRandom(c.seed);
  const summer = c.mode === 'cooling' || (c.mode !== 'heating' && random() < 0.5);
  const config = randomConfig(random, c.seed, summer);
  const demandW = random() < 0.3 ? 0 : (0.2 + 0.8 * random()) * config.house.accelMaxW;
  const outcome: Outcome = { falseAlarm: undefined, toldS: Number.POSITIVE_INFINITY, told: '', offK: 0, wrongS: 0 };
  let state = initialState(config.house);
  let verdict: Verdict | undefined;
  let before: Readings | undefined;
  let lies: [string, number][] = [];
  let s = 0;
  const both = openCosim({
    config,
    dtS: STEP_S,
    demandW,
    setPoints: { mode: c.mode },
    drive(input) {
      const sound = sense(valuesOf(input.image), input.image.atMs, s, [], before, random);
      before = { ...sound };
      lies = s < c.fromS ? [] : Object.entries(c.lie(sound, s - c.fromS));
      for (const [name, value] of lies) before[name as SensorName] = { ...sound[name as SensorName], value };
      lies = lies.map(([name, value]) => [name, Math.abs(value - sound[name as SensorName].value)]);
      const done = step(state, { ...input, image: { ...input.image, sensors: before } });
      state = done.state;
      verdict = done.verdict;
      const askedW = input.want && input.want.queued > 0 ? input.want.wantW : 0;
      const { outputs, safety, grantW, payW, fillerW } = done.verdict;
      return { outputs, safety, workW: Math.min(grantW, Math.max(payW, fillerW, askedW)) };
    },
  });
  for (; s < c.hours * 3600; s += STEP_S) {
    const { plant } = both.next();
    const said = saidOf(verdict!);
    if (s < c.fromS) {
      if (said && state.interlock.ready) return { ...outcome, falseAlarm: `${said} at ${s} s` };
      continue;
    }
    outcome.offK = Math.max(0, ...lies.map(([, k]) => k));
    if (said) return { ...outcome, toldS: s - c.fromS, told: said };
    if (lies.some(([name, k]) => k > OFF_K && moves(plant, name))) outcome.wrongS += STEP_S;
  }
  return outcome;
}
