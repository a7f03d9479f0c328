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

/** Told where a file that the joined broker needs cannot be read: nobody is left cold for it. */
export const unjoinedEvent = (fault: string, timeMs: number): Event => ({
  timeMs,
  level: 'warn',
  source: 'unit',
  code: 'BROKER_UNJOINED',
  text: `${fault}: the unit heats without that broker; put the file there, or mend config.yaml, then start the unit anew`.slice(
    0,
    MOST_CHARS,
  ),
});

/** Told where the joined broker has another unit of this name. */
export const twinEvent = (unit: string, url: string, timeMs: number): Event => ({
  timeMs,
  level: 'warn',
  source: 'unit',
  code: 'UNIT_TWIN',
  text: `another unit on ${url} is called ${unit} too: both show as one in Home Assistant, and commands from there are refused until one of them has another name; set unit: in config.yaml of one and start it anew`,
});
