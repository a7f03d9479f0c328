import { inGerman } from '../contract/german/german.ts';
import type { ComputeState, ControlState, Event } from '../contract/messages.ts';
import type { Said } from '../contract/said.ts';
import type { Language } from '../contract/today-line.ts';
import type { MessageOf } from '../contract/topics.ts';
import type { Link } from '../core/link.ts';

/** Home Assistant shows no state that is longer. */
const MOST_CHARS = 255;
const NOTHING = { en: 'none in force', de: 'keine' };

const tongue = (language: Language) => (english: string) => (language === 'de' ? inGerman(english) : english);
const cut = (text: string) => (text.length <= MOST_CHARS ? text : `${text.slice(0, MOST_CHARS - 1)}…`);

/** What the unit says of itself, for people. Pure. */
export function saidOf(control: ControlState, compute: ComputeState | null, language: Language): Said {
  const say = tongue(language);
  const wishes = control.overrides.map(({ text }) => say(text)).join('; ');
  return {
    reason: cut(say(control.reasons[0]?.text ?? 'no reason given')),
    computeReason: cut(say(compute?.reason.text ?? 'compute does not report')),
    overrides: cut(wishes || NOTHING[language]),
  };
}

export const saidEvent = (event: Event, language: Language): Event => ({
  ...event,
  text: tongue(language)(event.text).slice(0, 400),
});

/** Keeps `said` and what is said seldom on the broker; each again once a minute, for a broker that starts anew has forgotten it. */
export function speaker(link: Pick<Link, 'publish'>, language: Language) {
  const kept = new Map<'said' | 'update', string>();
  const keep = <N extends 'said' | 'update'>(name: N, message: MessageOf<N>) => {
    const text = JSON.stringify(message);
    if (kept.get(name) === text) return;
    kept.set(name, text);
    link.publish(name, message);
  };
  return {
    keep,
    state: (control: ControlState, compute: ComputeState | null) => keep('said', saidOf(control, compute, language)),
    event: (event: Event) => link.publish('saidEvent', saidEvent(event, language)),
    again() {
      for (const [name, text] of kept) link.publish(name, JSON.parse(text));
    },
  };
}
