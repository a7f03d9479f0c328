/** How people ask the convert expert: wordings, spellings of units, and words that mean nothing to the sum. */
import type { Rng } from './rng.ts';

const list = (text: string): string[] => text.split('; ');

/** Spellings of a quantity; {n} is the number. Which quantities are there decides the kind of sum. */
const QUANTITY = {
  kW: list(
    '{n} kW; {n} kW; {n} kW; {n}kW; {n} kw; {n} KW; {n} kilowatts; {n} kilowatt; {n} Kilowatt; {n} kW Leistung; {n} kW of power; {n} kW Strom',
  ),
  h: list(
    '{n} h; {n} h; {n}h; {n} hours; {n} hours; {n} hrs; {n} hour; {n} Stunden; {n} Stunden; {n} Stunde; {n} Std; {n} Std.',
  ),
  kWh: list('{n} kWh; {n} kWh; {n} kWh; {n}kWh; {n} kwh; {n} kilowatt hours; {n} Kilowattstunden; {n} KWh'),
  ct: list(
    '{n} ct; {n} ct/kWh; {n} ct/kWh; {n}ct; {n} cent; {n} cents; {n} Cent; {n} ct per kWh; {n} ct pro kWh; {n} Cent je kWh; {n} cents a kWh; {n} ct each',
  ),
  COP: list(
    'COP {n}; COP {n}; a COP of {n}; COP of {n}; COP = {n}; cop {n}; COP: {n}; the COP is {n}; COP von {n}; einem COP von {n}; Arbeitszahl {n}; COP ist {n}',
  ),
  lpm: list(
    '{n} l/min; {n} l/min; {n} l/min; {n}l/min; {n} L/min; {n} litres per minute; {n} liters per minute; {n} Liter pro Minute; {n} lpm; {n} l pro min',
  ),
  K: list(
    '{n} K; {n} K; {n} K; {n}K; dT {n} K; {n} kelvin; {n} Kelvin; {n} K spread; {n} K Spreizung; {n} degrees difference; {n} Grad Unterschied; a spread of {n} K; {n} K difference',
  ),
  C: list(
    '{n} C; {n} C; {n} °C; {n} °C; {n}C; {n}°C; {n} degrees C; {n} degrees; {n} Grad C; {n} Grad; {n} deg C; {n} Celsius; {n} degrees Celsius; {n} Grad Celsius; {n}°',
  ),
} as const;
export type Quantity = keyof typeof QUANTITY;

/** What may be asked for; never needed where the quantities say it all. */
const TARGET = {
  energy: list(
    'kWh; in kWh; how many kWh; wie viel kWh; energy; Energie; energy in kWh; how much energy; Verbrauch; consumption; wie viel Energie; kilowatt hours; Kilowattstunden',
  ),
  cost: list(
    'EUR; in EUR; cost; price; Kosten; Preis; euros; Euro; how much money; was kostet das; what does it cost; bill; Rechnung; in euro; teuer',
  ),
  'heat pump': list(
    'heat; Wärme; heat output; Heizleistung; kW; in kW; thermal; how much heat; wie viel Wärme; output; Wärmeleistung',
  ),
  water: list('kW; in kW; heat; power; Leistung; how many kW; wie viel kW; heat output; Wärme; Wärmeleistung; carries'),
  fahrenheit: list(
    'F; in F; to F; Fahrenheit; in Fahrenheit; to Fahrenheit; °F; in °F; nach Fahrenheit; as Fahrenheit; degrees F; fahrenheit; Grad Fahrenheit; degrees Fahrenheit',
  ),
  kelvin: list(
    'K; in K; to K; Kelvin; in Kelvin; to Kelvin; nach Kelvin; as Kelvin; kelvin; in kelvin; absolute in K; absolute temperature; absolute Temperatur in K',
  ),
  spread: list(
    'K; in K; difference; spread; dT; Spreizung; Differenz; minus; how many K; wie viel K; how far apart; gap; drop; Unterschied; delta',
  ),
  sum: list(
    'kW; in kW; together; zusammen; sum; total; Summe; plus; all in all; insgesamt; in total; gesamt; how much; wie viel; add; addiere',
  ),
} as const;
export type KindName = keyof typeof TARGET;

const WORDS = list(
  'what; is; how; much; many; the; a; of; for; at; with; and; in; to; give; gives; please; tell; me; calculate; convert; when; if; runs; running; uses; needs; over; during; then; our; my; house; heater; unit; pump; it; that; do; does; get; make; from; by; per; so; now; one; other; two; are; there; between; water; flow; return; power; supply; temperature; day; night; I; we; have; pay; want; know; could; you; can; would; be; will; was; wie; viel; sind; ist; der; die; das; ein; eine; von; bei; mit; und; für; zu; über; wenn; läuft; braucht; gib; bitte; sag; mir; rechne; berechne; um; in; dann; unser; mein; Haus; Heizung; Anlage; Pumpe; macht; ergibt; hat; haben; wir; ich; man; bekommt; aus; pro; je; so; jetzt; zwei; Wasser; Vorlauf; Rücklauf; Leistung; Temperatur; Tag; Nacht; zahle; will; wissen; kann; wäre; wird; war; während; lang; groß; lange; warm; hot; cold; kalt; worth; after; another; express; value; Wert; number; Zahl; ok; hello; hallo; ?; ,; :; -',
);

const invented = (rng: Rng): string =>
  Array.from({ length: 1 + rng.int(3) }, () => rng.pick([...'bcdfghklmnprstvwz']) + rng.pick([...'aeiouäöü'])).join(
    '',
  ) + (rng.chance(0.5) ? rng.pick([...'nrstlmk']) : '');

/** Up to `most` words without meaning; some are invented, so that an unknown word is nothing new. */
const babble = (most: number, rng: Rng): string[] =>
  Array.from({ length: rng.int(most + 1) }, () => (rng.chance(0.25) ? invented(rng) : rng.pick(WORDS)));

/** People with a comma on their keyboard, and people in a hurry. */
const spell = (quantity: Quantity, number: string, rng: Rng): string =>
  rng.pick(QUANTITY[quantity]).replace('{n}', rng.chance(0.25) ? number.replace('.', ',') : number);

const tidy = (parts: string[]): string =>
  parts
    .join(' ')
    .replace(/ ([?,:])/g, '$1')
    .trim();

/** A question of meaningless words around what counts. `mustAsk`: the quantities alone do not say the kind. */
export const looseQuestion = (
  kind: KindName,
  quantities: readonly (readonly [Quantity, string])[],
  mustAsk: boolean,
  rng: Rng,
): string => {
  const target = mustAsk || rng.chance(0.55) ? [rng.pick(TARGET[kind])] : [];
  const [first, second] = quantities.map(([q, n]) => spell(q, n, rng));
  const atFront = rng.chance(0.4);
  return tidy([
    ...babble(4, rng),
    ...(atFront ? [...target, ...babble(3, rng)] : []),
    first ?? '',
    ...(second === undefined ? [] : [...babble(4, rng), second]),
    ...(atFront ? [] : [...babble(2, rng), ...target]),
    ...babble(2, rng),
    ...(rng.chance(0.3) ? ['?'] : []),
  ]);
};
