import type { Event } from '../contract/messages.ts';

const MOST_CHARS = 400;

/** For the log of the page: the journal of a machine in a basement is seldom read (F30). */
export const configRefused = (why: string, timeMs: number): Event => ({
  timeMs,
  level: 'warn',
  source: 'unit',
  code: 'CONFIG_REFUSED',
  text: `config.yaml is refused; the unit heats with the configuration it last ran with: ${why}`.slice(0, MOST_CHARS),
});
