import { asTyped } from '../../core/words.ts';
import { type Check, c, compressorDrive, ENOUGH_W, type Judged, judged, type Seen, skipped } from './check.ts';
import { strokeS } from './stroke.ts';

/** Checks whose heat is the heat pump's. */
const COMPRESSOR_S = 300;
const BUFFER_S = 180;
const TANK_S = 180;
/** A tank valve takes some 15 s; the interlock gives it this long. */
const TANK_STROKE_S = 60;
/** Layers of a buffer differ by more than sensors do. */
const LAYERS_K = 0.7;

/** To the house again after the tank; pressures meet in the interlock's 180 s; short of the 90 s after which row F11 judges. */
const AGAIN_S = 60;
const PRESSURES_S = 190;
const TURN_S = 10;
const COOL_S = 85;
/** Cooling as a defrost knows it, and not longer: water that stays above the dew point, air that any cooling bears. */
const COOL_WATER_C = { least: 20, most: 40 };
const COOL_AIR_LEAST_C = 10;
/** Water so slow that a minute of cold shows. */
const COOL_WATER_PCT = 50;
const SIGN_K = 0.7;
/** Into colder air a compressor has little to do. */
const COOLS_W = 100;

const kelvin = (k: number) => `${k > 0 ? '+' : ''}${k.toFixed(1)} K`;
const coolDrive = { ...compressorDrive, circulationPct: COOL_WATER_PCT, coolingOn: 1 };
const LATER = 'repeat in a warm season, or watch the first cooling: row F11 stops a valve at the wrong end';

/** A valve that is never turned would show itself in summer only. */
function notNow({ outdoorC, returnC, compressorW }: Seen): Judged | undefined {
  if (compressorW < ENOUGH_W)
    return skipped('not turned: the compressor does not run', 'mend the rows above and repeat');
  if (outdoorC < COOL_AIR_LEAST_C)
    return skipped(`not turned: air of ${c(outdoorC)}, no machine is sure to cool below ${c(COOL_AIR_LEAST_C)}`, LATER);
  const { least, most } = COOL_WATER_C;
  return returnC < least || returnC > most
    ? skipped(`not turned: water of ${c(returnC)}, cooling wants ${c(least)} to ${c(most)}`, LATER)
    : undefined;
}

const reversingValve: Check = {
  name: 'reversing valve',
  steps: [
    { forS: AGAIN_S, drive: () => compressorDrive },
    { forS: PRESSURES_S, unless: notNow, drive: () => ({ circulationPct: COOL_WATER_PCT }) },
    { forS: TURN_S, drive: () => ({ circulationPct: COOL_WATER_PCT, coolingOn: 1 }) },
    { forS: COOL_S, drive: () => coolDrive },
    // Back at heating before others have the machine.
    { forS: PRESSURES_S, drive: () => ({ circulationPct: COOL_WATER_PCT }) },
  ],
  judge([heating, , , cooling]) {
    const [h, k] = [heating!, cooling!].map((s) => s.condenserOutC - s.returnC) as [number, number];
    const { compressorW, cools } = cooling!;
    const measured = `water ${kelvin(h)} over the condenser at heating, ${kelvin(k)} at cooling with ${compressorW.toFixed(0)} W`;
    if (!cools || compressorW < COOLS_W)
      return skipped(measured, `valve or compressor were held: see ${asTyped('why')}, mend that and repeat`);
    const remedy =
      h < 0
        ? 'the water sensors are swapped, or the valve works the other way round: check coil and sensors'
        : 'it stays at heating: check coil, relay and pilot valve; a machine that cannot cool must never be set to cooling';
    return { row: judged(h > SIGN_K && k < -SIGN_K, measured, remedy) };
  },
};

/** Where the return would be if all of it came from the tank's coil, half way between supply and tank. */
const fromTank = (houseC: number) => (s: Seen) => {
  const spanK = (s.supplyC + s.hotWaterC!) / 2 - houseC;
  return (s.returnC - houseC) / (Math.sign(spanK) * Math.max(1, Math.abs(spanK)));
};

export const PUMP_CHECKS: readonly Check[] = [
  {
    name: 'water sensors, return and condenser',
    steps: [{ forS: COMPRESSOR_S, drive: () => compressorDrive }],
    judge([seen]) {
      const s = seen!;
      const measured = `return ${c(s.returnC)}, condenser ${c(s.condenserOutC)}, hot gas ${c(s.dischargeC)} at ${s.compressorW.toFixed(0)} W`;
      if (s.compressorW < ENOUGH_W) {
        const remedy = `the compressor did not run: see ${asTyped('why')}, mend that and repeat`;
        return { row: judged(false, measured, remedy) };
      }
      const water = s.condenserOutC < s.returnC - 0.5;
      const ok = s.condenserOutC > s.returnC + 1 && s.dischargeC > s.condenserOutC + 3;
      const remedy = water
        ? 'the water cools down over the condenser: swap the sensors returnC and condenserOutC, unless the reversing valve stays at cooling'
        : 'check the seat of the sensors returnC, condenserOutC and dischargeC';
      return { row: judged(ok, measured, remedy), swapped: { water } };
    },
  },
  {
    name: 'buffer sensors, top and bottom',
    steps: [
      { forS: 5, drive: () => compressorDrive },
      { forS: BUFFER_S, drive: () => compressorDrive },
    ],
    judge([before, after]) {
      const [b, a] = [before!, after!];
      const measured = `top ${c(b.bufferTopC)}, then ${c(a.bufferTopC)}; bottom ${c(b.bufferBottomC)}, then ${c(a.bufferBottomC)}`;
      // Warm water stands above cold, and a charge arrives above first.
      const topK = Math.max(0, a.bufferTopC - a.bufferBottomC);
      const bottomK = Math.max(0, a.bufferBottomC - a.bufferTopC);
      const firstK = a.bufferTopC - b.bufferTopC - (a.bufferBottomC - b.bufferBottomC);
      const ok = topK > LAYERS_K || firstK > LAYERS_K;
      if (!ok && bottomK <= LAYERS_K && firstK >= -LAYERS_K)
        return skipped(measured, 'the buffer is equally warm all through: repeat after a charge');
      return {
        row: judged(
          ok,
          measured,
          'swap the sensors bufferTopC and bufferBottomC: the buffer seems to stand on its head',
        ),
      };
    },
  },
  {
    name: 'hot water valve stroke',
    steps: [
      { forS: 30, drive: () => compressorDrive },
      { forS: TANK_S, timed: true, drive: () => ({ ...compressorDrive, hotWaterOn: 1 }) },
    ],
    judge([house, tank], _facts, trail) {
      const [h, t] = [house!, tank!];
      const tankC = t.hotWaterC;
      if (tankC === null) return undefined;
      const returns = `return ${c(h.returnC)} from the house, ${c(t.returnC)} from the tank at ${c(tankC)}`;
      if (Math.abs(tankC - h.returnC) < 4)
        return skipped(returns, 'tank and house are equally warm: repeat when they differ');
      const moved = (t.returnC - h.returnC) * Math.sign(tankC - h.returnC);
      if (moved <= 1) {
        const remedy = 'check coil and travel of the three-way valve and the sensor of the tank';
        return { row: judged(false, returns, remedy) };
      }
      const strokes = strokeS(trail, 0, fromTank(h.returnC), 0.5);
      const measured = `stroke ${strokes.toFixed(0)} s; ${returns}`;
      const remedy = `the three-way valve is slow, more than ${TANK_STROKE_S} s: check its drive and what blocks it`;
      return { row: judged(strokes <= TANK_STROKE_S, measured, remedy) };
    },
  },
  reversingValve,
];
