import { systemClock } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { type Random, shuffled } from '../../core/random.ts';
import type { SwarmConfig } from '../../core/swarm-config.ts';
import type { ComputeClient } from '../ask/compute-client.ts';
import { inFlight } from '../in-flight.ts';

import { MAX_UC_PER_MTOK } from '../ledger/price.ts';

import { gather } from './ask/gather.ts';

import { type Attachments, keepAttached, type RelayAt } from './attach.ts';
import { signDescriptor } from './descriptor.ts';
import { createDesk } from './desk.ts';
import type { Discovery } from './discovery/discovery.ts';
import type { Identity } from './identity.ts';
import { createNeighbours, type Neighbours } from './neighbours.ts';
import { openTill, type Till, type Trade } from './pay/till.ts';
import { viaOf } from './pay/via.ts';

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
  /** By what it serves strangers; without it none are. */
  trade?: Trade;
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
  connections(): number;
  close(): Promise<void>;
}

/** Twice within the life of a descriptor. */
const RENEW_MS = 12 * 60_000;
const PRICE_MS = 60_000;
const PRICE_STEP = 1.1;
/** Of one topic that a relay tells on. */
const OTHERS = 16;
const LANGUAGES = ['en', 'de'];
const CLOCK = { wallMs: systemClock.wallMs, monoMs: systemClock.monoMs };

/** Takes part in the swarm as expert, relay or both. */
export async function startNode(options: NodeOptions): Promise<SwarmNode> {
  const { config, identity, log } = options;
  const { serve } = config;
  const experts = serve && options.trade ? serve.experts : [];
  const relay = config.relay ? createRelay({ mayDialPrivate: isPrivate(config.host), now: Date.now }) : undefined;
  const till = experts.length ? openTill({ ...options.trade!, identity, serve: serve!, ...CLOCK }) : undefined;
  const neighbours = createNeighbours({ look: (topic) => othersFor(self, topic), now: Date.now });
  const made = { experts, till, relay, neighbours };
  const self: Self = {
    ...{ ...options, ...made, urls: [], discoveries: [], attachments: undefined, listeningOn: 0 },
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
    clearInterval(priceTimer);
    till?.close();
    self.attachments?.close();
    relay?.close();
    await Promise.all([acceptor.close(), ...self.discoveries.map((discovery) => discovery.close())]);
  };
  const timer = setInterval(() => {
    void self.attachments?.renew();
    announce(self);
  }, options.renewMs ?? RENEW_MS);
  const priceTimer = setInterval(() => {
    if (self.told === toldOf(self)) return;
    void self.attachments?.renew();
    announce(self);
  }, PRICE_MS);
  try {
    // Too much for one descriptor is told now rather than when the price goes up.
    describe(self, [], DEAREST);
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
  return { port, connections: acceptor.connections, close };
}

interface Self extends Omit<NodeOptions, 'discoveries'> {
  experts: readonly string[];
  till: Till | undefined;
  /** What the last announcement said of the price. */
  told?: string;
  relay: Relay | undefined;
  urls: string[];
  discoveries: Discovery[];
  attachments: Attachments | undefined;
  neighbours: Neighbours;
  listeningOn: number;
}

const topicsOf = (id: string): string[] => [...(TOPICS_OF_SHIPPED[id] ?? ['general'])];
const ownTopics = ({ experts, relay }: Self): string[] => [
  ...new Set(experts.flatMap(topicsOf)),
  ...(relay ? [RELAY_TOPIC] : []),
];

const offerOf = ({ till }: Self) => till?.offer() ?? { price: 0, sunshine: false };
/** The longest that a price may get. */
const DEAREST = { price: MAX_UC_PER_MTOK, sunshine: true };

function describe(self: Self, relays: RelayAt[], { price, sunshine } = offerOf(self)): Buffer {
  const { identity, config, urls, experts, unsealer } = self;
  return signDescriptor(identity, {
    issuedS: Math.floor(Date.now() / 1000),
    ...{ urls, relays, relay: config.relay, seal: unsealer?.key, operator: config.operator },
    ...(sunshine && { sunshine }),
    experts: experts.map((id) => ({ id, topics: topicsOf(id), languages: LANGUAGES, price })),
  });
}

/** What is worth another announcement: free watts that come or go, and a price a tenth higher or lower. */
function toldOf(self: Self): string {
  const { price, sunshine } = offerOf(self);
  return `${sunshine} ${Math.round(Math.log(price + 1) / Math.log(PRICE_STEP))}`;
}

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
  self.told = toldOf(self);
  const behind = relay ? TOPICS.filter((topic) => relay.offers(topic).length > 0) : [];
  const topics = [...new Set([...ownTopics(self), ...behind])];
  const descriptor = describe(self, self.attachments?.current() ?? []);
  const what = { url: urls[0] ?? `ws://0.0.0.0:${listeningOn}`, topics, descriptor };
  for (const discovery of discoveries) {
    discovery.announce(what).catch((error) => log.warn({ err: messageOf(error), by: discovery.name }, 'announce'));
  }
}

function handlersOf(self: Self): Handlers {
  const { config, relay, compute, unsealer, till, log } = self;
  const desk =
    config.serve &&
    till &&
    createDesk({
      ...{ compute, unsealer, till, log },
      slots: inFlight(config.serve.questionsAtOnce),
      offered: new Set(self.experts),
      bandwidthBytesPerS: config.serve.bandwidthKBps * 1000,
    });
  return {
    onOpen(stream, path, from) {
      if (path.length > 0 && relay) void relay.forward(stream, path);
      else if (path.length === 0 && desk) void desk(stream, viaOf(from, config));
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
