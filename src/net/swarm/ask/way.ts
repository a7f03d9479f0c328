import type { Random } from '../../../core/random.ts';
import { isOurOwn } from '../../per-address.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Hop } from '../wire/frames.ts';
import { prefixOf } from '../wire/prefix.ts';

/** Whom to dial, and what to write into `open`. */
export interface Way {
  url: string;
  key: string;
  path: Hop[];
}

/** Straight to the expert, or through its own relay: it learns the address, or its relay does, and the text is in the clear. */
export function directWays({ key, urls, relays }: Descriptor): Way[] {
  return [
    ...urls.map((url) => ({ url, key, path: [] })),
    ...relays.map((relay) => ({ url: relay.url, key: relay.key, path: [{ key }] })),
  ];
}

/**
 * Through an entry relay that shares neither key, operator nor prefix with the expert and its relays (loopback is exempt
 * from the prefix), then the expert's relay, or the expert itself where it can be dialled. Empty when no relay is far enough.
 */
export function sealedWays(expert: Descriptor, entries: readonly Descriptor[], random: Random): Way[] {
  const near = new Set([expert.key, ...expert.relays.map(({ key }) => key)]);
  const prefixes = new Set([...expert.urls, ...expert.relays.map(({ url }) => url)].flatMap(placeOf));
  const apart = entries.filter(
    (entry) =>
      entry.relay &&
      entry.urls.length > 0 &&
      !near.has(entry.key) &&
      (entry.operator === undefined || entry.operator !== expert.operator) &&
      !entry.urls.flatMap(placeOf).some((place) => prefixes.has(place)),
  );
  const lasts: Hop[][] = [
    ...expert.relays.map(({ key, url }) => [{ key, url }, { key: expert.key }]),
    ...expert.urls.map((url) => [{ key: expert.key, url }]),
  ];
  return shuffled(apart, random).flatMap((entry) =>
    lasts.map((path) => ({ url: entry.urls[0]!, key: entry.key, path })),
  );
}

const placeOf = (url: string): string[] => {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return isOurOwn(host) ? [] : [prefixOf(host)];
};

function shuffled<T>(all: readonly T[], random: Random): T[] {
  return all
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
