/** Corpus of the convert expert: heating arithmetic with its working, then `= result unit`. */
import type { Rng } from './rng.ts';
import { fnv1a32, type Sample } from './sample.ts';
import { add, multiply, point, subtract } from './working.ts';

type Operand = { digits: string; decimals: number; text: string };
type Frames = { train: readonly string[]; heldOut: readonly string[] };
type Kind = Frames & { name: string; a: Shape; b?: Shape; solve(a: Operand, b: Operand): string };
/** How many digits, and how many of them may stand after the point. */
type Shape = { maxDigits: number; maxDecimals: number };

const operand = (shape: Shape, rng: Rng): Operand => {
  const length = 1 + rng.int(shape.maxDigits);
  const first = String(1 + rng.int(9));
  const digits = first + Array.from({ length: length - 1 }, () => rng.int(10)).join('');
  const decimals = rng.int(Math.min(shape.maxDecimals, length) + 1);
  return { digits, decimals, text: point(digits, decimals) };
};

const NONE: Operand = { digits: '', decimals: 0, text: '' };
const product =
  (unit: string, shift = 0) =>
  (a: Operand, b: Operand): string => {
    const { steps, result } = multiply(a.digits, b.digits);
    return `${steps} = ${point(result, a.decimals + b.decimals + shift)} ${unit}`;
  };
/** Both operands to one decimal, so that the columns line up. */
const tenths = (o: Operand): string => (o.decimals ? o.digits : `${o.digits}0`);

const difference = (a: Operand, b: Operand): string => {
  const [x, y] = [tenths(a), tenths(b)];
  const [high, low] = Number(x) >= Number(y) ? [x, y] : [y, x];
  const { steps, result } = subtract(high, low);
  return `${steps} = ${point(result, 1)} K`;
};

const sum = (a: Operand, b: Operand): string => {
  const { steps, result } = add(tenths(a), tenths(b));
  return `${steps} = ${point(result, 1)} kW`;
};

const fahrenheit = (a: Operand): string => {
  const times = multiply(a.digits, '18');
  const plus = add(times.result, a.decimals ? '3200' : '320');
  return `${times.steps} ${plus.steps} = ${point(plus.result, a.decimals + 1)} F`;
};

const kelvin = (a: Operand): string => {
  const { steps, result } = add(`${tenths(a)}0`, '27315');
  return `${steps} = ${point(result, 2)} K`;
};

/** Water: 0.07 kW per l/min and K, 0.3 % above the exact 0.0697. */
const waterHeat = (a: Operand, b: Operand): string => {
  const first = multiply(a.digits, b.digits);
  const second = multiply(first.result, '7');
  return `${first.steps} ${second.steps} = ${point(second.result, a.decimals + b.decimals + 2)} kW`;
};

const three: Shape = { maxDigits: 3, maxDecimals: 1 };
const two: Shape = { maxDigits: 2, maxDecimals: 1 };
const temperature: Shape = { maxDigits: 3, maxDecimals: 1 };

const KINDS: readonly Kind[] = [
  {
    name: 'energy',
    a: three,
    b: two,
    solve: product('kWh'),
    train: [
      '{a} kW for {b} h in kWh',
      'how many kWh is {a} kW for {b} h',
      '{a} kW, {b} h, kWh?',
      '{a} kW * {b} h',
      'energy of {a} kW in {b} hours',
      '{a} kW für {b} Stunden in kWh',
      'wie viel kWh sind {a} kW in {b} h',
    ],
    heldOut: [
      'kWh when running {a} kW over {b} h',
      'what energy do {a} kW give for {b} hours in kWh',
      'kWh bei {a} kW über {b} Stunden',
    ],
  },
  {
    name: 'cost',
    a: three,
    b: two,
    solve: product('EUR', 2),
    train: [
      '{a} kWh at {b} ct in EUR',
      'cost of {a} kWh at {b} ct/kWh',
      '{a} kWh * {b} ct/kWh',
      'what do {a} kWh cost at {b} ct',
      '{a} kWh zu {b} ct in EUR',
      'was kosten {a} kWh bei {b} ct',
    ],
    heldOut: [
      'price in EUR for {a} kWh when it is {b} ct/kWh',
      'how much is {a} kWh with {b} ct each',
      'Kosten in EUR: {a} kWh mit {b} ct',
    ],
  },
  {
    name: 'heat pump',
    a: two,
    b: two,
    solve: product('kW'),
    train: [
      'COP {a} with {b} kW',
      'heat from COP {a} and {b} kW',
      'COP {a} * {b} kW in kW',
      '{b} kW at COP {a}: heat',
      'Wärme bei COP {a} und {b} kW',
    ],
    heldOut: ['how much heat gives COP {a} at {b} kW', 'heat in kW when COP {a} gets {b} kW'],
  },
  {
    name: 'water',
    a: two,
    b: two,
    solve: waterHeat,
    train: [
      'flow {a} l/min dT {b} K in kW',
      '{a} l/min and {b} K in kW',
      'heat of {a} l/min with {b} K',
      '{a} l/min * {b} K',
      'Leistung bei {a} l/min und {b} K',
    ],
    heldOut: ['how many kW do {a} l/min carry at {b} K', 'kW for water flow {a} l/min and spread {b} K'],
  },
  {
    name: 'fahrenheit',
    a: temperature,
    solve: fahrenheit,
    train: [
      '{a} C in F',
      '{a} °C to F',
      'convert {a} C to Fahrenheit',
      '{a} degrees C in F',
      '{a} Grad C in Fahrenheit',
    ],
    heldOut: ['what is {a} °C in Fahrenheit', 'Fahrenheit for {a} C'],
  },
  {
    name: 'kelvin',
    a: temperature,
    solve: kelvin,
    train: ['{a} C in K', '{a} °C to K', 'convert {a} C to Kelvin', '{a} degrees C in K', '{a} Grad C in Kelvin'],
    heldOut: ['what is {a} °C in Kelvin', 'Kelvin for {a} C'],
  },
  {
    name: 'spread',
    a: temperature,
    b: temperature,
    solve: difference,
    train: [
      'flow {a} C return {b} C in K',
      'spread of {a} C and {b} C',
      '{a} C minus {b} C',
      'dT between {a} C and {b} C',
      'Spreizung {a} C und {b} C',
    ],
    heldOut: ['difference in K from {a} C to {b} C', 'how far apart are {a} C and {b} C'],
  },
  {
    name: 'sum',
    a: three,
    b: three,
    solve: sum,
    train: [
      '{a} kW plus {b} kW',
      '{a} kW + {b} kW',
      'sum of {a} kW and {b} kW',
      'total of {a} kW and {b} kW',
      '{a} kW und {b} kW zusammen',
    ],
    heldOut: ['how much are {a} kW and {b} kW together', 'add {a} kW to {b} kW'],
  },
];

const isHeldOut = (kind: string, a: Operand, b: Operand): boolean => fnv1a32(`${kind} ${a.text} ${b.text}`) % 10 === 0;

const sample = (rng: Rng, heldOut: boolean): Sample => {
  for (;;) {
    const kind = rng.pick(KINDS);
    const a = operand(kind.a, rng);
    const b = kind.b ? operand(kind.b, rng) : NONE;
    if (isHeldOut(kind.name, a, b) !== heldOut) continue;
    const frame = rng.pick(heldOut ? kind.heldOut : kind.train);
    const text =
      frame.replace('{a}', a.text).replace('{b}', b.text) +
      (rng.chance(0.2) && !heldOut ? rng.pick([' =', '?', ' ?']) : '');
    return {
      text,
      answer: kind.solve(a, b),
      group: `${kind.name} ${a.digits.length}${kind.b ? `x${b.digits.length}` : ''}`,
    };
  }
};

/** The result alone, without its working. */
export const resultOf = (answer: string): string => answer.slice(answer.lastIndexOf(' = ') + 3);

export const trainConvert = (rng: Rng, count: number): Sample[] =>
  Array.from({ length: count }, () => sample(rng, false));
export const heldOutConvert = (rng: Rng, count: number): Sample[] =>
  Array.from({ length: count }, () => sample(rng, true));
