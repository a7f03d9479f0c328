import { type Connection, dial } from './connection.ts';
import { type Descriptor, type Offer, readDescriptor } from './descriptor.ts';
import { ClientError } from './fault.ts';
import { lookThroughRelays } from './through.ts';
import { type EntryRule, hostOf, isPrivate, nameOf, prefixOf } from './way.ts';

/** A relay to look through: of an invite line, or the one that serves the page. */
export interface RelayAt {
  url: string;
  key?: string;
}

export interface Found {
  /** Nodes with experts, at most two of one address prefix and of one operator. */
  nodes: Descriptor[];
  relays: Descriptor[];
  /** Relays that saw no address were asked for the topics, or those given for all topics alike: they saw which of none. */
  looked: 'sealed' | 'all';
  /** Key of the relay that brought the look-up. */
  entry?: string;
}

/** Version 1 of the topics. */
export const TOPICS: readonly string[] = ['heating', 'units', 'general'];

const RELAY_TOPIC = 'relay';
const PER_RELAY = 16;
const PER_GROUP = 2;

/**
 * Who answers the topics. The given relays are asked for relays, which is the same for all askers; other relays for the topics,
 * sealed, by way of one. Where that brings nobody, or all topics are wanted, the given ones are asked for all of them. Throws
 * NOT_RUNNING or PEER_INVALID where none of those speaks to us.
 */
export async function findNodes(
  through: readonly RelayAt[],
  topics: readonly string[],
  rule: EntryRule,
  signal?: AbortSignal,
): Promise<Found> {
  const relayTexts = await lookThroughAll(through, [RELAY_TOPIC], signal);
  const relays = (await readAll(relayTexts)).filter(({ relay }) => relay);
  if (!TOPICS.every((topic) => topics.includes(topic))) {
    const given = new Set(through.map(({ url }) => url));
    const isGiven = ({ urls }: Descriptor) => urls.some((url) => given.has(url));
    const drawn = shuffled(relays);
    const entries = [...drawn.filter(isGiven), ...drawn.filter((one) => !isGiven(one))];
    const looked = await lookThroughRelays(entries, drawn, topics, rule, signal);
    const nodes = looked ? fitting(await readAll(looked.texts), topics) : [];
    if (looked && nodes.length > 0) return { nodes, relays, looked: 'sealed', entry: looked.entry };
  }
  const known = await readAll([...relayTexts, ...(await lookThroughAll(through, TOPICS, signal))]);
  return { nodes: fitting(known, topics), relays: known.filter(({ relay }) => relay), looked: 'all' };
}

/** In an order drawn anew: no expert and no entry relay sees all questions of an asker. */
export function shuffled<T>(all: readonly T[]): T[] {
  const drawn = crypto.getRandomValues(new Uint32Array(all.length));
  return all
    .map((value, i) => ({ value, at: drawn[i]! }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

function fitting(known: readonly Descriptor[], topics: readonly string[]): Descriptor[] {
  const admit = createCaps();
  return known.filter((node) => node.experts.some((offer) => answers(offer, topics)) && admit(node));
}

/** The newest of each key of those that are signed. */
async function readAll(texts: readonly unknown[]): Promise<Descriptor[]> {
  const byKey = new Map<string, Descriptor>();
  for (const text of new Set(texts)) {
    const descriptor = await readDescriptor(text, Date.now());
    if (descriptor && descriptor.issuedS >= (byKey.get(descriptor.key)?.issuedS ?? 0))
      byKey.set(descriptor.key, descriptor);
  }
  return [...byKey.values()];
}

export const answers = (offer: Offer, topics: readonly string[]): boolean =>
  offer.topics.some((topic) => topics.includes(topic));

/** Throws what the last one failed with where none of them answers. */
async function lookThroughAll(
  through: readonly RelayAt[],
  topics: readonly string[],
  signal?: AbortSignal,
): Promise<unknown[]> {
  let last: unknown = new ClientError('NOBODY_THERE', 'no relay was given');
  const lists = await Promise.all(
    through.map((relay) =>
      lookThrough(relay, topics, signal).catch((error: unknown) => {
        last = error;
        return undefined;
      }),
    ),
  );
  if (lists.every((list) => list === undefined)) throw last;
  return lists.flatMap((list) => list ?? []);
}

async function lookThrough({ url, key }: RelayAt, topics: readonly string[], signal?: AbortSignal): Promise<unknown[]> {
  const connection: Connection = await dial(url, key, signal);
  try {
    return (await Promise.all(topics.map((topic) => connection.find(topic, PER_RELAY)))).flat();
  } finally {
    connection.close();
  }
}

/** A hundred nodes in one rack are not a hundred opinions. Loopback is one's own, names tell nothing. */
function createCaps(): (descriptor: Descriptor) => boolean {
  const count = new Map<string, number>();
  return ({ urls, operator }) => {
    const hosts = urls.map(hostOf).filter((host) => !isPrivate(host));
    const groups = new Set([
      ...hosts.map((host) => `at ${prefixOf(host)}`),
      ...(operator ? [`by ${nameOf(operator)}`] : []),
    ]);
    if ([...groups].some((group) => (count.get(group) ?? 0) >= PER_GROUP)) return false;
    for (const group of groups) count.set(group, (count.get(group) ?? 0) + 1);
    return true;
  };
}
