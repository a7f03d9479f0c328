import type { Way as Passed } from '../../../contract/wire.ts';
import type { Random } from '../../../core/random.ts';
import { type Descriptor, operatorName } from '../descriptor.ts';
import type { Hop } from '../wire/frames.ts';
import { isPrivate, prefixOf } from '../wire/prefix.ts';
import type { Reach } from '../wire/reach.ts';
import { type Experience, STRANGER } from './experience.ts';
import { anotherFirst, drawOrder } from './rank.ts';

/** Whom to dial, and what to write into `open`. */
export interface Route {
  url: string;
  key: string;
  path: Hop[];
  /** How the expert was looked for: by relays that saw no address, or with all topics alike, so that nobody saw which. */
  looked?: 'sealed' | 'all';
}
export interface Way extends Route {
  /** Of whoever named the URL. */
  reach: Reach;
}

/** Whom a question on this way passed, for people. */
export function passed({ key, path, looked }: Route, node: string, isSealed: boolean): Passed {
  if (!isSealed) return { mode: 'direct', ...(path.length > 0 && { relay: key }), node };
  const relay = path.length > 1 ? { relay: path[0]!.key } : {};
  return { mode: 'sealed', entry: key, ...relay, node, ...(looked && { looked }) };
}

export interface EntryRule {
  /** As swarm.nearRelays: loopback and private addresses are not compared by prefix. Public ones always are. */
  privateMayBeNear: boolean;
}

/** Straight to the expert, or through its own relay: it learns the address, or its relay does, and the text is in the clear. */
export function directWays({ key, urls, relays }: Descriptor): Route[] {
  return [
    ...urls.map((url) => ({ url, key, path: [] })),
    ...relays.map((relay) => ({ url: relay.url, key: relay.key, path: [{ key }] })),
  ];
}

/** Relays that served well before are likelier to come first, the one that was entered by last not where another may. */
export function entryOrder({ of, wasLast }: Experience, random: Random) {
  const trust = ({ key }: Descriptor) => of(key).experience;
  return (entries: readonly Descriptor[]): readonly Descriptor[] =>
    anotherFirst(
      drawOrder(entries, trust, random),
      ({ key }) => wasLast('lastEntered', key),
      (other) => trust(other) >= STRANGER,
    );
}

/**
 * Through an entry relay that shares neither key, operator nor prefix with the expert and its relays, then the expert's
 * relay, or the expert itself where it can be dialled. Empty when no relay is far enough. Those that are come `inOrder`;
 * neighbours in the list differ at both ends, so that one dead relay costs one way.
 */
export function sealedWays(
  expert: Descriptor,
  relays: readonly Descriptor[],
  rule: EntryRule,
  inOrder: (entries: readonly Descriptor[]) => readonly Descriptor[],
  random: Random,
): Route[] {
  const lasts: Hop[][] = [
    ...expert.relays.map(({ key, url }) => [{ key, url }, { key: expert.key }]),
    ...expert.urls.map((url) => [{ key: expert.key, url }]),
  ];
  const entries = inOrder(apartFrom(expert, relays, rule));
  const turned = drawOrder(lasts, () => 0, random);
  return turned.flatMap((_, turn) =>
    entries.map((entry, i) => ({
      ...{ url: entry.urls[0]!, key: entry.key },
      path: turned[(i + turn) % turned.length]!,
    })),
  );
}

/** Relays that can be dialled and share neither key, operator nor prefix with this node and its relays. */
export function apartFrom(
  node: Descriptor,
  relays: readonly Descriptor[],
  { privateMayBeNear }: EntryRule,
): Descriptor[] {
  const placesOf = (urls: readonly string[]) =>
    urls
      .map((url) => new URL(url).hostname.replace(/^\[|\]$/g, ''))
      .filter((host) => !(privateMayBeNear && isPrivate(host)))
      .map(prefixOf);
  const nearKeys = new Set([node.key, ...node.relays.map(({ key }) => key)]);
  const near = [node, ...relays.filter(({ key }) => nearKeys.has(key))];
  const operators = new Set(
    near.map(({ operator }) => operator && operatorName(operator)).filter((name) => name !== undefined),
  );
  const places = new Set(placesOf([...near.flatMap(({ urls }) => urls), ...node.relays.map(({ url }) => url)]));
  return relays.filter(
    ({ key, urls, relay, operator }) =>
      relay &&
      urls.length > 0 &&
      !nearKeys.has(key) &&
      !(operator !== undefined && operators.has(operatorName(operator))) &&
      !placesOf(urls).some((place) => places.has(place)),
  );
}
