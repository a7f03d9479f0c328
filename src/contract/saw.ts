import type { Language } from './today-line.ts';
import type { Way } from './wire.ts';

const short = (key: string) => `${key.slice(0, 8)}…`;

/**
 * What relay and expert could see of a question to the swarm, in one line. Apart from the schemas, so that the page can have
 * it without the schema library.
 */
export function sawLine({ mode, entry, relay, node }: Way, language: Language): string {
  const de = language === 'de';
  if (mode === 'direct' && relay === undefined) {
    return de
      ? `Offen: ${short(node)} sah Ihre Adresse und den Text; bei ws:// auch die Leitung dazwischen.`
      : `In the clear: ${short(node)} saw your address and the text; on ws:// so did the line between.`;
  }
  if (mode === 'direct') {
    return de
      ? `Offen: das Relais ${short(relay!)} sah Ihre Adresse und den Text, ${short(node)} den Text; bei ws:// auch die Leitungen dazwischen.`
      : `In the clear: the relay ${short(relay!)} saw your address and the text, ${short(node)} the text; on ws:// so did the lines between.`;
  }
  const third = relay === undefined ? '' : de ? `, ${short(relay)} keines von beiden` : `, ${short(relay)} neither`;
  return de
    ? `Versiegelt: das Relais ${short(entry ?? '')} sah Ihre Adresse und keinen Text${third}, ${short(node)} den Text und nicht Ihre Adresse. Verborgen bleibt nicht, wann und wie viel gefragt wurde; reden alle miteinander, wissen sie alles.`
    : `Sealed: the relay ${short(entry ?? '')} saw your address and no text${third}, ${short(node)} the text and not your address. When and how much was asked is not hidden; if they tell each other, they know all.`;
}
