import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Identity } from './identity.ts';
import type { Connection, Handlers } from './wire/connection.ts';
import { dial } from './wire/dial.ts';

export interface RelayAt {
  key: string;
  url: string;
}

export interface Attachments {
  /** Relays that can reach us now. */
  current(): RelayAt[];
  /** Tells them what we offer now. */
  renew(): Promise<void>;
  close(): void;
}

export interface AttachOptions {
  relays: readonly RelayAt[];
  identity: Identity;
  handlers: Handlers;
  /** What we offer, with `relays` as the ways to us. */
  descriptor(relays: RelayAt[]): Buffer;
  /** Under which our weights are found. */
  tags(): string[];
  onChange(): void;
  firstDelayMs?: number;
  log: Log;
}

const MOST = 3;
const LONGEST_DELAY_MS = 60_000;

/** An expert that nobody can dial dials out: keeps a connection to up to three relays and is asked through them. */
export function keepAttached(options: AttachOptions): Attachments {
  const { identity, handlers, log, firstDelayMs = 1000 } = options;
  /** Told what we offer: who has not answered yet must hear of what changes meanwhile, too. */
  const told = new Map<string, { relay: RelayAt; connection: Connection; isOpen: boolean }>();
  const stop = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  const current = () => [...told.values()].flatMap(({ relay, isOpen }) => (isOpen ? [relay] : []));

  const attach = async (relay: RelayAt, connection: Connection) => {
    const others = current().filter(({ key }) => key !== relay.key);
    const descriptor = options.descriptor([...others, relay]).toString('base64url');
    const answer = await connection.ask({ type: 'attach', descriptor, tags: options.tags() });
    if (answer.type !== 'attached' || !answer.accepted)
      throw new Error(answer.type === 'attached' ? answer.why : 'no answer');
  };
  const keep = async (relay: RelayAt, delayMs: number): Promise<void> => {
    let nextMs = Math.min(LONGEST_DELAY_MS, delayMs * 2);
    try {
      const { url, key } = relay;
      const wanted = { url, reach: 'owner' as const, identity, roles: ['expert' as const], expect: key };
      const connection = await dial({ ...wanted, handlers, signal: stop.signal });
      connection.keep = true;
      const one = { relay, connection, isOpen: false };
      told.set(key, one);
      try {
        await attach(relay, connection);
        one.isOpen = true;
        options.onChange();
        await new Promise<void>((resolve) => {
          if (connection.closed.aborted) resolve();
          connection.closed.addEventListener('abort', () => resolve(), { once: true });
        });
        nextMs = firstDelayMs;
      } finally {
        connection.close(1000, 'leaving');
      }
    } catch (error) {
      log.debug({ err: messageOf(error), relay: relay.url }, 'no way through this relay');
    }
    const wasOpen = told.get(relay.key)?.isOpen;
    told.delete(relay.key);
    if (wasOpen && !stop.signal.aborted) options.onChange();
    if (stop.signal.aborted) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void keep(relay, nextMs);
    }, delayMs);
    timers.add(timer);
  };
  for (const relay of options.relays.slice(0, MOST)) void keep(relay, firstDelayMs);
  return {
    current,
    async renew() {
      await Promise.allSettled([...told.values()].map(({ relay, connection }) => attach(relay, connection)));
    },
    close() {
      stop.abort();
      for (const timer of timers) clearTimeout(timer);
      for (const { connection } of told.values()) connection.close(1000, 'leaving');
    },
  };
}
