import { HeatmineError } from '../../core/errors.ts';
import { freshIdentity } from './identity.ts';
import { createPlaces, type Guest } from './places.ts';
import type { Backlog } from './wire/backlog.ts';
import type { Connection, Handlers } from './wire/connection.ts';
import { dial } from './wire/dial.ts';
import type { Hop } from './wire/frames.ts';
import type { Reach } from './wire/reach.ts';

/** Of a connection that we only ask through. */
export const NOT_SERVING: Handlers = {
  onOpen: (stream) => stream.close('NOT_OFFERED', 'nothing is served on this connection'),
  onAsk: () => Promise.reject(new HeatmineError('NOT_OFFERED', 'nothing is served on this connection')),
};

/** Connections that strangers make a relay open; all who want the same one share it. */
interface Dials {
  /** Throws NO_WAY where this origin has its share of those that may be open, else what dialling throws. */
  to(hop: Hop, reach: Reach, origin: string): Promise<Connection>;
  close(): void;
}

interface Dialled extends Guest {
  connection: Promise<Connection>;
  /** Somebody wants it again. */
  used(): void;
}

function dialOnce(dialling: Promise<Connection>, gone: () => void): Dialled {
  let usedMs = performance.now();
  let open: Connection | undefined;
  dialling.then((connection) => {
    open = connection;
    connection.closed.addEventListener('abort', gone, { once: true });
  }, gone);
  return {
    connection: dialling,
    used() {
      usedMs = performance.now();
    },
    // One over which nothing passes any more goes before all that are in use.
    get silentSinceMs() {
      return open?.isBusy() === false ? usedMs : performance.now();
    },
    cut() {
      gone();
      dialling.then(
        (connection) => connection.close(1000, 'others need the place'),
        () => {},
      );
    },
  };
}

/** Shared by origin as the streams to one hop are: no few strangers keep all others from passing. */
export function createDials(most: number, backlog: Backlog): Dials {
  const all = new Map<string, Dialled>();
  const places = createPlaces(most);
  return {
    to(hop, reach, origin) {
      const id = `${hop.key} ${hop.url} ${reach}`;
      const open = all.get(id);
      if (open) {
        open.used();
        return open.connection;
      }
      if (!places.hasRoom(origin)) throw new HeatmineError('NO_WAY', 'this relay dials as many others as it may');
      // A key of its own for each relay: what passes here is not our question.
      const fresh = { identity: freshIdentity(), handlers: NOT_SERVING, reach, backlog };
      const dialling = dial({ ...fresh, url: hop.url!, expect: hop.key });
      const dialled = dialOnce(dialling, () => {
        if (all.get(id) === dialled) all.delete(id);
        leave();
      });
      const leave = places.enter(origin, dialled)!;
      all.set(id, dialled);
      return dialling;
    },
    close() {
      for (const { connection: dialling } of all.values())
        dialling.then(
          (connection) => connection.close(1000, 'leaving'),
          () => {},
        );
    },
  };
}
