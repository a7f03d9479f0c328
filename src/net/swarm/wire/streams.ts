import { HeatmineError } from '../../../core/errors.ts';
import { tokenBucket } from '../../buckets.ts';
import type { WireLimits } from './limits.ts';
import { openStream, type StreamEnd, type StreamWire } from './stream.ts';

export interface Streams {
  newId(): number;
  ours(): StreamEnd;
  /** Undefined when it was refused. Throws PEER_INVALID for an id that is not theirs to open. */
  theirs(id: number): StreamEnd | undefined;
  /** Undefined for one that has ended meanwhile. Throws PEER_INVALID for one that never was. */
  get(id: number): StreamEnd | undefined;
  count(): number;
  endAll(): void;
}

/** The streams of one connection: the dialler opens odd numbers, the acceptor even ones, each in rising order. */
export function createStreams(
  side: 'dialler' | 'acceptor',
  out: Omit<StreamWire, 'ended'>,
  limits: WireLimits,
): Streams {
  const open = new Map<number, StreamEnd>();
  const stale = tokenBucket(limits.stale, performance.now());
  const parity = side === 'dialler' ? 1 : 0;
  const wire: StreamWire = {
    ...out,
    ended(id) {
      open.delete(id);
      if (id % 2 !== parity) theirsOpen--;
    },
  };
  let nextId = 2 - parity;
  let lastTheirs = 0;
  let theirsOpen = 0;
  const newId = () => {
    nextId += 2;
    return nextId - 2;
  };
  const add = (id: number) => {
    const stream = openStream(id, wire);
    open.set(id, stream);
    return stream;
  };
  return {
    newId,
    ours: () => add(newId()),
    theirs(id) {
      if (id % 2 === parity || id <= lastTheirs) throw new HeatmineError('PEER_INVALID', `stream ${id} is not yours`);
      lastTheirs = id;
      if (theirsOpen >= limits.streams) {
        out.close(id, 'BUSY', `over ${limits.streams} streams at once`);
        return undefined;
      }
      theirsOpen++;
      return add(id);
    },
    get(id) {
      const stream = open.get(id);
      if (stream) return stream;
      const was = id % 2 === parity ? id < nextId : id <= lastTheirs;
      if (!was) throw new HeatmineError('PEER_INVALID', `no stream ${id}`);
      if (!stale.take(1, performance.now())) throw new HeatmineError('PEER_INVALID', 'frames for ended streams');
      return undefined;
    },
    count: () => open.size,
    endAll() {
      const why = () => new HeatmineError('NOT_RUNNING', 'the connection ended');
      for (const stream of [...open.values()]) stream.onClose(why);
    },
  };
}
