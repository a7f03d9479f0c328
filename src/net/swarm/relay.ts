import { HeatmineError } from '../../core/errors.ts';
import { isOurOwn } from '../per-address.ts';
import { type Descriptor, readDescriptor } from './descriptor.ts';
import { createDials } from './dials.ts';
import { createHopPlaces, type EnterHop } from './places.ts';
import { splice } from './splice.ts';
import { createTally } from './tally.ts';
import type { Pace } from './turns.ts';
import { type Backlog, createBacklog } from './wire/backlog.ts';
import type { Connection } from './wire/connection.ts';
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
  /** After which a stream on which nothing passes is closed. */
  silentMs?: number;
  /** Of weights; left out: none may pass. */
  weights?: Pace;
  /** Left out: one of its own. */
  backlog?: Backlog;
  now: () => number;
}

/** Whose stream it is, as far as can be told from here. */
export interface Sender {
  /** Empty where a relay brought it: whose it is nobody tells. */
  address: string;
  /** Key of a relay that the owner chose, which counts by it for all that it brings. */
  relay?: string | undefined;
  /** It got a whole answer. */
  served?(): void;
}

export interface Relay {
  attach(from: Connection, descriptor: string, tags?: readonly string[]): { accepted: boolean; why: string };
  /** The descriptors of attached nodes that answer this topic, or give weights under this tag, as far as whoever is at this address may have them. */
  offers(topic: string, asker?: string): string[];
  /** Of the weights that attached nodes give, as far as a relay announces them. */
  tags(): string[];
  /** Questions passed to an attached node, by hour. */
  tally(key: string): [hour: number, streams: number][];
  forward(stream: Stream, path: Hop[], from: Sender, kind?: Kind): Promise<void>;
  close(): void;
}

const MAX_ATTACHED = 256;
/** Each is announced every quarter of an hour; the others are told to whoever asks here. */
const MAX_ANNOUNCED_TAGS = 64;
/** Any stranger may name whom we dial: no more than this go out from our address. */
const MAX_DIALLED = 64;
/** What a relay refuses with itself, before anything was passed on. */
const OWN_WORDS: readonly string[] = ['NO_WAY', 'NOT_OFFERED', 'BUSY'];
interface Attached {
  connection: Connection;
  text: string;
  descriptor: Descriptor;
  tags: readonly string[];
}

/** Passes whole frames on, both ways, and looks into none. */
export function createRelay(options: RelayOptions): Relay {
  const { reachFor, attached: most = MAX_ATTACHED, dials = MAX_DIALLED, silentMs, weights, now } = options;
  const backlog = options.backlog ?? createBacklog(WIRE_LIMITS.heldBytes);
  const experts = new Map<string, Attached>();
  const tally = createTally(now);
  const dialled = createDials(dials, backlog);
  const streams = new WeakMap<Connection, EnterHop>();

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
    async forward(stream, [hop, ...rest], from, kind) {
      const origin = originOf(from);
      try {
        const pace = kind === 'weights' ? weights : undefined;
        if (kind === 'weights' && !pace) throw new HeatmineError('NOT_OFFERED', 'this relay passes no weights');
        const here = experts.get(hop!.key)?.connection;
        if (!here && hop!.url === undefined) throw new HeatmineError('NO_WAY', 'that expert is not attached here');
        const connection = here ?? (await dialled.to(hop!, reachFor(from.address), origin));
        const enter = streams.get(connection) ?? createHopPlaces();
        streams.set(connection, enter);
        const guest = { silentSinceMs: performance.now(), cut() {} };
        const leave = enter(origin, guest, rest[0]?.key);
        if (!leave) throw new HeatmineError('BUSY', 'this relay passes as many of yours to that node as it may');
        if (here && kind === undefined) tally.passed(hop!.key, prefixOf(here.address));
        const paced: Pace | undefined = pace && ((bytes, signal) => pace(bytes, signal, origin));
        const answered = () => {
          from.served?.();
          connection.served();
        };
        const passing = { pace: paced, mayBlock: rest.length > 0, backlog, guest, silentMs, answered, leave };
        splice(stream, connection.open(rest, kind), passing);
      } catch (error) {
        const isOurs = error instanceof HeatmineError && OWN_WORDS.includes(error.code);
        // Not why: whoever may ask what our network refuses has a port scanner with our address.
        if (isOurs) stream.close(error.code, error.message);
        else stream.close('NO_WAY', 'no way from here to that node');
      }
    },
    close: dialled.close,
  };
}

/** Many come by a relay, and whoever dialled in has many addresses of one prefix; this machine itself is told by its address. */
const originOf = ({ address, relay }: Sender): string => relay ?? (isOurOwn(address) ? address : prefixOf(address));

const answers = ({ descriptor, tags }: Attached, topic: string): boolean =>
  tags.includes(topic) || descriptor.experts.some((expert) => expert.topics.includes(topic));
