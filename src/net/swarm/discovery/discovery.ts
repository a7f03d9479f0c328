import type { Reach } from '../wire/reach.ts';

/** A node that may answer or know who does; whoever dials it learns its key, and its word counts for nothing else. */
export interface Found {
  url: string;
  /** Of whom to expect there, where the finder knows it. */
  key?: string;
  /** Whose word this is. */
  reach: Reach;
}

export interface Announcement {
  /** Where to dial us. The mainline DHT records the address that it sees, with this port. */
  url: string;
  /** Where it listens itself: in its LAN it needs no proxy and no forwarded port. */
  port: number;
  topics: readonly string[];
  /** Nobody beyond the LAN can dial that url: relays announce the topics. */
  onlyByRelay?: boolean;
  /** Of descriptor.ts. */
  descriptor: Buffer;
}

/** One way for nodes to find each other. All of them keep to the suite in test/net/swarm/discovery.test.ts. */
export interface Discovery {
  readonly name: string;
  /** Makes us findable under these topics, in place of what was announced before, until `close`; resolves once that is so. */
  announce(what: Announcement): Promise<void>;
  /** Who announced the topic, in no order, each address once; ends when nothing more comes, or by `signal`. */
  find(topic: string, signal: AbortSignal): AsyncGenerator<Found>;
  close(): Promise<void>;
}
