import type { Descriptor } from './descriptor.ts';

export interface Hop {
  key: string;
  url?: string;
}

/** Whom to dial, and the path to write into `open`. */
export interface Way {
  url: string;
  key: string;
  path: Hop[];
}

/** Shares of an address: 4 bytes of IPv4 or 8 groups of IPv6, undefined for a name. */
function partsOf(host: string): number[] | undefined {
  const v4 = /^(?:::ffff:)?(\d+)\.(\d+)\.(\d+)\.(\d+)$/i.exec(host);
  if (v4) {
    const bytes = v4.slice(1).map(Number);
    return bytes.every((byte) => byte < 256) ? bytes : undefined;
  }
  // The last 32 bits of IPv6 may be written as IPv4.
  const text = host.toLowerCase().replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...b: string[]) => {
    const [high, low] = [Number(b[0]) * 256 + Number(b[1]), Number(b[2]) * 256 + Number(b[3])];
    return `${high.toString(16)}:${low.toString(16)}`;
  });
  const [head = '', tail] = text.split('%', 1)[0]!.split('::');
  if (!/^[0-9a-f:]*$/.test(head) || !host.includes(':')) return undefined;
  const front = head ? head.split(':') : [];
  const back = tail ? tail.split(':') : [];
  const gap = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  const groups = [...front, ...gap, ...back].map((group) => Number.parseInt(group, 16));
  return groups.length === 8 && groups.every((group) => group >= 0 && group <= 0xffff) ? groups : undefined;
}

/** The first three bytes of the IPv4 address that mapped, translated (64:ff9b::/96) and 6to4 addresses stand for. */
function withinV4([a, b, c, d, e, f, g, h]: number[]): number[] | undefined {
  const isZero = (...groups: (number | undefined)[]) => groups.every((group) => group === 0);
  const isLast = (isZero(a, b, c, d, e) && f === 0xffff) || (a === 0x64 && b === 0xff9b && isZero(c, d, e, f));
  const [high, low] = isLast ? [g!, h!] : a === 0x2002 ? [b!, c!] : [];
  return high === undefined ? undefined : [high >> 8, high & 255, low! >> 8];
}

/** IPv4 /24 and IPv6 /48 as text; a name is itself, without a dot at its end. */
export function prefixOf(host: string): string {
  const parts = partsOf(host);
  if (!parts) return host.toLowerCase().replace(/\.$/, '');
  const v4 = parts.length === 4 ? parts : withinV4(parts);
  if (v4) return v4.slice(0, 3).join('.');
  return parts
    .slice(0, 3)
    .map((group) => group.toString(16))
    .join(':');
}

/** Loopback, private and link-local addresses (RFC 6890), and those that are nobody's. */
export function isPrivate(host: string): boolean {
  const parts = partsOf(host);
  if (!parts) return false;
  const [a = 0, b = 0] = parts;
  if (parts.length === 4) {
    const isShared = a === 100 && b >= 64 && b < 128;
    const isHome = a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168);
    return a === 0 || a === 127 || isShared || isHome || (a === 169 && b === 254) || a >= 224;
  }
  const isNobody = parts.slice(0, 7).every((group) => group === 0) && parts[7]! < 2;
  return isNobody || (a & 0xfe00) === 0xfc00 || (a & 0xffc0) === 0xfe80 || (a & 0xff00) === 0xff00;
}

export const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');

const isHome = (host: string): boolean => isPrivate(host) || /(^|\.)(localhost|local|lan|home\.arpa)\.?$/i.test(host);

/**
 * Which addresses that strangers name may be dialled: a page of https only by `wss:`; none of this machine or its network, unless a
 * relay that was given is there too.
 */
export function dialRule(
  given: readonly string[],
  nearRelays: boolean,
  protocol: string | undefined,
): (url: string) => boolean {
  const isNear = nearRelays || given.some((url) => isHome(hostOf(url)));
  return (url) => (protocol !== 'https:' || url.startsWith('wss:')) && (isNear || !isHome(hostOf(url)));
}

export interface EntryRule {
  /** One machine or LAN: loopback and private addresses are not compared by prefix. */
  nearRelays: boolean;
  /** Whether this runtime can dial such an address: a page of https cannot dial `ws://`. */
  mayDial: (url: string) => boolean;
}

/** One operator, however it writes its name. */
export const nameOf = (operator: string): string => operator.normalize('NFKC').trim().toLowerCase();

/** Relays that share neither key, operator nor prefix with this node and its relays. */
export function apartFrom(node: Descriptor, relays: readonly Descriptor[], rule: EntryRule): Descriptor[] {
  const placesOf = (urls: readonly string[]) =>
    urls
      .map(hostOf)
      .filter((host) => !(rule.nearRelays && isPrivate(host)))
      .map(prefixOf);
  const nearKeys = new Set([node.key, ...node.relays.map(({ key }) => key)]);
  const near = [node, ...relays.filter(({ key }) => nearKeys.has(key))];
  const operators = new Set(
    near.map(({ operator }) => operator && nameOf(operator)).filter((name) => name !== undefined),
  );
  const places = new Set(placesOf([...near.flatMap(({ urls }) => urls), ...node.relays.map(({ url }) => url)]));
  return relays.filter(
    ({ key, urls, relay, operator }) =>
      relay &&
      !nearKeys.has(key) &&
      !(operator !== undefined && operators.has(nameOf(operator))) &&
      !placesOf(urls).some((place) => places.has(place)),
  );
}

/** Ways over each relay that is apart from the expert; none: nothing is sent. */
export function sealedWays(expert: Descriptor, relays: readonly Descriptor[], rule: EntryRule): Way[] {
  const paths: Hop[][] = [
    ...expert.relays.map(({ key, url }) => [{ key, url }, { key: expert.key }]),
    ...expert.urls.map((url) => [{ key: expert.key, url }]),
  ];
  return apartFrom(expert, relays, rule).flatMap((entry) => {
    const url = entry.urls.find(rule.mayDial);
    return url === undefined ? [] : paths.map((path) => ({ url, key: entry.key, path }));
  });
}
