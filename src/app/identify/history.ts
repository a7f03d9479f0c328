import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { HouseSample } from '../../control/learn/house/series.ts';
import { HeatmineError } from '../../core/errors.ts';
import { openStore } from '../../net/history/store.ts';

const POINTS = ['roomC', 'outdoorC', 'condenserW', 'accelHeatW', 'hotWaterOn', 'pvW'] as const;
/** History keeps minutes for 30 days, and quarters of an hour beyond. */
const MINUTE_DAYS = 30;
/** Solar cells give about this much of their rated power at 1000 W/m²: warm cells, inverter. */
const PV_YIELD = 0.85;

/**
 * The last days of the unit's own records. Heat is that of pump and accelerator into the water, as control measured it by flow,
 * supply and return, without what went into the hot water tank. The sun is told by the solar cells.
 * Throws USAGE where there are no records.
 */
export function readHistory(
  stateDir: string,
  options: { days: number; simulated: boolean; pvKwp: number | undefined },
): HouseSample[] {
  const file = join(stateDir, 'history.db');
  if (!existsSync(file))
    throw new HeatmineError(
      'USAGE',
      `no records in ${file}: let the unit run for two weeks of heating, or give --csv FILE`,
    );
  const store = openStore(file);
  try {
    const latest = store.latestMinute(options.simulated) ?? 0;
    const fine = options.days <= MINUTE_DAYS;
    const stepMinutes = fine ? 1 : 15;
    const span = { fromMinute: latest - options.days * 1440, toMinute: latest, stepMinutes };
    const rows = store.query(options.simulated, POINTS, { table: fine ? 'minute' : 'quarter', ...span });
    const { pvKwp } = options;
    return rows.map(({ atMs, values: [roomC, outdoorC, condenserW, accelW, hotWaterOn, pvW] }) => ({
      atS: atMs / 1000 + stepMinutes * 60,
      roomC: roomC ?? null,
      outdoorC: outdoorC ?? Number.NaN,
      heatW: ((condenserW ?? Number.NaN) + (accelW ?? Number.NaN)) * (1 - (hotWaterOn ?? 0)),
      solarWm2: pvKwp && pvW ? Math.max(0, pvW) / (pvKwp * PV_YIELD) : 0,
    }));
  } finally {
    store.close();
  }
}
