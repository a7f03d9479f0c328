import { asTyped } from '../../core/words.ts';
import { type Check, c, compressorDrive, ENOUGH_W, judged, type Seen, skipped } from './check.ts';
import { strokeS } from './stroke.ts';

/** Checks whose heat is the heat pump's. */
const COMPRESSOR_S = 300;
const BUFFER_S = 180;
const TANK_S = 180;
/** A tank valve takes some 15 s; the interlock gives it this long. */
const TANK_STROKE_S = 60;
/** Layers of a buffer differ by more than sensors do. */
const LAYERS_K = 0.7;

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
];
