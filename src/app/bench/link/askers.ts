import { AsyncLocalStorage } from 'node:async_hooks';
import { Socket } from 'node:net';
import { systemClock } from '../../../core/clock.ts';
import { type Random, seededRandom } from '../../../core/random.ts';
import { askSwarm } from '../../../net/swarm/ask/asker.ts';
import type { RelayBook } from '../../../net/swarm/ask/book.ts';
import { openExperience } from '../../../net/swarm/ask/experience.ts';
import { type Descriptor, readDescriptor } from '../../../net/swarm/descriptor.ts';
import { NOT_SERVING } from '../../../net/swarm/dials.ts';
import { staticPeers } from '../../../net/swarm/discovery/static.ts';
import { freshIdentity } from '../../../net/swarm/identity.ts';
import { sealTo } from '../../../net/swarm/seal/ends.ts';
import { dial } from '../../../net/swarm/wire/dial.ts';

export const addressOf = (asker: number): string => `127.0.${100 + asker}.1`;

const whose = new AsyncLocalStorage<string>();

/** Within `whose.run(address, …)` sockets leave from that address: many households on one machine. */
function leaveByOwnAddress(): void {
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const localAddress = whose.getStore();
    const [first] = args;
    // net.connect hands its options on in a list.
    const options = Array.isArray(first) ? first[0] : first;
    if (localAddress !== undefined && typeof options === 'object') Object.assign(options, { localAddress });
    return (connect as (...args: unknown[]) => never).apply(this, args);
  };
}

/** The first that the node at `url` names for this topic, once it does. */
export async function findAt(url: string, topic: string): Promise<Descriptor> {
  for (let left = 600; ; left--) {
    const connection = await dial({ url, reach: 'owner', identity: freshIdentity(), handlers: NOT_SERVING });
    const found = await connection.ask({ type: 'find', topic, limit: 1 });
    connection.close(1000, 'thanks');
    const [text] = found.type === 'found' ? found.descriptors : [];
    const descriptor = text && readDescriptor(Buffer.from(text, 'base64url'), Date.now());
    if (descriptor) return descriptor;
    if (left === 0) throw new Error(`nobody for ${topic} at ${url}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What was answered, and how the expert was looked for: `all` where no relay answered the sealed look-up in time. */
export type Ask = (asker: number, text: string) => Promise<{ said: string; looked: 'sealed' | 'all' | undefined }>;

/** As the product asks, with a new experience each time: looks for experts through these relays, then asks; as the last resort at them. */
export function openAskers(relays: readonly Descriptor[], seed: number): Ask {
  leaveByOwnAddress();
  const random: Random = seededRandom(seed);
  const sealed = { seal: sealTo(systemClock), privateMayBeNear: false };
  const known = relays.map((descriptor) => ({ descriptor, signed: '', fit: 1, reach: 'machine' as const }));
  const discoveries = [staticPeers(relays.map(({ key, urls }) => ({ key, url: urls[0]! })))];
  const book: RelayBook = { relays: async () => known, keep: () => {}, close: () => {} };
  return (asker, text) =>
    whose.run(addressOf(asker), async () => {
      let said = '';
      const { way } = await askSwarm(
        { discoveries, book, experience: openExperience(), random, sealed },
        {
          messages: [{ role: 'user' as const, content: text }],
          topics: ['heating', 'general'],
          onChunk: (chunk) => (said += chunk),
        },
      );
      return { said, looked: way.looked };
    });
}
