import type { Reason } from '../contract/messages.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Power } from './power.ts';
import type { Residents } from './residents-use.ts';
import { PREFETCH_START, prefetchStep } from './scheduler/prefetch.ts';

const TICK_MS = 1000;

interface PrefetchParts {
  residents: Pick<Residents, 'spare' | 'borrow'>;
  power: Pick<Power, 'now'>;
  clock: Clock;
  log: Log;
  questions(): number;
}

/** Loads ahead what is likely to be asked next, each second as `scheduler/prefetch.ts` says. */
export interface Prefetch {
  /** What it did last, or what keeps it from doing more. */
  reason(): Reason;
  stop(): void;
}

export function startPrefetch({ residents, power, clock, log, questions }: PrefetchParts): Prefetch {
  let state = PREFETCH_START;
  let lastMs = clock.monoMs();
  /** One that failed is left to whoever asks for it. */
  const failed = new Set<string>();
  const look = () => {
    const nowMs = clock.monoMs();
    const { absent, ...memory } = residents.spare();
    const next = prefetchStep(state, {
      dtS: (nowMs - lastMs) / 1000,
      freeW: power.now().freeW,
      questions: questions(),
      ...memory,
      absent: absent.filter((a) => !failed.has(a.id)),
    });
    lastMs = nowMs;
    state = next.state;
    return next.verdict;
  };
  let { reason } = look();
  const timer = setInterval(() => {
    const verdict = look();
    reason = verdict.reason;
    const { load } = verdict;
    if (load === undefined) return;
    log.info({ expert: load }, reason.text);
    // Nobody waits and there is room, both as of this turn: nothing makes room for it.
    residents.borrow(load).then(
      ({ release }) => release(),
      (error) => {
        failed.add(load);
        log.warn({ expert: load, err: messageOf(error) }, 'not loaded ahead');
      },
    );
  }, TICK_MS);
  return { reason: () => reason, stop: () => clearInterval(timer) };
}
