import type { RequestListener } from 'node:http';
import { systemClock } from '../../core/clock.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { type Random, shuffled } from '../../core/random.ts';
import type { SwarmConfig } from '../../core/swarm-config.ts';
import type { ComputeClient } from '../ask/compute-client.ts';
import { gather } from './ask/gather.ts';
import { type Attachments, keepAttached } from './attach.ts';
import type { Descriptor } from './descriptor.ts';
import type { Discovery } from './discovery/discovery.ts';
import { deskOf, OTHERS } from './help-desk.ts';
import { type Here, watchHere } from './here.ts';
import type { Identity } from './identity.ts';
import { createNeighbours, type Neighbours } from './neighbours.ts';
import { DEAREST, describe, expertsOf, takeOffered, toldOf } from './offer.ts';
import { openTill, type Till, type Trade } from './pay/till.ts';
import { viaOf } from './pay/via.ts';
import type { Unsealer } from './query.ts';
import { createRelay, type Relay, type Sender } from './relay.ts';
import { type Seldom, seldom } from './seldom.ts';
import { RELAY_TOPIC, TOPICS } from './topics.ts';
import type { Told } from './useful/told.ts';
import type { Weights } from './weights/weights.ts';
import { acceptPeers } from './wire/accept.ts';
import { type Backlog, createBacklog } from './wire/backlog.ts';
import type { Connection, Handlers } from './wire/connection.ts';
import type { Role } from './wire/frames.ts';
import { WIRE_LIMITS, type WireLimits } from './wire/limits.ts';
import { leadsHome, mayTell } from './wire/reach.ts';

export interface NodeOptions {
  config: SwarmConfig;
  /** 0: the kernel's choice. */
  port: number;
  identity: Identity;
  /** Without `answers` all that config.yaml names is here. */
  compute: Pick<ComputeClient, 'answer'> & Partial<Pick<ComputeClient, 'answers'>>;
  unsealer?: Unsealer;
  /** Counts what askers say of its answers; closed with the node. */
  told?: Told;
  /** By what it serves strangers; without it none are. */
  trade?: Trade;
  /** Which of the experts behind a relay are named first. */
  random: Random;
  /** Opened once the node listens, so that what they announce is true. */
  discoveries: (port: number) => Promise<Discovery[]>;
  /** Its part in weights that travel; closed with the node. */
  weights?: Weights;
  renewMs?: number;
  /** How often compute is asked what is here. */
  lookMs?: number;
  limits?: Partial<WireLimits>;
  page?: RequestListener;
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
const PRICE_MS = 60_000;
/** Whoever asks may be on this machine. */
const HERE = '127.0.0.1';
/** Strangers attach as often as they like; each announcement is dozens of packets. */
const ATTACHED_MS = 2000;

/** Takes part in the swarm as expert, relay or both. */
export async function startNode(options: NodeOptions): Promise<SwarmNode> {
  const { config, identity, log, weights } = options;
  const experts = expertsOf(config);
  const till = tillOf(options);
  if (till) await options.trade!.ledger.reserveCounters();
  const backlog = createBacklog(options.limits?.heldBytes ?? WIRE_LIMITS.heldBytes);
  const relay = config.relay ? relayOf(options, backlog) : undefined;
  const neighbours = createNeighbours({ look: (topic) => othersFor(self, topic), now: Date.now });
  const unopened = { urls: [], discoveries: [], attachments: undefined, listeningOn: 0 };
  const attached = seldom(ATTACHED_MS, () => announce(self));
  const self: Self = { ...options, attached, experts, offered: new Set(), till, relay, neighbours, ...unopened };
  takeOffered(self);
  const gives = experts.length > 0 || weights?.gives === true || config.serve?.fetched === true;
  const roles: Role[] = [...(gives ? (['expert'] as const) : []), ...(relay ? (['relay'] as const) : [])];
  const handlers = handlersOf(self);
  const { port: wanted, limits, page } = options;
  const own = { host: config.host, port: wanted, identity, roles, handlers };
  const acceptor = await acceptPeers({ ...own, limits, backlog, page, log });
  const { port } = acceptor;
  self.listeningOn = port;
  self.urls = config.urls.length || config.host === '0.0.0.0' ? config.urls : [`ws://${config.host}:${port}`];
  const close = async () => {
    clearInterval(timer);
    clearInterval(priceTimer);
    self.here?.close();
    attached.stop();
    till?.close();
    options.told?.close();
    weights?.close();
    self.attachments?.close();
    relay?.close();
    await Promise.all([acceptor.close(), ...self.discoveries.map((discovery) => discovery.close())]);
  };
  const tellAgain = () => {
    void self.attachments?.renew();
    announce(self);
  };
  const changed = () => {
    takeOffered(self);
    tellAgain();
  };
  const timer = setInterval(tellAgain, options.renewMs ?? RENEW_MS);
  const priceTimer = setInterval(() => self.announced !== toldOf(self) && tellAgain(), PRICE_MS);
  try {
    // Too much for one descriptor is told now rather than when the price goes up.
    describe({ ...self, experts }, [], DEAREST);
    self.discoveries = await options.discoveries(port);
  } catch (error) {
    await close();
    throw error;
  }
  self.attachments = keepAttached({
    relays: gives ? config.relays.filter(({ key }) => key !== identity.id) : [],
    ...{ identity, handlers, log },
    descriptor: (relays) => describe(self, relays),
    tags: () => weights?.tags() ?? [],
    onChange: () => announce(self),
  });
  self.here = await hereOf(self, changed);
  changed();
  weights?.start(self.discoveries, changed);
  return { port, discoveries: self.discoveries, connections: acceptor.connections, close };
}

interface Self extends Omit<NodeOptions, 'discoveries'> {
  experts: Descriptor['experts'];
  /** Once compute was asked for the first time; undefined as well where it need not be. */
  here?: Here | undefined;
  /** What strangers may ask now; changes in place. */
  offered: Set<string>;
  till: Till | undefined;
  /** What the last announcement said of the price. */
  announced?: string;
  relay: Relay | undefined;
  urls: string[];
  discoveries: Discovery[];
  attachments: Attachments | undefined;
  neighbours: Neighbours;
  /** Announces what those behind this relay answer. */
  attached: Seldom;
  listeningOn: number;
}

const ownTopics = ({ experts, relay, weights }: Self): string[] => [
  ...new Set(experts.flatMap(({ topics }) => topics)),
  ...(weights?.tags() ?? []),
  ...(relay ? [RELAY_TOPIC] : []),
];

function tillOf({ config, trade, identity }: NodeOptions): Till | undefined {
  const { wallMs, monoMs } = systemClock;
  return config.serve && trade && openTill({ ...trade, identity, serve: config.serve, wallMs, monoMs });
}

const relayOf = ({ config, weights }: NodeOptions, backlog: Backlog): Relay =>
  createRelay({ reachFor: leadsHome(config), weights: weights?.relayPace, backlog, now: Date.now });

async function hereOf({ config, compute, weights, lookMs, log }: Self, changed: () => void): Promise<Here | undefined> {
  const { answers } = compute;
  if (!answers || !config.serve) return undefined;
  const more = () => (weights?.offered() ?? []).map(({ id }) => id);
  return watchHere({ answers, named: config.serve.experts, more, changed, ...(lookMs && { lookMs }), log });
}

/** Whom this node finds for a topic, itself left out. */
async function othersFor({ discoveries, identity }: Self, topic: string) {
  const found = await gather({ discoveries, topics: [topic], wanted: OTHERS });
  return found
    .filter(({ descriptor, reach }) => descriptor.key !== identity.id && mayTell(descriptor, reach, HERE))
    .map(({ descriptor: { key, issuedS }, signed }) => ({ key, issuedS, signed }));
}

/** Whoever asks a relay for a topic finds the experts behind it: it announces what they answer as well. */
function announce(self: Self): void {
  const { relay, urls, discoveries, log, listeningOn } = self;
  self.announced = toldOf(self);
  const behind = relay ? TOPICS.filter((topic) => relay.offers(topic).length > 0) : [];
  const topics = [...new Set([...ownTopics(self), ...behind, ...(relay?.tags() ?? [])])];
  const relays = self.attachments?.current() ?? [];
  const what = {
    ...{ url: urls[0] ?? `ws://0.0.0.0:${listeningOn}`, port: listeningOn, topics },
    descriptor: describe(self, relays),
    onlyByRelay: urls.length === 0 && relays.length > 0,
  };
  for (const discovery of discoveries) {
    discovery.announce(what).catch((error) => log.warn({ err: messageOf(error), by: discovery.name }, 'announce'));
  }
}

/** The own descriptor, then those of attached experts, where they serve the topic, as far as whoever is at that address may have them. */
function atHand(self: Self, topic: string, asker?: string): string[] {
  const own = ownTopics(self).includes(topic) ? [describe(self, self.attachments?.current() ?? [])] : [];
  return [
    ...own.map((text) => text.toString('base64url')),
    ...shuffled(self.relay?.offers(topic, asker) ?? [], self.random),
  ];
}

/** What comes by a relay that this node is attached to may be anybody's, however near that relay is. */
const senderOf = (from: Connection, config: SwarmConfig): Sender => {
  const { relay } = viaOf(from, config);
  return { address: relay === undefined ? from.address : '', relay, served: () => from.served() };
};

function handlersOf(self: Self): Handlers {
  const { config, relay, weights } = self;
  const desk = deskOf({ ...self, atHand: (topic) => atHand(self, topic, HERE) });
  return {
    onOpen(stream, path, from, kind) {
      if (path.length > 0 && relay) void relay.forward(stream, path, senderOf(from, config), kind);
      else if (path.length === 0 && kind === 'weights' && weights) weights.serve(stream, viaOf(from, config));
      else if (path.length === 0 && kind === undefined && desk) void desk(stream, from);
      else stream.close('NOT_OFFERED', path.length ? 'this node is no relay' : 'this node is no expert');
    },
    async onAsk(frame, from) {
      const { id } = frame;
      if (frame.type === 'find') {
        weights?.looked(frame.topic, viaOf(from, config));
        const others = frame.others && relay ? await self.neighbours.of(frame.topic, frame.limit) : [];
        const descriptors = [...new Set([...atHand(self, frame.topic, from.address), ...others])].slice(0, frame.limit);
        return { type: 'found', id, descriptors };
      }
      if (frame.type === 'tally') {
        if (!relay) throw new HeatmineError('NOT_OFFERED', 'this node is no relay');
        return { type: 'tallied', id, hours: relay.tally(frame.key) };
      }
      const answer = relay?.attach(from, frame.descriptor, frame.tags) ?? {
        accepted: false,
        why: 'this node is no relay',
      };
      if (answer.accepted) self.attached.call();
      return { type: 'attached', id, ...answer };
    },
  };
}
