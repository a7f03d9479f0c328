import type { WebSocket } from 'ws';
import type { Paced } from '../turns.ts';
import { HELD_FRAME_BYTES, type Holding } from './backlog.ts';

export interface Inflow {
  push(data: Buffer, isBinary: boolean): void;
  /** A frame was read that counts for its origin: the next is read when it is its turn. */
  spent(): void;
}

interface Options {
  socket: Pick<WebSocket, 'pause' | 'resume'>;
  turns: Paced;
  /** Address prefix. */
  origin: string;
  closed: AbortSignal;
  /** What is read from the socket already, and not looked at yet. */
  holding: Holding;
  /** Never throws. */
  read(data: Buffer, isBinary: boolean): void;
}

/** What comes over one connection, in order. Who sends faster than its turns come is read no faster: the rest waits with the sender. */
export function createInflow({ socket, turns, origin, closed, holding, read }: Options): Inflow {
  const come: { data: Buffer; isBinary: boolean }[] = [];
  let isWaiting = false;
  const goOn = () => {
    isWaiting = false;
    while (!isWaiting && !closed.aborted) {
      const next = come.shift();
      if (!next) return socket.resume();
      holding.add(-next.data.length - HELD_FRAME_BYTES);
      read(next.data, next.isBinary);
    }
  };
  return {
    push(data, isBinary) {
      if (!isWaiting) return read(data, isBinary);
      come.push({ data, isBinary });
      holding.add(data.length + HELD_FRAME_BYTES);
    },
    spent() {
      if (isWaiting || turns.passes(1, origin)) return;
      isWaiting = true;
      socket.pause();
      void turns.pace(1, closed, origin).then(goOn);
    },
  };
}
