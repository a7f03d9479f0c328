import type { Observed, Today } from './today.ts';

/** Lines for people. Apart from the schemas, so that the page can have them without the schema library. */
export type Language = 'en' | 'de';

/** After so many days of observing the question is put. */
export const OBSERVE_DAYS = 7;

/** A rounded nought has no minus. */
const fixed = (x: number, decimals: number, language: Language) =>
  new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(
    Number(x.toFixed(decimals)) || 0,
  );

type Day = Pick<Today, 'heatKwh' | 'answers' | 'sunKwh' | 'costEur' | 'plainPumpEur'>;

/** "Today: 38 kWh heat, 214 answers, 9 kWh sun instead of export; cost 1.12 EUR, plain pump 1.30" */
export function todayLine(day: Day, language: Language): string {
  const n = (x: number, decimals: number) => fixed(x, decimals, language);
  const { answers, costEur, plainPumpEur } = day;
  const sun = day.sunKwh < 0.5 ? '' : n(day.sunKwh, 0);
  const done =
    language === 'de'
      ? `Heute: ${n(day.heatKwh, 0)} kWh Wärme, ${n(answers, 0)} ${answers === 1 ? 'Antwort' : 'Antworten'}${sun && `, ${sun} kWh Sonne statt Einspeisung`}`
      : `Today: ${n(day.heatKwh, 0)} kWh heat, ${n(answers, 0)} ${answers === 1 ? 'answer' : 'answers'}${sun && `, ${sun} kWh sun instead of export`}`;
  if (costEur === null || plainPumpEur === null)
    return `${done}; ${language === 'de' ? 'kein Preis bekannt' : 'no price is known'}`;
  const [cost, plain] = [n(costEur, 2), n(plainPumpEur, 2)];
  return language === 'de'
    ? `${done}; Kosten ${cost} EUR, reine Wärmepumpe ${plain}`
    : `${done}; cost ${cost} EUR, plain pump ${plain}`;
}

/** What observing has shown so far; after a week the question whether to switch on. */
export function observedLine(seen: Observed, language: Language): string {
  const n = (x: number, decimals: number) => fixed(x, decimals, language);
  if (seen.days < 1) return seenTooLittle(seen.days * 24, language);
  const asks = seen.days >= OBSERVE_DAYS;
  const days = n(seen.days, asks ? 0 : 1);
  const fewer = seen.starts - seen.wouldStarts;
  const { savedEur } = seen;
  if (language === 'de') {
    const saved = savedEur === null ? 'keine Ersparnis berechnen können' : `${n(Math.abs(savedEur), 2)} EUR`;
    const less = savedEur === null ? '' : savedEur < 0 ? ' mehr gebraucht' : ' gespart';
    const starts = `den Verdichter ${Math.abs(fewer)} mal ${fewer < 0 ? 'öfter' : 'seltener'} gestartet`;
    return `In ${days} Tagen hätte ich ${saved}${less} (geschätzt) und ${starts}.${asks ? ' Einschalten?' : ' Ich beobachte weiter.'}`;
  }
  const saved =
    savedEur === null
      ? 'saved an amount that cannot be told yet'
      : `${savedEur < 0 ? 'spent' : 'saved'} ${n(Math.abs(savedEur), 2)} EUR${savedEur < 0 ? ' more' : ''}`;
  const starts = `started the compressor ${Math.abs(fewer)} times ${fewer < 0 ? 'more' : 'less'}`;
  return `In ${days} days I would have ${saved} (estimated) and ${starts}.${asks ? ' Switch on?' : ' I go on observing.'}`;
}

/** Of a day or less nothing is told: a start more or less would look like a figure. */
const seenTooLittle = (hours: number, language: Language): string =>
  language === 'de'
    ? `Ich beobachte seit ${fixed(hours, 0, language)} h und steuere nichts; nach dem ersten Tag sage ich, was ich gespart hätte.`
    : `I have observed for ${fixed(hours, 0, language)} h and drive nothing; after the first day I tell what I would have saved.`;
