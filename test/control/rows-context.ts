import { type Outputs, SAFE_OUTPUTS, SENSOR_NAMES, type SensorName } from '../../src/contract/points.ts';
import { BALANCE_START } from '../../src/control/estimate/balance.ts';
import type { Estimates } from '../../src/control/estimate/points.ts';
import { INTERLOCK_START } from '../../src/control/interlock/interlock.ts';
import type { RowContext } from '../../src/control/interlock/row.ts';
import { SLOW_START } from '../../src/control/interlock/slow.ts';
import { createRig, HOUSE, imageOf } from './rig.ts';

/**
 * Each row at its edges: a situation in which it speaks, and single changes that each silence it. What silences it must
 * matter, and the limits are those of the fault table.
 */
type Quality = 'degraded' | 'lost';
export interface Change {
  values?: Partial<Record<SensorName, number>>;
  quality?: Partial<Record<SensorName, Quality>>;
  on?: Partial<Outputs>;
  timers?: Partial<RowContext['timers']>;
  balance?: Partial<RowContext['balance']>;
  slow?: { [K in keyof RowContext['slow']]?: Partial<RowContext['slow'][K]> };
  house?: Partial<RowContext['house']>;
  ageMs?: Partial<Record<SensorName, number>>;
}

/** A machine that computes and heats, long since settled. */
const RUNS: Outputs = {
  ...SAFE_OUTPUTS,
  compressorOn: 1,
  compressorPct: 60,
  accelSupplyOn: 1,
  accelCapW: 5000,
  rejectOn: 0,
};
const LONG = 1e4;

const slowOf = (changes: readonly Change[]): RowContext['slow'] => ({
  water: Object.assign({}, SLOW_START.water, ...changes.map((c) => c.slow?.water)),
  coil: Object.assign({}, SLOW_START.coil, ...changes.map((c) => c.slow?.coil)),
  chip: Object.assign({}, SLOW_START.chip, ...changes.map((c) => c.slow?.chip)),
  condenser: Object.assign({}, SLOW_START.condenser, ...changes.map((c) => c.slow?.condenser)),
});

export function contextOf(...changes: Change[]): RowContext {
  const merged = <K extends keyof Change>(key: K) =>
    Object.assign({}, ...changes.map((c) => c[key])) as NonNullable<Change[K]>;
  const rig = createRig({ accelW: 5000, compressorW: 2000, compressorHz: 60, heatFlowLpm: 20, ...merged('values') });
  const quality = merged('quality');
  const ageMs = merged('ageMs');
  const reading = (n: SensorName) => ({
    value: rig.values[n],
    quality: quality[n] ?? 'good',
    ageMs: ageMs[n] ?? 0,
    reason: `${n}: as this test has it`,
  });
  const image = imageOf(rig, { ...RUNS, ...merged('on') });
  const timers = Object.fromEntries(
    Object.keys(INTERLOCK_START.timers).map((n) => [n, LONG]),
  ) as never as RowContext['timers'];
  return {
    image,
    est: Object.fromEntries(SENSOR_NAMES.map((n) => [n, reading(n)])) as Estimates,
    balance: { ...BALANCE_START, peakRiseK: 8, ...merged('balance') },
    house: { ...HOUSE, ...merged('house') },
    decided: image.actuators,
    observing: false,
    timers: { ...timers, ...merged('timers') },
    slow: slowOf(changes),
  };
}

export const v = (values: Change['values']): Change => ({ values });
export const lost = (n: SensorName): Change => ({ quality: { [n]: 'lost' } });
export const worse = (n: SensorName): Change => ({ quality: { [n]: 'degraded' } });
export const t = (timers: Change['timers']): Change => ({ timers });
export const on = (outputs: Partial<Outputs>): Change => ({ on: outputs });
