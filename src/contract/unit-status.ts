/** What the status expert is told of a unit, and the one text form it was trained on. */
import { z } from 'zod';

export const MODES = ['heating', 'cooling', 'hotwater', 'defrost', 'idle', 'off'] as const;

const temperatureC = z.number().min(-60).max(150);
const powerW = z.number().min(-50_000).max(50_000);

/** Every field but the mode may be absent; what is not known is not said. */
export const statusSchema = z.strictObject({
  mode: z.enum(MODES),
  /** Room and its set-point. */
  roomC: temperatureC.optional(),
  setC: temperatureC.optional(),
  outdoorC: temperatureC.optional(),
  /** Water to and from the house. */
  flowC: temperatureC.optional(),
  returnC: temperatureC.optional(),
  flowLpm: z.number().min(0).max(200).optional(),
  bufferC: temperatureC.optional(),
  hotWaterC: temperatureC.optional(),
  /** Heat to the house, power of accelerators and compressor, solar yield. */
  heatW: powerW.optional(),
  gpuW: powerW.optional(),
  gpuC: temperatureC.optional(),
  compressorW: powerW.optional(),
  solarW: powerW.optional(),
  priceCtPerKwh: z.number().min(-200).max(500).optional(),
  /** Id of an active fault, as in the fault catalogue. */
  fault: z
    .string()
    .regex(/^[FC]\d{1,2}$/)
    .optional(),
});

export type UnitStatus = z.infer<typeof statusSchema>;
export type NumberField = Exclude<keyof UnitStatus, 'mode' | 'fault'>;

/** Field, short key in the text, decimals; the order is that of the text. */
export const FIELDS: readonly (readonly [NumberField, string, 0 | 1])[] = [
  ['roomC', 'room', 1],
  ['setC', 'set', 1],
  ['outdoorC', 'out', 1],
  ['flowC', 'flow', 1],
  ['returnC', 'ret', 1],
  ['flowLpm', 'lpm', 1],
  ['bufferC', 'buf', 1],
  ['hotWaterC', 'dhw', 1],
  ['heatW', 'heatW', 0],
  ['gpuW', 'gpuW', 0],
  ['gpuC', 'gpuC', 1],
  ['compressorW', 'copW', 0],
  ['solarW', 'pvW', 0],
  ['priceCtPerKwh', 'price', 1],
];

const fixed = (value: number, decimals: number): string => {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
};

/** The number texts of a state by field: what a right sentence must repeat digit for digit. */
export const numberTexts = (state: UnitStatus): Partial<Record<NumberField, string>> =>
  Object.fromEntries(
    FIELDS.flatMap(([field, , decimals]) => {
      const value = state[field];
      return value === undefined ? [] : [[field, fixed(value, decimals)]];
    }),
  );

/** `{"mode":"heating","room":20.6,"set":21.0,...}`: fixed order, temperatures to 0.1, watts whole. */
export const encode = (state: UnitStatus): string => {
  const known = statusSchema.parse(state);
  const texts = numberTexts(known);
  const numbers = FIELDS.flatMap(([field, key]) => (texts[field] === undefined ? [] : [`"${key}":${texts[field]}`]));
  const fault = known.fault === undefined ? [] : [`"fault":"${known.fault}"`];
  return `{${[`"mode":"${known.mode}"`, ...numbers, ...fault].join(',')}}`;
};
