/**
 * A leak of flammable refrigerant is the one question where a small model's guess may hurt somebody: words decide, in plain
 * code, and the grammar is narrowed to the vetted gas entry. A false alarm is the safe direction.
 */
const SPEAKS_OF_GAS =
  /\bgas(?!ket|olin|troen|kessel|therme|heiz|preis|zähler|rechnung)|propan|\br[- ]?290\b|refrigerant|k(ä|ae)ltemittel/i;
/** Ordinary words of a heat pump or a bill, taken out before the look. */
const HARMLESS =
  /(hot|discharge|suction|natural|flue)[- ]gas|gas (price|bill|boiler|heating|meter)|hei(ß|ss)gas|sauggas|erdgas|abgas/gi;
/** Gas that gets out, or is smelt: then no word for a gas is harmless. */
const ESCAPES = /leak|leck|smell|odou?r|stink|hiss|escap|riech|geruch|tritt aus|austr|zisch|entweich|undicht/i;
const ANY_GAS = /gas(?!ket|olin)|propan|r[- ]?290|refrigerant|k(ä|ae)ltemittel/i;

export const GAS_ENTRY = 'F16';

export const speaksOfGas = (question: string): boolean =>
  (ANY_GAS.test(question) && ESCAPES.test(question)) || SPEAKS_OF_GAS.test(question.replace(HARMLESS, ' '));

/** The same grammar with only the alternatives of one entry; undefined when it has none. Alternatives are quoted strings, one a line. */
export function onlyEntry(grammar: string, entry: string): string | undefined {
  const alternatives = [...grammar.matchAll(/"(?:[^"\\]|\\.)*"/g)]
    .map((m) => m[0])
    .filter((a) => a.startsWith(`"${entry} `));
  return alternatives.length ? `root ::= ${alternatives.join(' | ')}` : undefined;
}
