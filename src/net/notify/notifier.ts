import type { ControlState } from '../../contract/messages.ts';
import type { Config } from '../../core/config.ts';
import type { Log } from '../../core/log.ts';
import { type Channel, channelsOf, type Message, sayOn, type Tried, testMessage } from './channels.ts';
import { NOTIFY_START, notifyStep, troubleOf } from './trouble.ts';

/** Told again to those who did not take it, after these pauses: 60 s are the promise. */
const RETRY_MS = [5_000, 15_000, 60_000, 300_000];
/** More in an hour helps nobody. */
const MOST_PER_H = 20;
const H_MS = 3_600_000;

export interface Notifier {
  /** What control says now, null when it is silent: called every few seconds. */
  look(control: ControlState | null, nowMs: number): void;
  test(): Promise<Tried[]>;
  close(): void;
}

export function openNotifier(config: Config, home: string, log: Log): Notifier {
  const { unit, net } = config;
  const channels = channelsOf(config, home);
  const timers = new Set<NodeJS.Timeout>();
  let state = NOTIFY_START;
  let sent: number[] = [];

  async function deliver(message: Message, to: readonly Channel[], retry = 0): Promise<void> {
    const failed = (await sayOn(to, message)).filter((t) => t.error !== undefined);
    for (const { channel, error } of failed) log.warn({ err: error, channel }, 'a notification was not taken');
    const pauseMs = RETRY_MS[retry];
    if (failed.length === 0 || pauseMs === undefined) return;
    const left = to.filter((c) => failed.some((f) => f.channel === c.name));
    const timer = setTimeout(() => {
      timers.delete(timer);
      void deliver(message, left, retry + 1);
    }, pauseMs);
    timers.add(timer);
  }

  return {
    look(control, nowMs) {
      const stepped = notifyStep(state, troubleOf(control, net.language), nowMs, unit, net.language);
      state = stepped.state;
      sent = sent.filter((ms) => nowMs - ms < H_MS);
      if (!stepped.message || sent.length >= MOST_PER_H) return;
      sent.push(nowMs);
      void deliver(stepped.message, channels);
    },
    test: () => sayOn(channels, testMessage(unit)),
    close() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
