import type { moneyEn } from './money-en.ts';

export const moneyDe: typeof moneyEn = {
  title: 'Geld',
  intro: (span) => `Was das Rechnen tat; aufgezeichnet sind ${span} (höchstens 30 Tage zählen).`,
  paid: 'Ausgezahlt',
  paidNone: 'noch keine Abrechnung hat etwas ausgezahlt',
  paidNote: 'von Abrechnungen, seit dem Start',
  credits: 'Verdiente Credits',
  creditsValue: (n) => `${n} Credits`,
  creditsNote: (answers, settled, spent) =>
    `${answers} Antworten für andere; ${settled} abgerechnet, ${spent} ausgegeben. Credits sind kein Geld, solange keine Abrechnung sie auszahlt.`,
  refusing: (why) => `Bezahlte Arbeit wird jetzt nicht angenommen: ${why}`,
  offer: (price, why) => `Anderen wird eine Million Token jetzt für ${price} Credits angeboten: ${why}`,
  electricity: 'Strom des Rechnens',
  electricityNote: (kwh) => `${kwh}; eigene Sonne zu dem, was die Einspeisung gebracht hätte`,
  heat: 'Wert seiner Wärme',
  heatNote: (kwh, cop) => `${kwh} ins Haus, zu dem, was die eigene Wärmepumpe gebraucht hätte (Arbeitszahl ${cop})`,
  idle: 'Leerlauf',
  idleNote: (kwh) => `${kwh}, während kein Token entstand; im Strom enthalten`,
  balance: 'Saldo',
  balanceNote: 'Wärme minus Strom; Credits und Zahlungen sind nicht darin',
  whole: (unit, pump) =>
    `Das ganze Gerät hat seit seinem Start ${unit} gekostet; dieselbe Wärme allein aus der Wärmepumpe hätte ${pump} gekostet.`,
  empty:
    'Noch ist nichts aufgezeichnet: Die ersten Zahlen kommen nach ein, zwei Minuten, und mit ihnen, was eine andere Karte brächte.',
  failed: (why) => `Die Aufzeichnung konnte nicht gelesen werden: ${why}`,
  roi: 'Würde es sich lohnen?',
  roiIntro: 'Ihre Annahmen, gerechnet mit Wärme, Sonne und Preisen, die in diesem Haus aufgezeichnet sind.',
  answers: 'Antworten am Tag',
  price: 'Einnahme je 1.000 Antworten,\u00a0€',
  tokens: 'Token einer Antwort',
  hardware: 'Preis der Hardware, €',
  years: 'Jahre, die sie halten soll',
  card: 'Karte',
  perToken: 'J/Token',
  income: 'Einnahmen',
  bought: 'Strom',
  heatValue: 'Wärme',
  perYear: (eur) => `${eur} im Jahr`,
  net: 'Bleibt übrig',
  breakEven: 'Gewinnschwelle',
  breakEvenAt: (answers) => `${answers} Antworten am Tag`,
  payback: (years) => `mit Ihren ist sie nach ${years} Jahren bezahlt`,
  never: (eur) => `nie, je 1.000 Antworten gehen ${eur} verloren`,
  measured: (answers, days) =>
    `Hier gemessen: ${answers} Antworten am Tag (${days === '1' ? 'der letzte Tag' : `letzte ${days} Tage`}; höchstens 30). Zum Probieren eine eigene Zahl eingeben.`,
  whatIf: 'Und mit einer anderen Karte?',
  whatIfNote:
    'Dasselbe Haus, dieselben Annahmen, auch derselbe Preis der Hardware: den der gemeinten Karte eintragen. Die RTX 3090 ist mit einer Frage auf einmal gemessen, die H100 mit 64 zugleich: allein braucht sie je Token weit mehr.',
  netYear: 'Bleibt im Jahr',
  breakEvenDay: 'Schwelle, Antworten am Tag',
  neverAlone: 'nie',
  noAnswers: 'Ohne Antworten wird nichts verdient und nichts bezahlt.',
  guess: (span) =>
    `Ein Jahr, hochgerechnet aus ${span}: nur geraten, nach dem Wetter dieser Zeit. Nach einer Woche wieder hinsehen, am besten nach einem Winter.`,
  scaled:
    'Von den aufgezeichneten Tagen auf ein Jahr hochgerechnet: Ein Wintermonat schönt die Wärme, ein Sommermonat die Sonne.',
};
