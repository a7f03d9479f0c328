import type { WebSocket } from 'ws';
import { HeatmineError } from '../../../core/errors.ts';
import { type Rate, tokenBucket } from '../../buckets.ts';
import type { Paced } from '../turns.ts';
import { HELD_FRAME_BYTES, type Holding } from './backlog.ts';

/** A frame that has come; `work`, which never throws, is done in its turn. Throws PEER_INVALID where rated frames come faster than they may. */
type Inflow = (bytes: number, isRated: boolean, work: () => void) => void;

interface Options {
  socket: Pick<WebSocket, 'pause' | 'resume'>;
  /** Of this connection alone. */
  rate: Rate;
  /** Of all that came from outside; without them nothing waits. */
  turns: Paced | undefined;
  /** Address prefix. */
  origin: string;
  closed: AbortSignal;
  /** What is read from the socket already, and not done yet. */
  holding: Holding;
}

interface Waiting {
  bytes: number;
  isRated: boolean;
  work(): void;
}

/** What comes over one connection, in order. Who sends faster than its turns come is read no faster: the rest waits with the sender. */
export function createInflow({ socket, rate, turns, origin, closed, holding }: Options): Inflow {
  const bucket = tokenBucket(rate, performance.now());
  const come: Waiting[] = [];
  let isWaiting = false;
  const goOn = () => {
    isWaiting = false;
    while (!isWaiting && !closed.aborted) {
      const next = come.shift();
      if (!next) {
        // What was sent while nothing was read comes at once now.
        bucket.catchUp(performance.now());
        return socket.resume();
      }
      holding.add(-next.bytes - HELD_FRAME_BYTES);
      run(next);
    }
  };
  const run = ({ isRated, work }: Waiting) => {
    if (isRated && turns && !turns.passes(1, origin)) {
      isWaiting = true;
      socket.pause();
      void turns.pace(1, closed, origin).then(goOn);
    }
    work();
  };
  return (bytes, isRated, work) => {
    if (isRated && !bucket.take(1, performance.now()))
      throw new HeatmineError('PEER_INVALID', `over ${rate.perS} frames a second`);
    if (!isWaiting) return run({ bytes, isRated, work });
    come.push({ bytes, isRated, work });
    holding.add(bytes + HELD_FRAME_BYTES);
  };
}
