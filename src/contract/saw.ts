import type { Language } from './today-line.ts';
import type { Way } from './wire.ts';

const short = (key: string) => `${key.slice(0, 8)}…`;

/** Who saw what when the expert was looked for. */
const LOOKED = {
  open: {
    de: 'Wer nach Experten gefragt wurde, sah Ihre Adresse und das Thema.',
    en: 'Whoever was asked for experts saw your address and the topic.',
  },
  sealed: {
    de: 'Nach Experten wurden andere Relais gefragt, durch dasselbe: Sie sahen das Thema und nicht Ihre Adresse.',
    en: 'Other relays were asked for experts, through the same one: they saw the topic and not your address.',
  },
  all: {
    de: 'Nach Experten wurde zu allen Themen gleich gefragt: Wer gefragt wurde, sah Ihre Adresse und nicht das Thema.',
    en: 'Experts were looked for under all topics alike: whoever was asked saw your address and not the topic.',
  },
} as const;

/**
 * What relay and expert could see of a question to the swarm, in one line. Apart from the schemas, so that the page can have
 * it without the schema library.
 */
export function sawLine({ mode, entry, relay, node, looked }: Way, language: Language): string {
  const de = language === 'de';
  if (mode === 'direct' && relay === undefined) {
    return de
      ? `Offen: ${short(node)} sah Ihre Adresse und den Text; bei ws:// auch die Leitung dazwischen. ${LOOKED.open.de}`
      : `In the clear: ${short(node)} saw your address and the text; on ws:// so did the line between. ${LOOKED.open.en}`;
  }
  if (mode === 'direct') {
    return de
      ? `Offen: das Relais ${short(relay!)} sah Ihre Adresse und den Text, ${short(node)} den Text; bei ws:// auch die Leitungen dazwischen. ${LOOKED.open.de}`
      : `In the clear: the relay ${short(relay!)} saw your address and the text, ${short(node)} the text; on ws:// so did the lines between. ${LOOKED.open.en}`;
  }
  const search = looked ? ` ${LOOKED[looked][language]}` : '';
  const third = relay === undefined ? '' : de ? `, ${short(relay)} keines von beiden` : `, ${short(relay)} neither`;
  return de
    ? `Versiegelt: das Relais ${short(entry ?? '')} sah Ihre Adresse und keinen Text${third}, ${short(node)} den Text und nicht Ihre Adresse. Verborgen bleibt nicht, wann und wie viel gefragt wurde; reden alle miteinander, wissen sie alles.${search}`
    : `Sealed: the relay ${short(entry ?? '')} saw your address and no text${third}, ${short(node)} the text and not your address. When and how much was asked is not hidden; if they tell each other, they know all.${search}`;
}
