import type { Ems } from '../contract/grid.ts';
import type { Reason } from '../contract/messages.ts';
import { holdLease } from '../core/lease.ts';
import type { Link } from '../core/link.ts';

/** What ended longer ago is how the house lives, and no news. */
const TOLD_MS = 86_400_000;

const isNews = (untilMs: number, nowMs: number) => nowMs >= untilMs && nowMs - untilMs < TOLD_MS;

/** What an energy manager and people tell for a while, and, once it holds no longer, what counts instead. Zones are told where rooms are weighed. */
export function listenForLapsing(link: Pick<Link, 'on'>, monoMs: () => number) {
  const ems = holdLease<Ems | undefined>(undefined);
  let emsUntilMs = Number.NEGATIVE_INFINITY;
  let awayUntilMs = Number.NEGATIVE_INFINITY;
  link.on('ems', (lease) => {
    const nowMs = monoMs();
    if (ems.offer(lease, nowMs)) emsUntilMs = nowMs + ems.leftMs(nowMs);
  });
  link.on('presence', ({ anyoneHome, forMin }) => {
    awayUntilMs = anyoneHome ? Number.NEGATIVE_INFINITY : monoMs() + forMin * 60_000;
  });
  return {
    ems: (nowMs: number) => ems.get(nowMs),
    away: (nowMs: number) => nowMs < awayUntilMs,
    reasons(nowMs: number): Reason[] {
      const reasons: Reason[] = [];
      const say = (what: string, code: string, text: string) => reasons.push({ what, code, text });
      if (isNews(emsUntilMs, nowMs))
        say(
          'ems',
          'ems-silent',
          'the energy manager is silent: battery, grid and sun count as the board measures them',
        );
      if (isNews(awayUntilMs, nowMs))
        say('presence', 'presence-out', 'the time away has run out: the house is taken for lived in');
      return reasons;
    },
  };
}
