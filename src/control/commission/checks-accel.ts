import type { SPEED_CHECK } from '../../contract/commission.ts';
import { COOLANT_W_PER_LPM_K } from '../physics.ts';
import {
  accelDrive,
  type Check,
  type CheckFacts,
  c,
  ENOUGH_W,
  idle,
  type Judged,
  judged,
  lpm,
  type Seen,
  skipped,
} from './check.ts';
import { strokeS } from './stroke.ts';
import { TUNE_REST_PCT } from './tune-coolant.ts';

/** Checks whose heat is the accelerator's. */
const HEAT_S = 240;
const REJECT_S = 150;
const COOLER_S = 180;
const COOLER_PCT = 80;
/** A coolant valve takes a few seconds; the loop counts on ten. */
const REJECT_STROKE_S = 20;
/** An exchanger with half the coolant gives more than half of the heat: the water tells late in the stroke. */
const REJECT_DELAY = 0.6;
/** Coolant colder than this below the air was not cooled by that air. */
const BELOW_AIR_K = 1;
/** Full fan is sized for full power at 20 K over the air; less than this share of it is no cooler. */
const SIZED_K = 20;
const COOLER_SHARE = 0.4;
/** Shares of all cards' power, rising, so that the coolant warms slowly; each long enough for compute to take its speed. */
const CAP_SHARES = [0.3, 0.45, 0.6, 0.8, 1];
const CAP_S = 25;
const CAP_REAL_S = 15;
/** Meters and cards regulate within some percent. */
const CAP_SLACK = 1.05;
const CAP_SLACK_W = 50;

const toHouse = (f: CheckFacts) => accelDrive(f, { rejectOn: 0, dryCoolerPct: 0 });
const toAir = (f: CheckFacts) => accelDrive(f, { rejectOn: 1, dryCoolerPct: COOLER_PCT });

/** Most of its power into the house, the pump in the middle of what it does at that. */
const steady = (f: CheckFacts) =>
  accelDrive(f, { accelCapW: 0.75 * f.house.accelMaxW, accelPumpPct: TUNE_REST_PCT, rejectOn: 0, dryCoolerPct: 0 });

function judgeSensors([seen]: readonly Seen[]): Judged {
  const s = seen!;
  const measured = `in ${c(s.accelInC)}, out ${c(s.accelOutC)} at ${s.accelW.toFixed(0)} W and ${lpm(s.accelFlowLpm)}`;
  if (s.accelW < ENOUGH_W) return idle(measured);
  const riseK = s.accelOutC - s.accelInC;
  const expectedK = s.accelW / (COOLANT_W_PER_LPM_K * Math.max(1, s.accelFlowLpm));
  const coolant = riseK < -0.3 * expectedK;
  const ok = Math.abs(riseK - expectedK) < 1 + 0.35 * expectedK;
  const remedy = coolant
    ? 'swap the sensors accelInC and accelOutC: the coolant seems to cool down over the accelerator'
    : `power and flow explain ${expectedK.toFixed(1)} K: check the seat of both sensors and the flow meter`;
  return { row: judged(ok, measured, remedy), swapped: { coolant } };
}

const warmedK = (s: Seen) => s.supplyC - s.condenserOutC;

const rejectValve: Check = {
  name: 'reject valve stroke',
  steps: [
    { forS: HEAT_S / 2, drive: toHouse },
    // Without the fan: cold coolant would take heat from the water before the valve is round.
    { forS: REJECT_S, timed: true, drive: (f) => accelDrive(f, { rejectOn: 1, dryCoolerPct: 0 }) },
  ],
  judge([house, outdoors], _facts, trail) {
    const [h, o] = [house!, outdoors!];
    const [toHouseK, toAirK] = [warmedK(h), warmedK(o)];
    const warms = `water warms by ${toHouseK.toFixed(1)} K towards the house, ${toAirK.toFixed(1)} K towards the dry cooler`;
    // The wrong way round the coolant has heated itself at the still fan until the interlock took its power.
    const peakK = Math.max(...trail.map(warmedK));
    const reversed = peakK > 0.7 && toHouseK < 0.4 * peakK;
    if (!reversed && (h.accelW < ENOUGH_W || o.accelW < ENOUGH_W)) return idle(warms);
    if (reversed || toHouseK <= 0.7 || toAirK >= 0.4 * toHouseK) {
      const remedy = 'check coil and travel of the coolant valve, its end stops, and supplyC and condenserOutC';
      return { row: judged(false, warms, remedy) };
    }
    const strokes = strokeS(trail, toHouseK, warmedK, REJECT_DELAY);
    const measured = `stroke ${strokes.toFixed(0)} s; ${warms}`;
    const remedy = `the coolant valve is slow, more than ${REJECT_STROKE_S} s: check its drive, its spring and what blocks it`;
    return { row: judged(strokes <= REJECT_STROKE_S, measured, remedy) };
  },
};

/** What the coolant gives to the air, for each kelvin that it is above it. */
function judgeCooler([seen]: readonly Seen[], { house }: CheckFacts): Judged {
  const s = seen!;
  const where = `coolant in ${c(s.accelInC)}, out ${c(s.accelOutC)}, air ${c(s.outdoorC)}`;
  if (s.accelW < ENOUGH_W) return idle(where);
  if (warmedK(s) > 0.7) return skipped(where, 'the coolant goes to the house: mend the coolant valve and repeat');
  if (s.accelInC < s.outdoorC - BELOW_AIR_K) {
    const remedy =
      'the coolant is colder than the air that cools it: swap outdoorC and roomC, or move outdoorC out of the sun';
    return { row: judged(false, where, remedy) };
  }
  const aboveK = Math.max(0.5, (s.accelInC + s.accelOutC) / 2 - s.outdoorC);
  const wPerK = s.accelW / aboveK;
  const leastWPerK = (COOLER_SHARE * house.accelMaxW) / SIZED_K;
  const remedy = `less than ${leastWPerK.toFixed(0)} W/K: check fan, fuse and air of the dry cooler, and outdoorC`;
  return { row: judged(wPerK >= leastWPerK, `gives ${wPerK.toFixed(0)} W/K; ${where}`, remedy) };
}

/** A cap that is not obeyed is a fuse that blows; power that does not rise says nothing of the cap. */
function judgeCaps(seen: readonly Seen[], { house }: CheckFacts): Judged {
  const rows = seen.map((s, i) => ({ capW: CAP_SHARES[i]! * house.accelMaxW, accelW: s.accelW }));
  const over = rows.find((r) => r.accelW > CAP_SLACK * r.capW + CAP_SLACK_W);
  const [low, high] = [over ?? rows[0]!, rows.at(-1)!];
  const measured = `${low.accelW.toFixed(0)} W under a cap of ${low.capW.toFixed(0)} W, ${high.accelW.toFixed(0)} W under ${high.capW.toFixed(0)} W`;
  if (over) {
    const remedy = 'the accelerator draws more than its cap: check the driver that sets the cap, and the meter accelW';
    return { row: judged(false, measured, remedy) };
  }
  return high.accelW < ENOUGH_W ? idle(measured) : { row: judged(true, measured, '') };
}

export const ACCEL_CHECKS: readonly Check[] = [
  { name: 'coolant sensors, in and out', steps: [{ forS: HEAT_S, drive: toHouse }], judge: judgeSensors },
  rejectValve,
  { name: 'dry cooler', steps: [{ forS: COOLER_S, drive: toAir }], judge: judgeCooler },
  {
    name: 'power and speed of the accelerator by cap' satisfies typeof SPEED_CHECK,
    steps: CAP_SHARES.map((share) => ({
      forS: CAP_S,
      realS: CAP_REAL_S,
      drive: (f) =>
        accelDrive(f, { accelCapW: share * f.house.accelMaxW, accelPumpPct: 100, rejectOn: 1, dryCoolerPct: 100 }),
    })),
    judge: judgeCaps,
  },
  {
    name: 'coolant loop, tuned',
    steps: [
      { forS: HEAT_S, drive: steady },
      { forS: 0, tunes: true, drive: steady },
    ],
    judge: () => undefined,
  },
];
