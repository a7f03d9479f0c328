/** Questions with numbers that are no heating sum: other units, plain arithmetic, years, prices, ages. */
import type { Rng } from './rng.ts';
import { inventedWord } from './unknown.ts';

const list = (text: string): string[] => text.split(';').map((s) => s.trim());

const UNITS = list(
  'miles; mile; km; kilometres; Kilometer; m; metres; Meter; cm; mm; inch; inches; Zoll; feet; foot; ft; yards; furlongs; light years; pounds; lbs; Pfund; kg; kilos; Kilogramm; g; grams; Gramm; ounces; oz; stone; tonnes; Tonnen; gallons; pints; cups; ml; litres; Liter; m3; cubic metres; Kubikmeter; kPa; Pa; hPa; psi; mbar; atm; mmHg; V; volts; Volt; A; amps; Ampere; ohm; Hz; MHz; GB; MB; TB; bytes; Mbit/s; USD; dollars; Dollar; pounds sterling; CHF; Franken; yen; BTU; BTU/h; kcal; calories; Kalorien; joules; J; MJ; hp; PS; mph; km/h; knots; m/s; acres; hectares; Hektar; m2; square feet; Quadratmeter; days; Tage; weeks; Wochen; minutes; Minuten; seconds; Sekunden; years; Jahre; months; lumen; lux; dB; grains; rods; Newton; Nm; rpm',
);
/** Heating units, asked for in a way that the arithmetic expert never learnt. */
const BACKWARDS = list(
  '{n} F in C; {n} F to C; {n} °F to °C; {n} Fahrenheit in Celsius; {n} Fahrenheit in Grad Celsius; convert {n} F to C; {n} K in C; {n} K to Celsius; {n} Kelvin in °C; {n} kW in {u}; {n} kWh in {u}; {n} kWh to {u}; convert {n} kW to {u}; {n} l/min in {u}; {n} {u} in kW; {n} {u} in kWh; {n} {u} to kWh; {n} {u} in l/min; {n} {u} in C; {n} C in {u}; {n} °C in {u}',
);
const CONVERSIONS = list(
  '{n} {u} in {v}; {n} {u} to {v}; {n} {u} into {v}; convert {n} {u}; convert {n} {u} to {v}; convert {n} {u} into {v}; how many {v} are {n} {u}; how many {u} in {n} {v}; what is {n} {u} in {v}; {n} {u} = ? {v}; {n} {u}; {n} {u} nach {v}; wie viele {v} sind {n} {u}; rechne {n} {u} in {v} um; was sind {n} {u} in {v}; {n}{u} in {v}; {n} {u} and {n} {v}; {n} {u} plus {n} {v}',
);
const ARITHMETIC = list(
  'what is {n} times {n}; {n} x {n}; {n} * {n}; {n} + {n}; {n} - {n}; {n} / {n}; {n} divided by {n}; {n} plus {n}; {n} minus {n}; the square root of {n}; {n} squared; {n} % of {n}; {n} percent of {n}; is {n} a prime; {n} mod {n}; the cube of {n}; was ist {n} mal {n}; {n} mal {n}; {n} geteilt durch {n}; {n} Prozent von {n}; Wurzel aus {n}; ist {n} eine Primzahl; calculate {n} times {n}; rechne {n} plus {n}; how much is {n} and {n}; wie viel ist {n} und {n}',
);
const FACTS = list(
  'who won the {w} in {y}; what happened in {y}; when was {w} born; who was king of {w} in {y}; the {w} of {y}; population of {w} in {y}; how old is {w}; how tall is {w} in {u}; how far is {w} from {w}; how many {w} are there in {w}; {n} {w} cost {n} dollars, what does one cost; I have {n} {w} and eat {n}; flight {w}{n} to {w}; room {n} in {w}; what is {w} {n}; the year {y}; call {n}{y}; my pin is {y}; {w} versus {w} {n}:{n}; chapter {n} of {w}; song number {n}; version {n}.{n} of {w}; in {n} {u} there is a {w}; world champion {y}; wer gewann {w} {y}; was geschah {y}; wann wurde {w} geboren; wer war {y} König von {w}; Einwohner von {w} im Jahr {y}; wie alt ist {w}; wie hoch ist {w} in {u}; wie weit ist {w} von {w}; wie viele {w} gibt es in {w}; {n} {w} kosten {n} Dollar; Kapitel {n} von {w}; Lied Nummer {n}; Weltmeister {y}; am {n}. {w} {y}; {n} {w} und {n} {w}',
);

/** About one unit in eight is of no language: an unheard-of unit must not look like one of heating. */
const unitOf = (rng: Rng): string => (rng.chance(0.12) ? inventedWord(rng) : rng.pick(UNITS));

const numberOf = (rng: Rng): string => {
  const whole = String(rng.int(10 ** (1 + rng.int(4))));
  return rng.chance(0.25) ? `${whole}${rng.pick(['.', ','])}${rng.int(100)}` : whole;
};

export const numberQuestion = (rng: Rng): string => {
  const wordings = rng.pick([BACKWARDS, CONVERSIONS, CONVERSIONS, ARITHMETIC, FACTS]);
  const name = (): string => {
    const word = inventedWord(rng);
    return rng.chance(0.5) ? word : `${word[0]?.toUpperCase()}${word.slice(1)}`;
  };
  const fill: Record<string, () => string> = {
    n: () => numberOf(rng),
    y: () => String(1200 + rng.int(850)),
    u: () => unitOf(rng),
    v: () => unitOf(rng),
    w: name,
  };
  return rng.pick(wordings).replace(/\{([nyuvw])\}/g, (_, slot: string) => fill[slot]!());
};
