/**
 * A leak of flammable refrigerant is the one question where a small model's guess may hurt somebody: words decide, in plain
 * code, and the vetted entry is the answer, also while nothing may compute. A false alarm is the safe direction.
 */
const SPEAKS_OF_GAS =
  /\bgas(?!ket|olin|troen|kessel|therme|heiz|preis|zähler|rechnung)|propan|\br[- ]?290\b|refrigerant|k(ä|ae)ltemittel/i;
/** Ordinary words of a heat pump or a bill, taken out before the look. */
const HARMLESS =
  /(hot|discharge|suction|natural|flue)[- ]gas|gas (price|bill|boiler|heating|meter)|hei(ß|ss)gas|sauggas|erdgas|abgas/gi;
/** Gas that gets out, or is smelt: then no word for a gas is harmless. */
const ESCAPES = /leak|leck|smell|odou?r|stink|hiss|escap|riech|geruch|tritt aus|austr|zisch|entweich|undicht/i;
const ANY_GAS = /gas(?!ket|olin)|propan|r[- ]?290|refrigerant|k(ä|ae)ltemittel/i;
/** Words that are none in English, as "was" and "die" are; in doubt English: the entry says the same in both. */
const GERMAN = /[äöüß]|\b(der|das|es|ist|nach|und|ich|mein)\b|riech|geruch|leck|zisch|gasalarm|kaelte/i;

const GAS_ENTRY = 'F16';

export const speaksOfGas = (question: string): boolean =>
  (ANY_GAS.test(question) && ESCAPES.test(question)) || SPEAKS_OF_GAS.test(question.replace(HARMLESS, ' '));

/**
 * The vetted gas entry in the language of the question, out of a grammar whose alternatives are quoted strings, English
 * before German; undefined when it has none.
 */
export function gasEntry(grammar: string, question: string): string | undefined {
  const alternatives = [...grammar.matchAll(/"(?:[^"\\]|\\.)*"/g)]
    .map((m) => m[0])
    .filter((a) => a.startsWith(`"${GAS_ENTRY} `))
    .map((a) => String(JSON.parse(a)));
  return GERMAN.test(question) ? alternatives.at(-1) : alternatives[0];
}
