import { HeatmineError } from '../../core/errors.ts';
import { isOurOwn, perAddress } from '../per-address.ts';
import { freshIdentity } from './identity.ts';
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
  /** Throws NO_WAY where all, or those of this origin, are taken, else what dialling throws. */
  to(hop: Hop, reach: Reach, origin: string): Promise<Connection>;
  close(): void;
}

/** Of them those that one origin asked for: no stranger alone keeps all others from passing. */
const DIALLED_PART = 1 / 4;

export function createDials(most: number, backlog: Backlog): Dials {
  const dialled = new Map<string, Promise<Connection>>();
  const mostOfOne = Math.ceil(most * DIALLED_PART);
  const places = perAddress({ all: most, each: (origin) => (isOurOwn(origin) ? most : mostOfOne) });
  return {
    to(hop, reach, origin) {
      const id = `${hop.key} ${hop.url} ${reach}`;
      const open = dialled.get(id);
      if (open) return open;
      const leave = places.enter(origin);
      if (!leave) throw new HeatmineError('NO_WAY', 'this relay dials as many others as it may');
      // A key of its own for each relay: what passes here is not our question.
      const fresh = { identity: freshIdentity(), handlers: NOT_SERVING, reach, backlog };
      const dialling = dial({ ...fresh, url: hop.url!, expect: hop.key });
      dialled.set(id, dialling);
      const forget = () => {
        dialled.delete(id);
        leave();
      };
      dialling.then((connection) => connection.closed.addEventListener('abort', forget, { once: true }), forget);
      return dialling;
    },
    close() {
      for (const dialling of dialled.values())
        dialling.then(
          (connection) => connection.close(1000, 'leaving'),
          () => {},
        );
    },
  };
}
