import { backupDrawsW } from '../../contract/house.ts';
import { type Check, type CheckFacts, type Judged, judged, lpm, type Seen, skipped } from './check.ts';
import { ACCEL_CHECKS } from './checks-accel.ts';
import { PUMP_CHECKS } from './checks-pump.ts';

/** Pumps run on after heat for 120 s: they can only be checked after that. */
const REST_S = 125;
const PUMP_S = 15;
const HEATER_S = 20;
const DEAD_LPM = 0.7;
const LEAST_WATER_LPM = 4;
const LEAST_COOLANT_LPM = 2;
/** A kettle that boils meanwhile comes or goes: both edges must show this share of the heater. */
const HEATER_SHARE = 0.5;

/** A heater draws power with its contact and none without. */
function judgeHeater([before, on, after]: readonly Seen[], { house }: CheckFacts): Judged | undefined {
  const ratedW = backupDrawsW(house);
  if (house.backupHeaterW === 0) return undefined;
  if (ratedW === 0) return skipped('0 W', 'a boiler draws no power that can be seen: watch whether it fires');
  const watts = [before, on, after].map((s) => s?.houseW ?? null);
  const [b, o, a] = watts;
  if (b === null || o === null || a === null)
    return skipped('0 W', 'without the meter gridW nothing tells: measure its current');
  const riseW = Math.max(0, Math.min(o! - b!, o! - a!));
  const measured = `draws ${riseW.toFixed(0)} W of ${ratedW.toFixed(0)} W`;
  if (!on!.heaterOn)
    return skipped(measured, 'the heater was held off, by the limit of the grid or by an alarm: repeat later');
  const remedy = 'check contactor, fuse and limiter of the backup heater, and the meter gridW; a battery may hide it';
  return { row: judged(riseW > HEATER_SHARE * ratedW, measured, remedy) };
}

/** In order; the accelerator's heat is used before the compressor's, so that the buffer stays cool for it. */
export const CHECKS: readonly Check[] = [
  { name: 'everything at rest', steps: [{ forS: REST_S, drive: () => ({}) }], judge: () => undefined },
  {
    name: 'heating pump and flow meter',
    steps: [
      { forS: PUMP_S, drive: () => ({}) },
      { forS: PUMP_S, drive: () => ({ circulationPct: 100 }) },
    ],
    judge([still, full]) {
      const ok = still!.heatFlowLpm < DEAD_LPM && full!.heatFlowLpm > LEAST_WATER_LPM;
      const measured = `${lpm(still!.heatFlowLpm)} at 0 %, ${lpm(full!.heatFlowLpm)} at 100 %`;
      const remedy = 'check the wiring of the pump (0 V is full speed), its valves, the filter and the meter';
      return { row: judged(ok, measured, remedy) };
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
      const remedy = 'check the wiring of the pump (0 V is full speed), air in the loop and the meter';
      return { row: judged(ok, measured, remedy) };
    },
  },
  {
    name: 'backup heater',
    steps: [0, 1, 0].map((on) => ({ forS: HEATER_S, drive: () => ({ backupHeaterOn: on, circulationPct: 60 }) })),
    judge: judgeHeater,
  },
  ...ACCEL_CHECKS,
  ...PUMP_CHECKS,
];
