import type { Socket } from 'node:net';
import { paced } from '../turns.ts';
import type { WireLimits } from './limits.ts';
import { prefixOf } from './prefix.ts';

export interface Door {
  /** Waits for the turn of this address prefix; false: it has left meanwhile. Until then nothing more is read of it, and its few seconds go on. */
  passes(socket: Socket): Promise<boolean>;
  /** Whoever still waits is sent away. */
  close(): void;
}

/** Before the upgrade: what comes behind it costs two signatures, whoever it is. */
export function createDoor({ hellos }: Pick<WireLimits, 'hellos'>): Door {
  const { pace } = paced(hellos.perS, hellos.burst / hellos.perS);
  const waiting = new Set<Socket>();
  return {
    async passes(socket) {
      const left = new AbortController();
      const leave = () => left.abort();
      socket.once('close', leave);
      waiting.add(socket);
      await pace(1, left.signal, prefixOf(socket.remoteAddress ?? ''));
      waiting.delete(socket);
      socket.off('close', leave);
      return !socket.destroyed;
    },
    close() {
      for (const socket of waiting) socket.destroy();
    },
  };
}
