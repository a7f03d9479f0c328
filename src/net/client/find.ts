import { type Connection, dial } from './connection.ts';
import { type Descriptor, type Offer, readDescriptor } from './descriptor.ts';
import { ClientError } from './fault.ts';
import { hostOf, isPrivate, prefixOf } from './way.ts';

/** A relay to look through: of an invite line, or the one that serves the page. */
export interface RelayAt {
  url: string;
  key?: string;
}

export interface Found {
  /** Nodes with experts, at most two of one address prefix and of one operator. */
  nodes: Descriptor[];
  relays: Descriptor[];
}

const RELAY_TOPIC = 'relay';
const PER_RELAY = 16;
const PER_GROUP = 2;

/** Asks these relays who answers the topics. Throws NOT_RUNNING or PEER_INVALID where none of them speaks to us. */
export async function findNodes(
  through: readonly RelayAt[],
  topics: readonly string[],
  nowMs: number,
  signal?: AbortSignal,
): Promise<Found> {
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
  const byKey = new Map<string, Descriptor>();
  for (const text of new Set(lists.flatMap((list) => list ?? []))) {
    const descriptor = await readDescriptor(text, nowMs);
    if (descriptor && descriptor.issuedS >= (byKey.get(descriptor.key)?.issuedS ?? 0))
      byKey.set(descriptor.key, descriptor);
  }
  const known = [...byKey.values()];
  const admit = createCaps();
  const offersAny = ({ experts }: Descriptor) => experts.some((offer) => answers(offer, topics));
  return { nodes: known.filter((node) => offersAny(node) && admit(node)), relays: known.filter(({ relay }) => relay) };
}

export const answers = (offer: Offer, topics: readonly string[]): boolean =>
  offer.topics.some((topic) => topics.includes(topic));

async function lookThrough({ url, key }: RelayAt, topics: readonly string[], signal?: AbortSignal): Promise<unknown[]> {
  const connection: Connection = await dial(url, key, signal);
  try {
    const asked = [...new Set([...topics, RELAY_TOPIC])];
    return (await Promise.all(asked.map((topic) => connection.find(topic, PER_RELAY)))).flat();
  } finally {
    connection.close();
  }
}

/** A hundred nodes in one rack are not a hundred opinions. Loopback is one's own, names tell nothing. */
function createCaps(): (descriptor: Descriptor) => boolean {
  const count = new Map<string, number>();
  return ({ urls, operator }) => {
    const hosts = urls.map(hostOf).filter((host) => !isPrivate(host));
    const groups = new Set([...hosts.map((host) => `at ${prefixOf(host)}`), ...(operator ? [`by ${operator}`] : [])]);
    if ([...groups].some((group) => (count.get(group) ?? 0) >= PER_GROUP)) return false;
    for (const group of groups) count.set(group, (count.get(group) ?? 0) + 1);
    return true;
  };
}
