import type { z } from 'zod';
import type { Grant } from '../contract/messages.ts';
import type { Clock } from '../core/clock.ts';
import { holdLease, type Lease } from '../core/lease.ts';

type GrantValue = z.infer<typeof Grant>;
/** What the grant is good for: the cards' idle watts are drawn whether they work or not. */
export interface Granted extends GrantValue {
  /** For work of any kind. */
  workW: number;
  /** The part of it that pays unpaid. */
  freeW: number;
}
export const FIRST_GRANT_WAIT_MS = 2000;
const NOT_YET: GrantValue = {
  watts: 0,
  fillerW: 0,
  reason: { what: 'compute', code: 'no_grant', text: 'no grant from control is valid; it may be starting or stopped' },
};

/** The watts control grants: a lease, 0 once it lapses. */
export interface Power {
  offer(lease: Lease<GrantValue>): void;
  now(): Granted;
  /** Called at every grant, and when the last one has lapsed. */
  onChange(listener: () => void): void;
  /** Waits up to two seconds for the first grant of this boot. */
  first(signal: AbortSignal): Promise<void>;
}

/** `idleW`: of all cards together, powered but without work. */
export function createPower(clock: Clock, idleW: number): Power {
  const held = holdLease<GrantValue>(NOT_YET);
  const arrived = Promise.withResolvers<void>();
  const listeners: (() => void)[] = [];
  let any = false;
  let lapse: NodeJS.Timeout | undefined;
  const tell = () => {
    for (const listener of listeners) listener();
  };
  return {
    offer(lease) {
      if (!held.offer(lease, clock.monoMs())) return;
      any = true;
      arrived.resolve();
      clearTimeout(lapse);
      // A moment later: a timer may come a little early.
      lapse = setTimeout(tell, held.leftMs(clock.monoMs()) + 2).unref();
      tell();
    },
    onChange: (listener) => void listeners.push(listener),
    now() {
      const grant = held.get(clock.monoMs());
      const workOf = (watts: number) => Math.max(0, watts - idleW);
      return { ...grant, workW: workOf(grant.watts), freeW: workOf(Math.min(grant.fillerW, grant.watts)) };
    },
    async first(signal) {
      if (!any) {
        const late = Promise.withResolvers<void>();
        const timer = setTimeout(late.resolve, FIRST_GRANT_WAIT_MS);
        signal.addEventListener('abort', () => late.resolve(), { once: true });
        await Promise.race([arrived.promise, late.promise]);
        clearTimeout(timer);
        signal.throwIfAborted();
      }
    },
  };
}
