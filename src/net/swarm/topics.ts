import { createHash } from 'node:crypto';

/** Topics, version 1 (docs/PROTOCOL.md). What the shipped classifier says of a question leads to one of them. */
export const TOPICS = ['heating', 'units', 'general'] as const;
export type Topic = (typeof TOPICS)[number];

/** Announcements of a topic are spread over so many keys, so that no three DHT nodes carry all of it. */
export const SHARDS = 4;

/** Which topics an expert that ships answers. `status` speaks of one's own house and is never a stranger's to ask. */
export const TOPICS_OF_SHIPPED: Readonly<Record<string, readonly Topic[]>> = {
  faults: ['heating'],
  convert: ['units'],
};

/** Whom an expert that ships was made from; a test holds this to its expert.json. */
export const PARENTS_OF_SHIPPED: Readonly<Record<string, readonly string[]>> = {
  faults: ['ancestor'],
  convert: ['ancestor'],
};

/** Where an expert belongs that does not ship: of each of its own topics, such as `heating/units`, the last word that is one here. */
export function topicsIn(own: readonly string[]): Topic[] {
  const lasts = own.map((path) => path.split('/').findLast((word) => (TOPICS as readonly string[]).includes(word)));
  const known = TOPICS.filter((topic) => lasts.includes(topic));
  return known.length > 0 ? known : ['general'];
}

/** Under which it is found; one that did not ship may be of any. */
export const topicsOfExpert = (id: string): readonly Topic[] => TOPICS_OF_SHIPPED[id] ?? TOPICS;

/** Best first: the topic of the classifier's label, then `general`. */
export const topicsOfLabel = (label: string): Topic[] => [...(TOPICS_OF_SHIPPED[label] ?? []), 'general'];

/** Key of BEP 5, 20 bytes: SHA-1 of `heatmine/topic/1/<topic>/<shard>`. */
export const shardKey = (topic: string, shard: number): Buffer =>
  createHash('sha1').update(`heatmine/topic/1/${topic}/${shard}`).digest();

/** The one shard in which a node announces itself: the first byte of its key, modulo the number of shards. */
export const shardOf = (publicKey: Uint8Array): number => publicKey[0]! % SHARDS;

/** Nodes with a relay announce this topic, so that askers and experts find them. */
export const RELAY_TOPIC = 'relay';
