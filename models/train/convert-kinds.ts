/** The eight kinds of sum: quantities, wordings, working. */
import type { Operand } from './convert.ts';
import type { KindName, Quantity } from './convert-words.ts';
import { difference, ending, plusThirtyTwo, product, sum, timesSeven } from './working.ts';

/** How many digits, and how many of them may stand after the point. */
export type Shape = { maxDigits: number; maxDecimals: number };
export type Kind = {
  name: KindName;
  quantities: readonly Quantity[];
  a: Shape;
  b?: Shape;
  solve(a: Operand, b: Operand): string;
  train: readonly string[];
  /** Never trained on: variants of the recipe are compared on these. */
  dev: readonly string[];
};

const padded = (o: Operand, digits: number): string => o.digits.padStart(digits, '0');
/** To one decimal, so that the columns line up. */
const tenths = (o: Operand): string => (o.decimals ? o.digits : `${o.digits}0`).padStart(4, '0');

/** `shift`: further decimals of the result. The longer number goes first. */
const times =
  (unit: string, shift = 0) =>
  (a: Operand, b: Operand): string => {
    const { steps, digits } = product(padded(a, 3), padded(b, 2));
    return `${steps}${ending(digits, a.decimals + b.decimals + shift, unit)}`;
  };

const apart = (a: Operand, b: Operand): string => {
  const { steps, digits } = difference(tenths(a), tenths(b));
  return `${steps}${ending(digits, 1, 'K')}`;
};

const together = (a: Operand, b: Operand): string => {
  const { steps, digits } = sum(tenths(a), tenths(b));
  return `${steps}${ending(digits, 1, 'kW')}`;
};

const fahrenheit = (a: Operand): string => {
  const first = product(padded(a, 3), '18');
  const { steps, digits } = plusThirtyTwo(first.digits, a.decimals ? '03200' : '00320');
  return `${first.steps}${steps}${ending(digits, a.decimals + 1, 'F')}`;
};

/** 273.1 is added in tenths, the last 5 stands apart. */
const kelvin = (a: Operand): string => {
  const { steps, digits } = sum(tenths(a), '2731');
  return `${steps}${ending(`${digits}5`, 2, 'K')}`;
};

/** Water: 0.07 kW per l/min and K, 0.3 % above the exact 0.0697. */
const waterHeat = (a: Operand, b: Operand): string => {
  const seven = timesSeven(padded(b, 2));
  const { steps, digits } = product(seven.digits, padded(a, 2));
  return `${seven.steps};${steps}${ending(digits, a.decimals + b.decimals + 2, 'kW')}`;
};

const three: Shape = { maxDigits: 3, maxDecimals: 1 };
const two: Shape = { maxDigits: 2, maxDecimals: 1 };
const temperature: Shape = { maxDigits: 3, maxDecimals: 1 };

export const KINDS: readonly Kind[] = [
  {
    name: 'energy',
    quantities: ['kW', 'h'],
    a: three,
    b: two,
    solve: times('kWh'),
    train: [
      '{a} kW for {b} h in kWh',
      'how many kWh is {a} kW for {b} h',
      '{a} kW, {b} h, kWh?',
      '{a} kW * {b} h',
      'energy of {a} kW in {b} hours',
      '{a} kW für {b} Stunden in kWh',
      'wie viel kWh sind {a} kW in {b} h',
    ],
    dev: [
      'kWh when running {a} kW over {b} h',
      'what energy do {a} kW give for {b} hours in kWh',
      'kWh bei {a} kW über {b} Stunden',
    ],
  },
  {
    name: 'cost',
    quantities: ['kWh', 'ct'],
    a: three,
    b: two,
    solve: times('EUR', 2),
    train: [
      '{a} kWh at {b} ct in EUR',
      'cost of {a} kWh at {b} ct/kWh',
      '{a} kWh * {b} ct/kWh',
      'what do {a} kWh cost at {b} ct',
      '{a} kWh zu {b} ct in EUR',
      'was kosten {a} kWh bei {b} ct',
    ],
    dev: [
      'price in EUR for {a} kWh when it is {b} ct/kWh',
      'how much is {a} kWh with {b} ct each',
      'Kosten in EUR: {a} kWh mit {b} ct',
    ],
  },
  {
    name: 'heat pump',
    quantities: ['COP', 'kW'],
    a: two,
    b: two,
    solve: times('kW'),
    train: [
      'COP {a} with {b} kW',
      'heat from COP {a} and {b} kW',
      'COP {a} * {b} kW in kW',
      '{b} kW at COP {a}: heat',
      'Wärme bei COP {a} und {b} kW',
    ],
    dev: ['how much heat gives COP {a} at {b} kW', 'heat in kW when COP {a} gets {b} kW'],
  },
  {
    name: 'water',
    quantities: ['lpm', 'K'],
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
    dev: ['how many kW do {a} l/min carry at {b} K', 'kW for water flow {a} l/min and spread {b} K'],
  },
  {
    name: 'fahrenheit',
    quantities: ['C'],
    a: temperature,
    solve: fahrenheit,
    train: [
      '{a} C in F',
      '{a} °C to F',
      'convert {a} C to Fahrenheit',
      '{a} degrees C in F',
      '{a} Grad C in Fahrenheit',
    ],
    dev: ['what is {a} °C in Fahrenheit', 'Fahrenheit for {a} C'],
  },
  {
    name: 'kelvin',
    quantities: ['C'],
    a: temperature,
    solve: kelvin,
    train: ['{a} C in K', '{a} °C to K', 'convert {a} C to Kelvin', '{a} degrees C in K', '{a} Grad C in Kelvin'],
    dev: ['what is {a} °C in Kelvin', 'Kelvin for {a} C'],
  },
  {
    name: 'spread',
    quantities: ['C', 'C'],
    a: temperature,
    b: temperature,
    solve: apart,
    train: [
      'flow {a} C return {b} C in K',
      'spread of {a} C and {b} C',
      '{a} C minus {b} C',
      'dT between {a} C and {b} C',
      'Spreizung {a} C und {b} C',
    ],
    dev: ['difference in K from {a} C to {b} C', 'how far apart are {a} C and {b} C'],
  },
  {
    name: 'sum',
    quantities: ['kW', 'kW'],
    a: three,
    b: three,
    solve: together,
    train: [
      '{a} kW plus {b} kW',
      '{a} kW + {b} kW',
      'sum of {a} kW and {b} kW',
      'total of {a} kW and {b} kW',
      '{a} kW und {b} kW zusammen',
    ],
    dev: ['how much are {a} kW and {b} kW together', 'add {a} kW to {b} kW'],
  },
];
