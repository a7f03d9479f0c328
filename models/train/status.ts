/** Corpus of the status expert: random unit states and the plain sentence for each. */
import {
  encode,
  FIELDS,
  MODES,
  type NumberField,
  numberTexts,
  type UnitStatus,
} from '../../src/contract/unit-status.ts';
import type { Rng } from './rng.ts';
import { fnv1a32, type Sample, type Split } from './sample.ts';

const MODE_TEXT: Record<UnitStatus['mode'], string> = {
  heating: 'The unit is heating the house',
  cooling: 'The unit is cooling the house',
  hotwater: 'The unit is making hot water',
  defrost: 'The unit is defrosting its outdoor coil',
  idle: 'The unit is idle',
  off: 'The unit is switched off',
};

const PHRASES: Record<NumberField, readonly [before: string, after: string]> = {
  roomC: ['The room is at ', ' °C'],
  setC: ['wanted are ', ' °C'],
  outdoorC: ['outside it is ', ' °C'],
  flowC: ['Water leaves at ', ' °C'],
  returnC: ['comes back at ', ' °C'],
  flowLpm: ['flows at ', ' l/min'],
  bufferC: ['The buffer holds ', ' °C'],
  hotWaterC: ['the hot water ', ' °C'],
  heatW: ['The house gets ', ' W'],
  gpuW: ['computing takes ', ' W'],
  gpuC: ['the accelerator is at ', ' °C'],
  compressorW: ['the compressor takes ', ' W'],
  solarW: ['the sun gives ', ' W'],
  priceCtPerKwh: ['power costs ', ' ct/kWh'],
};

const SENTENCES: readonly (readonly NumberField[])[] = [
  ['roomC', 'setC', 'outdoorC'],
  ['flowC', 'returnC', 'flowLpm'],
  ['bufferC', 'hotWaterC'],
  ['heatW', 'gpuW', 'gpuC', 'compressorW', 'solarW', 'priceCtPerKwh'],
];

const capital = (s: string): string => s.charAt(0).toUpperCase() + s.slice(1);

const describe = (state: UnitStatus): string => {
  const texts = numberTexts(state);
  const sentences = SENTENCES.flatMap((fields) => {
    const clauses = fields.flatMap((f) => (texts[f] === undefined ? [] : [PHRASES[f].join(texts[f])]));
    return clauses.length ? [`${capital(clauses.join(', '))}.`] : [];
  });
  const fault = state.fault === undefined ? [] : [`Fault ${state.fault} is active.`];
  return [`${MODE_TEXT[state.mode]}.`, ...sentences, ...fault].join(' ');
};

const RANGES: Record<NumberField, readonly [number, number]> = {
  roomC: [5, 35],
  setC: [5, 30],
  outdoorC: [-25, 42],
  flowC: [4, 75],
  returnC: [4, 70],
  flowLpm: [0, 60],
  bufferC: [5, 90],
  hotWaterC: [8, 75],
  heatW: [0, 25000],
  gpuW: [0, 6000],
  gpuC: [10, 99],
  compressorW: [0, 9000],
  solarW: [0, 20000],
  priceCtPerKwh: [-20, 80],
};

/** Watts of one to five digits alike, and round values as often as real units show them. */
const value = (field: NumberField, decimals: number, rng: Rng): number => {
  const [min, max] = RANGES[field];
  if (decimals) return Math.round((min + rng.next() * (max - min)) * 10) / 10;
  const scale = rng.pick([1, 1, 1, 0.1, 0.01, 0.001]);
  const watts = Math.floor(rng.next() * max * scale);
  return rng.chance(0.3) ? Math.round(watts / 100) * 100 : watts;
};

const combination = (state: UnitStatus): string =>
  FIELDS.filter(([f]) => state[f] !== undefined)
    .map(([, key]) => key)
    .join();

const randomState = (rng: Rng): UnitStatus => {
  const state: UnitStatus = { mode: rng.pick(MODES) };
  const keep = rng.pick([0.35, 0.6, 0.8, 0.95, 1]);
  for (const [field, , decimals] of FIELDS) if (rng.chance(keep)) state[field] = value(field, decimals, rng);
  if (rng.chance(0.15)) state.fault = `${rng.pick(['F', 'C'])}${1 + rng.int(33)}`;
  return state;
};

/** A tenth of all field combinations is held out, another is for dev; whole states (all fields) are in every split. */
const inSplit = (state: UnitStatus, split: Split): boolean => {
  const key = combination(state);
  if (key.split(',').length === FIELDS.length) return true;
  const n = fnv1a32(`v2 ${key}`) % 10;
  return split === (n === 0 ? 'heldOut' : n === 1 ? 'dev' : 'train');
};

const groupOf = (state: UnitStatus): string => {
  const fields = combination(state).split(',').length;
  return fields === FIELDS.length ? 'all fields' : fields > 8 ? '9-13 fields' : '0-8 fields';
};

const sample = (rng: Rng, split: Split): Sample => {
  for (;;) {
    const state = randomState(rng);
    if (inSplit(state, split)) return { text: encode(state), answer: describe(state), group: groupOf(state) };
  }
};

export const statusSamples = (rng: Rng, count: number, split: Split): Sample[] =>
  Array.from({ length: count }, () => sample(rng, split));
