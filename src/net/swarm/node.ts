import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { type Random, shuffled } from '../../core/random.ts';
import type { SwarmConfig } from '../../core/swarm-config.ts';
import type { ComputeClient } from '../ask/compute-client.ts';
import { inFlight } from '../in-flight.ts';
import { gather } from './ask/gather.ts';
import { type Attachments, keepAttached, type RelayAt } from './attach.ts';
import { type Descriptor, signDescriptor } from './descriptor.ts';
import { createDesk } from './desk.ts';
import type { Discovery } from './discovery/discovery.ts';
import type { Identity } from './identity.ts';
import { createNeighbours, type Neighbours } from './neighbours.ts';
import type { Unsealer } from './query.ts';
import { createRelay, type Relay } from './relay.ts';
import { RELAY_TOPIC, TOPICS, TOPICS_OF_SHIPPED } from './topics.ts';
import { acceptPeers } from './wire/accept.ts';
import type { Handlers } from './wire/connection.ts';
import type { Role } from './wire/frames.ts';
import type { WireLimits } from './wire/limits.ts';
import { isPrivate } from './wire/prefix.ts';

export interface NodeOptions {
  config: SwarmConfig;
  /** 0: the kernel's choice. */
  port: number;
  identity: Identity;
  compute: Pick<ComputeClient, 'answer'>;
  unsealer?: Unsealer;
  /** Which of the experts behind a relay are named first. */
  random: Random;
  /** Opened once the node listens, so that what they announce is true. */
  discoveries: (port: number) => Promise<Discovery[]>;
  renewMs?: number;
  limits?: Partial<WireLimits>;
  log: Log;
}

export interface SwarmNode {
  port: number;
  discoveries: readonly Discovery[];
  connections(): number;
  close(): Promise<void>;
}

/** Twice within the life of a descriptor. */
const RENEW_MS = 12 * 60_000;
/** Of one topic that a relay tells on. */
const OTHERS = 16;
const LANGUAGES = ['en', 'de'];

/** Takes part in the swarm as expert, relay or both. */
export async function startNode(options: NodeOptions): Promise<SwarmNode> {
  const { config, identity, log } = options;
  const experts = expertsOf(config);
  const relay = config.relay ? createRelay({ mayDialPrivate: isPrivate(config.host), now: Date.now }) : undefined;
  const neighbours = createNeighbours({ look: (topic) => othersFor(self, topic), now: Date.now });
  const self: Self = {
    ...{ ...options, experts, relay, neighbours, urls: [], discoveries: [], attachments: undefined, listeningOn: 0 },
  };
  const roles: Role[] = [...(experts.length ? (['expert'] as const) : []), ...(relay ? (['relay'] as const) : [])];
  const handlers = handlersOf(self);
  const { port: wanted, limits } = options;
  const acceptor = await acceptPeers({ host: config.host, port: wanted, identity, roles, handlers, limits, log });
  const { port } = acceptor;
  self.listeningOn = port;
  self.urls = config.urls.length || config.host === '0.0.0.0' ? config.urls : [`ws://${config.host}:${port}`];
  const close = async () => {
    clearInterval(timer);
    self.attachments?.close();
    relay?.close();
    await Promise.all([acceptor.close(), ...self.discoveries.map((discovery) => discovery.close())]);
  };
  const timer = setInterval(() => {
    void self.attachments?.renew();
    announce(self);
  }, options.renewMs ?? RENEW_MS);
  try {
    self.discoveries = await options.discoveries(port);
  } catch (error) {
    await close();
    throw error;
  }
  self.attachments = keepAttached({
    relays: experts.length ? config.relays.filter(({ key }) => key !== identity.id) : [],
    ...{ identity, handlers, log },
    descriptor: (relays) => describe(self, relays),
    onChange: () => announce(self),
  });
  announce(self);
  return { port, discoveries: self.discoveries, connections: acceptor.connections, close };
}

interface Self extends Omit<NodeOptions, 'discoveries'> {
  experts: Descriptor['experts'];
  relay: Relay | undefined;
  urls: string[];
  discoveries: Discovery[];
  attachments: Attachments | undefined;
  neighbours: Neighbours;
  listeningOn: number;
}

const ownTopics = ({ experts, relay }: Self): string[] => [
  ...new Set(experts.flatMap(({ topics }) => topics)),
  ...(relay ? [RELAY_TOPIC] : []),
];

const describe = ({ identity, config, urls, experts, unsealer }: Self, relays: RelayAt[]): Buffer =>
  signDescriptor(identity, {
    issuedS: Math.floor(Date.now() / 1000),
    ...{ urls, relays, relay: config.relay, experts, seal: unsealer?.key, operator: config.operator },
  });

/** Whom this node finds for a topic, itself left out. */
async function othersFor({ discoveries, identity }: Self, topic: string) {
  const found = await gather({ discoveries, topics: [topic], wanted: OTHERS });
  return found
    .filter(({ descriptor }) => descriptor.key !== identity.id)
    .map(({ descriptor: { key, issuedS }, signed }) => ({ key, issuedS, signed }));
}

/** Whoever asks a relay for a topic finds the experts behind it: it announces what they answer as well. */
function announce(self: Self): void {
  const { relay, urls, discoveries, log, listeningOn } = self;
  const behind = relay ? TOPICS.filter((topic) => relay.offers(topic).length > 0) : [];
  const topics = [...new Set([...ownTopics(self), ...behind])];
  const relays = self.attachments?.current() ?? [];
  const what = {
    ...{ url: urls[0] ?? `ws://0.0.0.0:${listeningOn}`, topics, descriptor: describe(self, relays) },
    onlyByRelay: urls.length === 0 && relays.length > 0,
  };
  for (const discovery of discoveries) {
    discovery.announce(what).catch((error) => log.warn({ err: messageOf(error), by: discovery.name }, 'announce'));
  }
}

function handlersOf(self: Self): Handlers {
  const { config, relay, compute, unsealer, log } = self;
  const desk =
    config.serve &&
    createDesk({
      ...{ compute, unsealer, log },
      slots: inFlight(config.serve.questionsAtOnce),
      offered: new Map(self.experts.map(({ id, price }) => [id, price])),
      bandwidthBytesPerS: config.serve.bandwidthKBps * 1000,
    });
  return {
    onOpen(stream, path) {
      if (path.length > 0 && relay) void relay.forward(stream, path);
      else if (path.length === 0 && desk) void desk(stream);
      else stream.close('NOT_OFFERED', path.length ? 'this node is no relay' : 'this node is no expert');
    },
    async onAsk(frame, from) {
      const { id } = frame;
      if (frame.type === 'find') {
        const relays = self.attachments?.current() ?? [];
        const own = ownTopics(self).includes(frame.topic) ? [describe(self, relays).toString('base64url')] : [];
        const behind = shuffled(relay?.offers(frame.topic) ?? [], self.random);
        const others = frame.others && relay ? await self.neighbours.of(frame.topic, frame.limit) : [];
        const descriptors = [...new Set([...own, ...behind, ...others])].slice(0, frame.limit);
        return { type: 'found', id, descriptors };
      }
      const answer = relay?.attach(from, frame.descriptor) ?? { accepted: false, why: 'this node is no relay' };
      if (answer.accepted) announce(self);
      return { type: 'attached', id, ...answer };
    },
  };
}

/** What this node lets strangers ask. Throws CONFIG_INVALID when it is too much for one descriptor. */
function expertsOf({ serve }: SwarmConfig): Descriptor['experts'] {
  if (!serve) return [];
  return serve.experts.map((id) => ({
    id,
    topics: [...(TOPICS_OF_SHIPPED[id] ?? ['general'])],
    languages: LANGUAGES,
    price: serve.minPrice,
  }));
}
