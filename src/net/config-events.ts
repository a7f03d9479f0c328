import type { Event } from '../contract/messages.ts';

const MOST_CHARS = 400;

/** For the log of the page: the journal of a machine in a basement is seldom read (F30). */
export function configEvents(told: { refused?: string | undefined; migrated?: string | undefined }, timeMs: number) {
  const event = (level: Event['level'], code: string, text: string): Event => ({
    timeMs,
    level,
    source: 'unit',
    code,
    text: text.slice(0, MOST_CHARS),
  });
  const refused = `config.yaml is refused; the unit heats with the configuration it last ran with: ${told.refused}`;
  return [
    ...(told.migrated ? [event('info', 'CONFIG_MIGRATED', told.migrated)] : []),
    ...(told.refused ? [event('warn', 'CONFIG_REFUSED', refused)] : []),
  ];
}
