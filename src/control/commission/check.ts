import type { House } from '../../contract/house.ts';
import type { Outputs } from '../../contract/points.ts';

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
  bufferTopC: number;
  bufferBottomC: number;
  /** Null without a tank. */
  hotWaterC: number | null;
  outdoorC: number;
  compressorW: number;
  dischargeC: number;
  /** All that the house draws; null without a meter at the grid. */
  houseW: number | null;
  /** The backup heater's contact is closed; the reversing valve is ordered to cooling. */
  heaterOn: boolean;
  cools: boolean;
}

/** One look a second during a step that is timed. */
export type Sample = Seen & { s: number };

export interface CheckFacts {
  house: House;
}

export interface Judged {
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
    /** Looked at before it begins: ends the check where house or season do not bear it. */
    unless?(seen: Seen): Judged | undefined;
    /** Its samples are kept for the judge. */
    timed?: boolean;
    /** Ends when the loop of the coolant pump is tuned, which judges too; `drive` gives the rest. */
    tunes?: boolean;
    drive(f: CheckFacts): Partial<Outputs>;
  }[];
  /** Given what was seen at the end of each step, and the samples of the timed one; undefined says nothing. */
  judge(seen: readonly Seen[], f: CheckFacts, trail: readonly Sample[]): Judged | undefined;
}

/** Less than this says nothing of heat. */
export const ENOUGH_W = 500;
const COMPRESSOR_PCT = 50;

export const c = (value: number) => `${value.toFixed(1)} °C`;
export const lpm = (value: number) => `${value.toFixed(1)} L/min`;
export const judged = (ok: boolean, measured: string, remedy: string): Judged['row'] => ({
  result: ok ? 'PASS' : 'FAIL',
  measured,
  remedy: ok ? '' : remedy,
});
export const skipped = (measured: string, remedy: string): Judged => ({ row: { result: 'SKIP', measured, remedy } });
export const idle = (measured: string): Judged =>
  skipped(measured, 'the accelerator had nothing to compute: start an expert and repeat');

/** The accelerator as the source of heat, at half its power. */
export const accelDrive = (f: CheckFacts, more: Partial<Outputs>): Partial<Outputs> => ({
  accelSupplyOn: 1,
  accelCapW: 0.5 * f.house.accelMaxW,
  accelPumpPct: 60,
  circulationPct: 60,
  ...more,
});

export const compressorDrive = { compressorOn: 1, compressorPct: COMPRESSOR_PCT, circulationPct: 80 };
