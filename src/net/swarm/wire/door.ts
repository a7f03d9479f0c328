import type { Socket } from 'node:net';
import { paced } from '../turns.ts';
import type { WireLimits } from './limits.ts';
import { prefixOf } from './prefix.ts';

export interface Door {
  /** Waits for the turn of this address prefix; false: it has left meanwhile. Until then nothing more is read of it, and its few seconds go on. */
  passes(socket: Socket): Promise<boolean>;
  /** Somebody at this address got an answer: its prefix need not wait among ever new ones any more. */
  served(address: string): void;
  /** Whoever still waits is sent away. */
  close(): void;
}

/** Prefixes that were served, without a time; whose last answer is longest ago is forgotten first. */
const MOST_SERVED = 4096;

/**
 * Before the upgrade: what comes behind it costs two signatures, whoever it is. Half of the rate is kept for prefixes that were served
 * before: keys are free and a botnet has many prefixes, but an answer costs each of them one.
 */
export function createDoor({ hellos }: Pick<WireLimits, 'hellos'>): Door {
  const half = () => paced(hellos.perS / 2, hellos.burst / hellos.perS);
  const [anybody, regulars] = [half(), half()];
  const waiting = new Set<Socket>();
  const served = new Set<string>();
  return {
    async passes(socket) {
      const prefix = prefixOf(socket.remoteAddress ?? '');
      const isRegular = served.has(prefix);
      if (isRegular && anybody.passes(1, prefix)) return !socket.destroyed;
      const left = new AbortController();
      const leave = () => left.abort();
      socket.once('close', leave);
      waiting.add(socket);
      await (isRegular ? regulars : anybody).pace(1, left.signal, prefix);
      waiting.delete(socket);
      socket.off('close', leave);
      return !socket.destroyed;
    },
    served(address) {
      const prefix = prefixOf(address);
      served.delete(prefix);
      served.add(prefix);
      if (served.size > MOST_SERVED) served.delete(served.values().next().value!);
    },
    close() {
      for (const socket of waiting) socket.destroy();
    },
  };
}
