import type { Row } from './row.ts';
import { ACCEL_ROWS } from './rows-accel.ts';
import { HEAT_PUMP_ROWS } from './rows-heatpump.ts';
import { STORE_ROWS } from './rows-store.ts';
import { VALVE_ROWS } from './rows-valve.ts';
import { WATER_ROWS } from './rows-water.ts';

/** The fault table as it is judged each tick, in the order in which people are told. */
export const ROWS: readonly Row[] = [...HEAT_PUMP_ROWS, ...ACCEL_ROWS, ...VALVE_ROWS, ...WATER_ROWS, ...STORE_ROWS];
/** What is judged before the first full set of sensors: only an alarm that is really there. */
export const ROWS_AT_START: readonly Row[] = ROWS.filter((row) => row.id === 'F16');
