import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { certifiedFigures, readUnits } from './plant/certified.ts';
import { readCases, VDI_CASES, vdiFigures } from './plant/vdi.ts';
import { yearFigure } from './plant/year.ts';
import type { Bench, Figure } from './table.ts';

/** Third-party data lie beside the project; a clone has none. */
const SHARED = join(import.meta.dirname, '../../../../shared/data');

/** A row that says which data are missing: what was not measured is not met. */
const missing = (what: string, file: string): Figure => ({
  figure: `${what}: not measured, ${file} is not here`,
  value: Number.NaN,
  unit: '',
  goal: 'data',
  met: false,
});

function building(): Figure[] {
  const file = join(SHARED, 'house/vdi6007_testcases_from_modelica-ibpsa.json');
  if (!existsSync(file)) return [missing('VDI 6007-1', file)];
  const cases = readCases(file);
  return VDI_CASES.flatMap((name) => vdiFigures(name, cases[name]!));
}

function heatPump(): Figure[] {
  const file = join(SHARED, 'heatpumps/hplib_database_reduced.csv');
  if (!existsSync(file)) return [missing('certified heat pumps', file)];
  return certifiedFigures(readUnits(file));
}

export const plant: Bench = {
  name: 'plant',
  about: 'the simulated house against VDI 6007-1 and certified heat pumps; time for a year',
  async run({ quick }) {
    return [...building(), ...heatPump(), yearFigure(quick ? 30 : 365)];
  },
};
