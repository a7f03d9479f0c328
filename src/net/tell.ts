import { join } from 'node:path';
import type { ComputeState, ControlState, Event } from '../contract/messages.ts';
import { systemClock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import type { Link } from '../core/link.ts';
import type { Log } from '../core/log.ts';
import { openAnnouncer } from './hass/announce.ts';
import { createNotifier, type Notifier } from './notify.ts';
import { type NotifyBook, openNotifyBook } from './notify-targets.ts';
import { refusedEvent } from './refused.ts';
import { speaker } from './said.ts';
import { openToday } from './today.ts';
import { watchUpdates } from './updates.ts';

export interface TellOptions {
  config: Config;
  home: string;
  stateDir: string;
  /** Socket of our own broker. */
  broker: string;
  /** Of the role net. */
  password: string;
  link: Link;
  /** The log of the page. */
  keep(event: Event): void;
  log: Log;
}

/** All that people hear of without looking at the page: Home Assistant, sentences on MQTT, the daily line, notifications. */
export interface Teller {
  notifier: Notifier;
  notifyBook: NotifyBook;
  event(event: Event): void;
  state(control: ControlState, compute: ComputeState | null): void;
  /** Every few seconds: whether control still speaks. */
  look(speaks: boolean): void;
  /** Once a minute: says again what a broker that started anew has forgotten. */
  again(): void;
  /** Every few minutes: writes down what was counted. */
  flush(): void;
  close(): Promise<void>;
}

export function openTeller({ config, home, stateDir, broker, password, link, keep, log }: TellOptions): Teller {
  const { language, updates } = config.net;
  const today = openToday(join(stateDir, 'today.json'), language, log);
  const notifyBook = openNotifyBook(home, config.notify, log);
  const notifier = createNotifier({ config, notify: notifyBook.now, home, ...systemClock, log });
  const says = speaker(link, language);
  const ending = new AbortController();
  const warn = (event: Event) => {
    log.warn({ code: event.code }, event.text);
    keep(event);
    says.event(event);
    notifier.event(event);
  };
  link.on('refused', (refused) => warn(refusedEvent(refused, systemClock.wallMs())));
  const hass = openAnnouncer({ config, home, stateDir, broker, password, link, log, tell: warn });
  if (updates !== undefined) watchUpdates(updates, (update) => says.keep('update', update), log, ending.signal);
  return {
    notifier,
    notifyBook,
    event(event) {
      says.event(event);
      notifier.event(event);
    },
    state(control, compute) {
      hass.seen(control);
      says.state(control, compute);
      const line = today.seen(control, compute);
      if (line) link.publish('today', line);
    },
    look(speaks) {
      hass.setOnline(speaks);
      notifier.look(speaks);
    },
    again() {
      today.again();
      says.again();
    },
    flush: today.flush,
    async close() {
      ending.abort();
      notifier.close();
      today.flush();
      await hass.close();
    },
  };
}
