import type { SwarmConfig } from '../../core/swarm-config.ts';
import { MAX_UC_PER_MTOK } from '../ledger/price.ts';
import type { RelayAt } from './attach.ts';
import { type Descriptor, signDescriptor } from './descriptor.ts';
import type { Here } from './here.ts';
import type { Identity } from './identity.ts';
import type { Till } from './pay/till.ts';
import type { Unsealer } from './query.ts';
import { PARENTS_OF_SHIPPED, TOPICS_OF_SHIPPED } from './topics.ts';
import type { Told } from './useful/told.ts';
import type { Weights } from './weights/weights.ts';

/** What a node has to say of itself. */
interface Offering {
  identity: Identity;
  config: SwarmConfig;
  urls: string[];
  experts: Descriptor['experts'];
  till: Till | undefined;
  unsealer?: Unsealer;
  told?: Pick<Told, 'key'>;
}

const LANGUAGES = ['en', 'de'];
const PRICE_STEP = 1.1;
const MOST_RELAYS = 3;
/** In a descriptor. */
const MOST_EXPERTS = 8;
const offerOf = ({ till }: Offering) => till?.offer() ?? { price: 0, sunshine: false };
/** The longest that a price may get. */
export const DEAREST = { price: MAX_UC_PER_MTOK, sunshine: true };

/** What the node says of itself now, signed. Throws CONFIG_INVALID when it is too much for one descriptor. */
export function describe(self: Offering, relays: RelayAt[], { price, sunshine } = offerOf(self)): Buffer {
  const { identity, config, urls, experts, unsealer } = self;
  const said = {
    issuedS: Math.floor(Date.now() / 1000),
    ...{ urls, relays, relay: config.relay, seal: unsealer?.key, operator: config.operator },
    ...(sunshine && { sunshine }),
    experts: experts.map((expert) => ({ ...expert, price })),
  };
  const useful = self.told?.key;
  try {
    return signedOnce(identity, { ...said, ...(useful !== undefined && { useful }) });
  } catch (error) {
    // The first to go where experts and addresses need the room.
    if (useful === undefined) throw error;
    return signedOnce(identity, said);
  }
}

const latest = new WeakMap<Identity, { said: string; signed: Buffer }>();

/** Any stranger may ask for it hundreds of times a second: the same is not signed again. */
function signedOnce(identity: Identity, descriptor: Parameters<typeof signDescriptor>[1]): Buffer {
  const said = JSON.stringify(descriptor);
  const before = latest.get(identity);
  if (before?.said === said) return before.signed;
  const signed = signDescriptor(identity, descriptor);
  latest.set(identity, { said, signed });
  return signed;
}

/** What is worth another announcement: free watts that come or go, and a price a tenth higher or lower. */
export function toldOf(self: Offering): string {
  const { price, sunshine } = offerOf(self);
  return `${sunshine} ${Math.round(Math.log(price + 1) / Math.log(PRICE_STEP))}`;
}

/** A node's experts as they are now. */
interface Offered extends Offering {
  compute: { answers?: unknown };
  here?: Pick<Here, 'has'> | undefined;
  weights?: Pick<Weights, 'offered' | 'said'>;
  /** Their ids; changes in place. */
  offered: Set<string>;
}

/** The owner's experts that are here, and those that demand brought as far as a descriptor has room for them. */
export function takeOffered(self: Offered): void {
  const { compute, here, weights, offered, config } = self;
  const isHere = ({ id }: { id: string }) => compute.answers === undefined || here?.has(id) === true;
  const named = expertsOf(config);
  const own = named.filter(isHere).map((one) => (isShipped(one.id) ? one : { ...one, ...weights?.said(one.id) }));
  const fetched = (weights?.offered() ?? []).filter((one) => isHere(one) && !named.some(({ id }) => id === one.id));
  self.experts = [...own, ...fetched].slice(0, MOST_EXPERTS);
  while (self.experts.length > own.length && !fitsDescriptor(self)) self.experts.pop();
  offered.clear();
  for (const { id } of self.experts) offered.add(id);
}

function fitsDescriptor(self: Offering): boolean {
  try {
    return describe(self, self.config.relays.slice(0, MOST_RELAYS), DEAREST).length > 0;
  } catch {
    return false;
  }
}

const isShipped = (id: string) => TOPICS_OF_SHIPPED[id] !== undefined;

/** What this node lets strangers ask, whether it is here or not. Throws CONFIG_INVALID when it is too much for one descriptor. */
export function expertsOf({ serve }: SwarmConfig): Descriptor['experts'] {
  if (!serve) return [];
  return serve.experts.map((id) => ({
    id,
    topics: [...(TOPICS_OF_SHIPPED[id] ?? ['general'])],
    languages: isShipped(id) ? LANGUAGES : [],
    price: serve.minPriceUcPerMtok,
    ...(PARENTS_OF_SHIPPED[id] && { parents: [...PARENTS_OF_SHIPPED[id]] }),
  }));
}
