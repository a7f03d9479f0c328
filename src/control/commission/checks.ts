import type { SPEED_CHECK } from '../../contract/commission.ts';
import type { House } from '../../contract/house.ts';
import type { Outputs } from '../../contract/points.ts';
import { asTyped } from '../../core/words.ts';
import { COOLANT_W_PER_LPM_K } from '../physics.ts';

/** What a check looks at, °C, W and L/min. */
export interface Seen {
  accelInC: number;
  accelOutC: number;
  accelW: number;
  accelFlowLpm: number;
  condenserOutC: number;
  supplyC: number;
  returnC: number;
  heatFlowLpm: number;
  hotWaterC: number;
  compressorW: number;
  dischargeC: number;
}

export interface CheckFacts {
  house: House;
}

interface Judged {
  row: { result: 'PASS' | 'FAIL' | 'SKIP'; measured: string; remedy: string };
  swapped?: Partial<{ coolant: boolean; water: boolean }>;
}

export interface Check {
  name: string;
  /** Each: outputs that differ from all at rest, and how long. */
  steps: {
    forS: number;
    /** Also so long on the wall's clock, whatever the speed of the modelled house. */
    realS?: number;
    drive(f: CheckFacts): Partial<Outputs>;
  }[];
  /** Given what was seen at the end of each step; undefined says nothing. */
  judge(seen: readonly Seen[], f: CheckFacts): Judged | undefined;
}

/** Pumps run on after heat for 120 s: they can only be checked after that. */
const REST_S = 125;
const PUMP_S = 15;
const HEAT_S = 240;
const REJECT_S = 240;
const COMPRESSOR_S = 300;
const TANK_S = 120;
const DEAD_LPM = 0.7;
const LEAST_WATER_LPM = 4;
const LEAST_COOLANT_LPM = 2;
const ENOUGH_W = 500;
const COMPRESSOR_PCT = 50;
/** Shares of all cards' power, rising, so that the coolant warms slowly; each long enough for compute to take its speed. */
const CAP_SHARES = [0.3, 0.45, 0.6, 0.8, 1];
const CAP_S = 25;
const CAP_REAL_S = 15;
/** Meters and cards regulate within some percent. */
const CAP_SLACK = 1.05;
const CAP_SLACK_W = 50;
/** Power of the accelerator while it is the source of heat for a check. */
const testW = (f: CheckFacts) => 0.5 * f.house.accelMaxW;

const c = (value: number) => `${value.toFixed(1)} °C`;
const lpm = (value: number) => `${value.toFixed(1)} L/min`;
const judged = (ok: boolean, measured: string, remedy: string): Judged['row'] => ({
  result: ok ? 'PASS' : 'FAIL',
  measured,
  remedy: ok ? '' : remedy,
});
const skipped = (measured: string, remedy: string): Judged => ({ row: { result: 'SKIP', measured, remedy } });

const accelDrive = (f: CheckFacts, more: Partial<Outputs>): Partial<Outputs> => ({
  accelSupplyOn: 1,
  accelCapW: testW(f),
  accelPumpPct: 60,
  circulationPct: 60,
  ...more,
});

const compressorDrive = { compressorOn: 1, compressorPct: COMPRESSOR_PCT, circulationPct: 80 };

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
  if (high.accelW < ENOUGH_W)
    return skipped(measured, 'the accelerator had nothing to compute: start an expert and repeat');
  return { row: judged(true, measured, '') };
}

/** In order; the accelerator's heat is used before the compressor's, so that the buffer stays cool for it. */
export const CHECKS: readonly Check[] = [
  { name: 'rest', steps: [{ forS: REST_S, drive: () => ({}) }], judge: () => undefined },
  {
    name: 'heating pump and flow meter',
    steps: [
      { forS: PUMP_S, drive: () => ({}) },
      { forS: PUMP_S, drive: () => ({ circulationPct: 100 }) },
    ],
    judge([still, full]) {
      const ok = still!.heatFlowLpm < DEAD_LPM && full!.heatFlowLpm > LEAST_WATER_LPM;
      const measured = `${lpm(still!.heatFlowLpm)} at 0 %, ${lpm(full!.heatFlowLpm)} at 100 %`;
      return {
        row: judged(
          ok,
          measured,
          'check the wiring of the pump (0 V is full speed), its valves, the filter and the meter',
        ),
      };
    },
  },
  {
    name: 'coolant pump and flow meter',
    steps: [
      { forS: PUMP_S, drive: () => ({}) },
      { forS: PUMP_S, drive: () => ({ accelPumpPct: 100 }) },
    ],
    judge([still, full]) {
      const ok = still!.accelFlowLpm < DEAD_LPM && full!.accelFlowLpm > LEAST_COOLANT_LPM;
      const measured = `${lpm(still!.accelFlowLpm)} at 0 %, ${lpm(full!.accelFlowLpm)} at 100 %`;
      return {
        row: judged(ok, measured, 'check the wiring of the pump (0 V is full speed), air in the loop and the meter'),
      };
    },
  },
  {
    name: 'coolant sensors, in and out',
    steps: [{ forS: HEAT_S, drive: (f) => accelDrive(f, { rejectOn: 0, dryCoolerPct: 0 }) }],
    judge([seen]) {
      const s = seen!;
      const measured = `in ${c(s.accelInC)}, out ${c(s.accelOutC)} at ${s.accelW.toFixed(0)} W and ${lpm(s.accelFlowLpm)}`;
      if (s.accelW < ENOUGH_W)
        return skipped(measured, 'the accelerator had nothing to compute: start an expert and repeat');
      const riseK = s.accelOutC - s.accelInC;
      const expectedK = s.accelW / (COOLANT_W_PER_LPM_K * Math.max(1, s.accelFlowLpm));
      const coolant = riseK < -0.3 * expectedK;
      const ok = Math.abs(riseK - expectedK) < 1 + 0.35 * expectedK;
      const remedy = coolant
        ? 'swap the sensors accelInC and accelOutC: the coolant seems to cool down over the accelerator'
        : `power and flow explain ${expectedK.toFixed(1)} K: check the seat of both sensors and the flow meter`;
      return { row: judged(ok, measured, remedy), swapped: { coolant } };
    },
  },
  {
    name: 'reject valve stroke',
    steps: [
      { forS: HEAT_S / 2, drive: (f) => accelDrive(f, { rejectOn: 0, dryCoolerPct: 0 }) },
      { forS: REJECT_S, drive: (f) => accelDrive(f, { rejectOn: 1, dryCoolerPct: 80 }) },
    ],
    judge([house, outdoors]) {
      const [h, o] = [house!, outdoors!];
      const [toHouseK, toAirK] = [h.supplyC - h.condenserOutC, o.supplyC - o.condenserOutC];
      const measured = `water warms by ${toHouseK.toFixed(1)} K towards the house, ${toAirK.toFixed(1)} K towards the dry cooler`;
      if (h.accelW < ENOUGH_W || o.accelW < ENOUGH_W)
        return skipped(measured, 'the accelerator had nothing to compute: start an expert and repeat');
      const ok = toHouseK > 0.7 && toAirK < 0.4 * toHouseK;
      return {
        row: judged(
          ok,
          measured,
          'check coil and travel of the coolant valve, its end stops, and supplyC and condenserOutC',
        ),
      };
    },
  },
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
        ? 'swap the sensors returnC and condenserOutC: the water seems to cool down over the condenser'
        : 'check the seat of the sensors returnC, condenserOutC and dischargeC';
      return { row: judged(ok, measured, remedy), swapped: { water } };
    },
  },
  {
    name: 'hot water valve stroke',
    steps: [
      { forS: 30, drive: () => compressorDrive },
      { forS: TANK_S, drive: () => ({ ...compressorDrive, hotWaterOn: 1 }) },
    ],
    judge([house, tank]) {
      const [h, t] = [house!, tank!];
      const measured = `return ${c(h.returnC)} from the house, ${c(t.returnC)} from the tank at ${c(t.hotWaterC)}`;
      if (Math.abs(t.hotWaterC - h.returnC) < 4)
        return skipped(measured, 'tank and house are equally warm: repeat when they differ');
      const moved = (t.returnC - h.returnC) * Math.sign(t.hotWaterC - h.returnC);
      return {
        row: judged(moved > 1, measured, 'check coil and travel of the three-way valve and the sensor of the tank'),
      };
    },
  },
];
