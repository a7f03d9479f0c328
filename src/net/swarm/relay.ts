import { HeatmineError, messageOf } from '../../core/errors.ts';
import { type Descriptor, readDescriptor } from './descriptor.ts';
import { freshIdentity } from './identity.ts';
import type { Connection, Handlers } from './wire/connection.ts';
import { dial } from './wire/dial.ts';
import type { Hop } from './wire/frames.ts';
import type { Stream } from './wire/stream.ts';

export interface RelayOptions {
  /** Relays in a private network may lead to others there. */
  mayDialPrivate: boolean;
  attached?: number;
  /** Other relays dialled for strangers, at once. */
  dials?: number;
  now: () => number;
}

export interface Relay {
  attach(from: Connection, descriptor: string): { accepted: boolean; why: string };
  /** The descriptors of attached experts that answer this topic. */
  offers(topic: string): string[];
  forward(stream: Stream, path: Hop[]): Promise<void>;
  close(): void;
}

const MAX_ATTACHED = 256;
/** Any stranger may name whom we dial: no more than this go out from our address. */
const MAX_DIALLED = 64;
const SILENT_MS = 120_000;
/** Of a connection that we only ask through. */
export const NOT_SERVING: Handlers = {
  onOpen: (stream) => stream.close('NOT_OFFERED', 'nothing is served on this connection'),
  onAsk: () => Promise.reject(new HeatmineError('NOT_OFFERED', 'nothing is served on this connection')),
};

/** Passes whole frames on, both ways, and looks into none. */
export function createRelay(options: RelayOptions): Relay {
  const { mayDialPrivate, attached: most = MAX_ATTACHED, dials = MAX_DIALLED, now } = options;
  const experts = new Map<string, { connection: Connection; text: string; descriptor: Descriptor }>();
  const dialled = new Map<string, Promise<Connection>>();

  const toRelay = (hop: Hop): Promise<Connection> => {
    const id = `${hop.key} ${hop.url}`;
    const open = dialled.get(id);
    if (open) return open;
    if (dialled.size >= dials) throw new HeatmineError('NO_WAY', 'this relay dials as many others as it may');
    // A key of its own for each relay: what passes here is not our question.
    const dialling = dial({
      url: hop.url!,
      identity: freshIdentity(),
      expect: hop.key,
      handlers: NOT_SERVING,
      mayBePrivate: mayDialPrivate,
    });
    dialled.set(id, dialling);
    const forget = () => dialled.delete(id);
    dialling.then((connection) => connection.closed.addEventListener('abort', forget, { once: true }), forget);
    return dialling;
  };

  return {
    attach(from, text) {
      const descriptor = readDescriptor(Buffer.from(text, 'base64url'), now());
      if (!descriptor || descriptor.key !== from.peer.key)
        return { accepted: false, why: 'no valid descriptor of this key' };
      if (!from.peer.roles.includes('expert')) return { accepted: false, why: 'the hello named no role expert' };
      if (!experts.has(descriptor.key) && experts.size >= most) return { accepted: false, why: 'this relay is full' };
      const before = experts.get(descriptor.key);
      experts.set(descriptor.key, { connection: from, text, descriptor });
      from.keep = true;
      if (before?.connection !== from) {
        before?.connection.close(1000, 'attached anew');
        from.closed.addEventListener('abort', () => {
          if (experts.get(descriptor.key)?.connection === from) experts.delete(descriptor.key);
        });
      }
      return { accepted: true, why: '' };
    },
    offers: (topic) =>
      [...experts.values()]
        .filter(({ descriptor }) => descriptor.experts.some((expert) => expert.topics.includes(topic)))
        .map(({ text }) => text),
    async forward(stream, [hop, ...rest]) {
      try {
        const here = experts.get(hop!.key)?.connection;
        if (!here && hop!.url === undefined) throw new HeatmineError('NO_WAY', 'that expert is not attached here');
        const connection = here ?? (await toRelay(hop!));
        splice(stream, connection.open(rest), rest.length > 0);
      } catch (error) {
        const isOurs = error instanceof HeatmineError && error.code === 'NO_WAY';
        // Not why: whoever may ask what our network refuses has a port scanner with our address.
        stream.close('NO_WAY', isOurs ? error.message : 'no way from here to that node');
      }
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

/** `mayBlock`: behind `b` is another relay, which may find no way; an expert that says so has had the question. */
function splice(a: Stream, b: Stream, mayBlock: boolean): void {
  const silent = setTimeout(() => {
    a.close('BUSY', 'nothing passed for long');
    b.close('BUSY', 'nothing passed for long');
  }, SILENT_MS);
  const pump = async (from: Stream, to: Stream) => {
    try {
      for (let next = await from.take(); next; next = await from.take()) {
        silent.refresh();
        await to.send(next.payload, next.end);
      }
    } catch (error) {
      // One side's end is the other's; whichever was closed first has the reason.
      const known = error instanceof HeatmineError ? error.code : 'NOT_RUNNING';
      const code = known === 'NO_WAY' && !mayBlock ? 'NOT_RUNNING' : known;
      from.close(code, messageOf(error));
      to.close(code, messageOf(error));
    }
  };
  void Promise.all([pump(a, b), pump(b, a)]).then(() => clearTimeout(silent));
}
