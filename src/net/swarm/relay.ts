import { HeatmineError, messageOf } from '../../core/errors.ts';
import { isOurOwn, perAddress } from '../per-address.ts';
import { type Descriptor, readDescriptor } from './descriptor.ts';
import { freshIdentity } from './identity.ts';
import { createTally } from './tally.ts';
import type { Pace } from './turns.ts';
import { type Backlog, createBacklog } from './wire/backlog.ts';
import type { Connection, Handlers } from './wire/connection.ts';
import { dial } from './wire/dial.ts';
import type { Hop, Kind } from './wire/frames.ts';
import { WIRE_LIMITS } from './wire/limits.ts';
import { prefixOf } from './wire/prefix.ts';
import { mayTell, type Reach, reachOf } from './wire/reach.ts';
import type { Stream } from './wire/stream.ts';

export interface RelayOptions {
  /** Whither a stranger at this address may be led. */
  reachFor: (address: string) => Reach;
  attached?: number;
  /** Other relays dialled for strangers, at once. */
  dials?: number;
  /** Of weights; left out: none may pass. */
  weights?: Pace;
  /** Left out: one of its own. */
  backlog?: Backlog;
  now: () => number;
}

export interface Relay {
  attach(from: Connection, descriptor: string, tags?: readonly string[]): { accepted: boolean; why: string };
  /** The descriptors of attached nodes that answer this topic, or give weights under this tag, as far as whoever is at this address may have them. */
  offers(topic: string, asker?: string): string[];
  /** Of the weights that attached nodes give, as far as a relay announces them. */
  tags(): string[];
  /** Questions passed to an attached node, by hour. */
  tally(key: string): [hour: number, streams: number][];
  forward(stream: Stream, path: Hop[], from: Pick<Connection, 'address'>, kind?: Kind): Promise<void>;
  close(): void;
}

const MAX_ATTACHED = 256;
/** Each is announced every quarter of an hour; the others are told to whoever asks here. */
const MAX_ANNOUNCED_TAGS = 64;
/** Any stranger may name whom we dial: no more than this go out from our address. */
const MAX_DIALLED = 64;
/** Of them those that one address prefix asked for: no stranger alone keeps all others from passing. */
const DIALLED_PART = 1 / 4;
const SILENT_MS = 120_000;
/** Of a connection that we only ask through. */
export const NOT_SERVING: Handlers = {
  onOpen: (stream) => stream.close('NOT_OFFERED', 'nothing is served on this connection'),
  onAsk: () => Promise.reject(new HeatmineError('NOT_OFFERED', 'nothing is served on this connection')),
};

interface Attached {
  connection: Connection;
  text: string;
  descriptor: Descriptor;
  tags: readonly string[];
}

/** Passes whole frames on, both ways, and looks into none. */
export function createRelay(options: RelayOptions): Relay {
  const { reachFor, attached: most = MAX_ATTACHED, dials = MAX_DIALLED, weights, now } = options;
  const backlog = options.backlog ?? createBacklog(WIRE_LIMITS.heldBytes);
  const experts = new Map<string, Attached>();
  const tally = createTally(now);
  const dialled = new Map<string, Promise<Connection>>();

  const places = placesFor(dials);

  const toRelay = (hop: Hop, reach: Reach, address: string): Promise<Connection> => {
    const id = `${hop.key} ${hop.url} ${reach}`;
    const open = dialled.get(id);
    if (open) return open;
    const leave = places(address);
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
  };

  return {
    attach(from, text, tags = []) {
      const descriptor = readDescriptor(Buffer.from(text, 'base64url'), now());
      if (!descriptor || descriptor.key !== from.peer.key)
        return { accepted: false, why: 'no valid descriptor of this key' };
      if (!from.peer.roles.includes('expert')) return { accepted: false, why: 'the hello named no role expert' };
      if (!experts.has(descriptor.key) && experts.size >= most) return { accepted: false, why: 'this relay is full' };
      const before = experts.get(descriptor.key);
      experts.set(descriptor.key, { connection: from, text, descriptor, tags });
      from.keep = true;
      if (before?.connection !== from) {
        before?.connection.close(1000, 'attached anew');
        from.closed.addEventListener('abort', () => {
          if (experts.get(descriptor.key)?.connection === from) experts.delete(descriptor.key);
        });
      }
      return { accepted: true, why: '' };
    },
    offers: (topic, asker) =>
      [...experts.values()]
        .filter((one) => answers(one, topic) && mayTell(one.descriptor, reachOf(one.connection.address), asker))
        .map(({ text }) => text),
    tally: tally.of,
    tags: () => [...new Set([...experts.values()].flatMap(({ tags }) => tags))].slice(0, MAX_ANNOUNCED_TAGS),
    async forward(stream, [hop, ...rest], { address }, kind) {
      try {
        const pace = kind === 'weights' ? weights : undefined;
        if (kind === 'weights' && !pace) throw new HeatmineError('NOT_OFFERED', 'this relay passes no weights');
        const here = experts.get(hop!.key)?.connection;
        if (!here && hop!.url === undefined) throw new HeatmineError('NO_WAY', 'that expert is not attached here');
        if (here && kind === undefined) tally.passed(hop!.key);
        const connection = here ?? (await toRelay(hop!, reachFor(address), address));
        const paced: Pace | undefined = pace && ((bytes, signal) => pace(bytes, signal, prefixOf(address)));
        splice(stream, connection.open(rest, kind), { pace: paced, mayBlock: rest.length > 0, backlog });
      } catch (error) {
        const isOurs = error instanceof HeatmineError && (error.code === 'NO_WAY' || error.code === 'NOT_OFFERED');
        // Not why: whoever may ask what our network refuses has a port scanner with our address.
        if (isOurs) stream.close(error.code, error.message);
        else stream.close('NO_WAY', 'no way from here to that node');
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

/** For connections that strangers make us open: a release, or undefined where all or those of this address are taken. */
function placesFor(dials: number): (address: string) => (() => void) | undefined {
  const mostOfOne = Math.ceil(dials * DIALLED_PART);
  const places = perAddress({ all: dials, each: (origin) => (isOurOwn(origin) ? dials : mostOfOne) });
  return (address) => places.enter(isOurOwn(address) ? address : prefixOf(address));
}

const answers = ({ descriptor, tags }: Attached, topic: string): boolean =>
  tags.includes(topic) || descriptor.experts.some((expert) => expert.topics.includes(topic));

interface Passing {
  pace: Pace | undefined;
  /** Behind the second is another relay, which may find no way; an expert that says so has had the question. */
  mayBlock: boolean;
  backlog: Backlog;
}

function splice(a: Stream, b: Stream, { pace, mayBlock, backlog }: Passing): void {
  const cut = (message: string) => {
    for (const stream of [a, b]) stream.close('BUSY', message);
  };
  const silent = setTimeout(() => cut('nothing passed for long'), SILENT_MS);
  // Their own account: others use the connections, too, and lose nothing by what these two leave lying here.
  const holding = backlog.enter(() => cut('what passes here was not taken for long'));
  for (const stream of [a, b]) stream.holdOn(holding);
  const pump = async (from: Stream, to: Stream) => {
    try {
      for (let next = await from.take(); next; next = await from.take()) {
        silent.refresh();
        if (pace) await pace(next.payload.length, to.closed);
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
  void Promise.all([pump(a, b), pump(b, a)]).then(() => {
    clearTimeout(silent);
    holding.leave();
  });
}
