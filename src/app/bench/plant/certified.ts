import { readFileSync } from 'node:fs';
import { House } from '../../../contract/house.ts';
import { SAFE_OUTPUTS } from '../../../contract/points.ts';
import { createPlant, type PlantState, plantParams, plantStep } from '../../../hal/sim/plant/plant.ts';
import type { Figure } from '../table.ts';

/**
 * The four air temperatures of EN 14825 (average climate) with the relative humidity of EN 14511's wet bulb, and the water
 * temperatures of its low (35) and medium (55) application. A certificate states part load: (16 - T) / 26 of nominal.
 */
const POINTS = [
  { airC: -7, humidityPct: 75, key: 'minus7', lowC: 34, mediumC: 52 },
  { airC: 2, humidityPct: 84, key: '2', lowC: 30, mediumC: 42 },
  { airC: 7, humidityPct: 87, key: '7', lowC: 27, mediumC: 36 },
  { airC: 12, humidityPct: 89, key: '12', lowC: 24, mediumC: 30 },
] as const;
const partLoad = (airC: number) => (16 - airC) / 26;

const FLOW_PCT = 60;
const STEP_S = 5;
const WARM_UP_S = 2 * 3600;
const MEASURE_S = 6 * 3600;

interface Measured {
  heatW: number;
  cop: number;
  defrosts: number;
}

/**
 * A laboratory around the plant: return water that keeps the outlet at `waterC`, and speed that reaches `wantedW`. Heat and
 * electricity (compressor, outdoor fan, water pump, controller) are means over hours, defrosts included.
 */
function measure(airC: number, humidityPct: number, waterC: number, wantedW: number): Measured {
  const params = plantParams(House.parse({}), { pvKwp: 0, accelIdleW: 0 });
  const weather = { outdoorC: airC, humidityPct, solarWm2: 0 };
  let s: PlantState = { ...createPlant(params, 1), params };
  let returnC = waterC - 5;
  let pct = 60;
  let heatJ = 0;
  let workJ = 0;
  let defrosts = 0;
  for (let t = 0; t < WARM_UP_S + MEASURE_S; t += STEP_S) {
    const outputs = { ...SAFE_OUTPUTS, compressorOn: 1, compressorPct: pct, circulationPct: FLOW_PCT, accelPumpPct: 0 };
    outputs.dryCoolerPct = 0;
    s = { ...s, bufferC: s.bufferC.map(() => returnC) };
    s = plantStep(s, { outputs, accelWorkW: 0, weather, householdW: 0, hotWaterLpm: 0 }, STEP_S);
    if (t === WARM_UP_S) defrosts = s.defrosts;
    if (t >= WARM_UP_S) {
      heatJ += s.condenserW * STEP_S;
      workJ += (s.compressorW + s.auxW) * STEP_S;
    }
    // The laboratory's own regulators rest while the machine defrosts and starts again.
    if (s.defrosting || s.cycleWarm < 0.95) continue;
    returnC += 0.01 * (waterC - s.condenserC);
    // One percent of speed moves the heat by some 100 W: a hundredth of the error in each step.
    pct = Math.min(100, Math.max(1, pct + 1e-4 * (wantedW - s.condenserW)));
  }
  return { heatW: heatJ / MEASURE_S, cop: heatJ / workJ, defrosts: s.defrosts - defrosts };
}

/** Speed is set so that the mean heat, defrosts included, is what the standard asks for: two corrections. */
function measureMean(airC: number, humidityPct: number, waterC: number, meanW: number): Measured {
  let wantedW = meanW;
  for (let i = 0; i < 2; i++) wantedW *= meanW / measure(airC, humidityPct, waterC, wantedW).heatW;
  return measure(airC, humidityPct, waterC, wantedW);
}

type Row = Record<string, string>;

/** Certified air-water units with R290, by column name. The file has no quoted line breaks. */
export function readUnits(file: string): Row[] {
  const [header, ...lines] = readFileSync(file, 'utf8').split(/\r?\n/);
  const names = cells(header ?? '');
  const rows = lines.map((line) => Object.fromEntries(cells(line).map((cell, i) => [names[i] ?? '', cell.trim()])));
  return rows.filter((row) => row.refrigerants === 'R290' && row.types === 'Outdoor Air/Water');
}

/** Fields of a CSV line; commas inside double quotes belong to their field. */
const cells = (line: string) => [...line.matchAll(/("[^"]*"|[^,]*)(?:,|$)/g)].map((m) => m[1]!.replaceAll('"', ''));

interface Band {
  low: number;
  median: number;
  high: number;
  units: number;
}

function band(units: readonly Row[], value: (row: Row) => number): Band {
  const all = units
    .map(value)
    .filter((x) => Number.isFinite(x) && x > 0)
    .sort((a, b) => a - b);
  const at = (share: number) => all[Math.round(share * (all.length - 1))] ?? Number.NaN;
  return { low: at(0.1), median: at(0.5), high: at(0.9), units: all.length };
}

const inBand = (what: string, value: number, { low, median, high, units }: Band, unit: string): Figure => ({
  figure: what,
  value,
  unit,
  reference: { name: `median of ${units} units`, value: median },
  goal: `p10..p90: ${low.toFixed(2)}..${high.toFixed(2)}`,
  met: value >= low && value <= high,
});

/** Heat (of nominal) and COP at the eight certified points. Nominal: full heat at the bivalent point -7 °C, over 0.885. */
export function certifiedFigures(units: readonly Row[]): Figure[] {
  return (['low', 'medium'] as const).flatMap((level) => {
    const suffix = level === 'low' ? 'l' : 'h';
    const waterOf = (point: (typeof POINTS)[number]) => (level === 'low' ? point.lowC : point.mediumC);
    const full = measure(POINTS[0].airC, POINTS[0].humidityPct, waterOf(POINTS[0]), Number.POSITIVE_INFINITY);
    const nominalW = full.heatW / partLoad(POINTS[0].airC);
    return POINTS.flatMap((point) => {
      const name = `A${point.airC}/W${waterOf(point)} (${level === 'low' ? 'W35' : 'W55'})`;
      // The bivalent point is full speed by definition; the others are part load, or the least the machine can do.
      const meanW = nominalW * partLoad(point.airC);
      const { heatW, cop, defrosts } =
        point === POINTS[0] ? full : measureMean(point.airC, point.humidityPct, waterOf(point), meanW);
      const heat = band(units, (r) => Number(r[`p_th_${point.key}_${suffix}`]) / Number(r[`p_rated_${suffix}`]));
      const cops = band(units, (r) => Number(r[`cop_${point.key}_${suffix}`]));
      return [
        inBand(`${name}: heat of nominal`, heatW / nominalW, heat, ''),
        inBand(`${name}: COP, fan and ${defrosts} defrosts in 6 h included`, cop, cops, ''),
      ];
    });
  });
}
