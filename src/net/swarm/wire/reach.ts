import { lookup as dnsLookup } from 'node:dns';
import { BlockList, isIP, isIPv4, isIPv6, type LookupFunction } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isPrivate } from './prefix.ts';

/**
 * Whose word an address is, and so how far into our own network it may lead: the owner's leads anywhere; that of a peer on
 * this machine as far as this machine, of one in the LAN into the LAN but not onto this machine, of anybody else only into
 * the public Internet. docs/swarm.md, "Whom it dials".
 */
export const REACHES = ['owner', 'machine', 'lan', 'world'] as const;
export type Reach = (typeof REACHES)[number];
const isAsFar = (reach: Reach, as: Reach) => REACHES.indexOf(reach) >= REACHES.indexOf(as);

export const narrower = (a: Reach, b: Reach): Reach => (isAsFar(a, b) ? b : a);
export const wider = (a: Reach, b: Reach): Reach => (isAsFar(a, b) ? a : b);

const HERE = new BlockList();
/** What only this machine should be led to, or nobody: loopback, "this host", link-local (also where clouds keep their secrets). */
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['224.0.0.0', 3],
] as const) {
  HERE.addSubnet(net, bits, 'ipv4');
}
/** The last four wrap IPv4 addresses, which could be any: NAT64 in own networks, 6to4, Teredo, and the old site-local. */
for (const [net, bits] of [
  ['::', 96],
  ['fe80::', 10],
  ['ff00::', 8],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['2001::', 32],
  ['fec0::', 10],
] as const) {
  HERE.addSubnet(net, bits, 'ipv6');
}
const LAN_TOO = new BlockList();
// RFC 6890: benchmarking of networks; the others are in prefix.ts.
LAN_TOO.addSubnet('198.18.0.0', 15, 'ipv4');

/** The IPv4 address within an IPv6 one: mapped (RFC 4291), or by the well-known prefix of NAT64 (RFC 6052). */
function within(address: string): string {
  const plain = address.split('%', 1)[0]!;
  if (!isIPv6(plain)) return plain;
  // As a URL writes it: the shortest form, without dots.
  const short = new URL(`ws://[${plain}]`).hostname.slice(1, -1);
  const [, high, low] = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const [h, l] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [h >> 8, h & 255, l >> 8, l & 255].join('.');
}

/** Where an IP address is; any other text counts as far away. */
export function reachOf(address: string): Exclude<Reach, 'owner'> {
  const ip = within(address);
  const family = isIPv4(ip) ? 'ipv4' : 'ipv6';
  if (!isIP(ip)) return 'world';
  if (HERE.check(ip, family)) return 'machine';
  return isPrivate(ip) || LAN_TOO.check(ip, family) ? 'lan' : 'world';
}

/** Public IPv6 addresses of a LAN are in the /64 of one of this machine's own: nothing else tells them from the world. */
export function ownNetworks(interfaces: NodeJS.Dict<Pick<NetworkInterfaceInfo, 'family' | 'address'>[]>): BlockList {
  const own = new BlockList();
  for (const { family, address } of Object.values(interfaces).flatMap((some) => some ?? []))
    if (family === 'IPv6' && reachOf(address) === 'world') own.addSubnet(address, 64, 'ipv6');
  return own;
}

/** Providers change prefixes, seldom. */
const LOOK_AGAIN_MS = 30_000;
let looked: { own: BlockList; atMs: number } | undefined;
function ownNow(): BlockList {
  const nowMs = performance.now();
  if (!looked || nowMs - looked.atMs > LOOK_AGAIN_MS) looked = { own: ownNetworks(networkInterfaces()), atMs: nowMs };
  return looked.own;
}

/** Where an IP address is as seen from this machine, which has neighbours with public addresses. */
export function reachFromHere(address: string, own = ownNow()): Exclude<Reach, 'owner'> {
  const reach = reachOf(address);
  const ip = within(address);
  return reach === 'world' && isIPv6(ip) && own.check(ip, 'ipv6') ? 'lan' : reach;
}

/** Of an URL: without brackets. */
const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');

export const reachOfUrl = (url: string): Reach => reachOf(hostOf(url));

/** Ports of other protocols, to which no stranger shall make us speak: https://fetch.spec.whatwg.org/#port-blocking, and data bases. */
const OTHERS_PORTS = new Set([
  ...[1719, 1720, 1723, 1883, 2049, 2375, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5900, 6000, 6379, 6566],
  ...[6665, 6666, 6667, 6668, 6669, 6679, 6697, 8883, 9200, 10_080, 11_211, 27_017],
]);
const LAST_SYSTEM_PORT = 1023;
const WEB_PORTS = [80, 443];

function isOthersPort(url: string): boolean {
  const { port, protocol } = new URL(url);
  const at = Number(port) || (protocol === 'wss:' ? 443 : 80);
  return at <= LAST_SYSTEM_PORT ? !WEB_PORTS.includes(at) : OTHERS_PORTS.has(at);
}

/** Whether this URL may be dialled on such a word, as far as it shows by itself; what a name stands for `lookupWithin` sees. */
export const mayLead = (url: string, reach: Reach, own?: BlockList): boolean =>
  reach === 'owner' || (isAsFar(reachFromHere(hostOf(url), own), reach) && !isOthersPort(url));

/**
 * As `dns.lookup`; a name that is not the owner's word must stand for public addresses only, whoever told it. The socket is
 * opened to the very addresses that were looked at: a second answer of the name server cannot lead elsewhere.
 */
export function lookupWithin(reach: Reach): LookupFunction | undefined {
  if (reach === 'owner') return undefined;
  return (name, options, done) => {
    dnsLookup(name, { ...options, all: true }, (error, addresses) => {
      const isOurs = () => addresses.some(({ address }) => reachFromHere(address) !== 'world');
      const fault = error ?? (isOurs() ? new Error('a name of our own network') : null);
      if (fault || !addresses[0]) return done(fault ?? new Error('no address'), '', 0);
      if (options.all) done(null, addresses);
      else done(null, addresses[0].address, addresses[0].family);
    });
  };
}

/**
 * Of what a DHT tells, by those that the owner named to get into it: strangers of the public Internet may be in it as soon as one of
 * them is there. Without any the others come to us.
 */
export function reachOfDht(config: {
  mainline: boolean;
  host: string;
  urls: readonly string[];
  bootstrap: readonly string[];
  relays: readonly { url: string }[];
}): Reach {
  if (config.mainline) return 'world';
  const named = [
    ...config.bootstrap.map((at) => at.replace(/:\d+$/, '')),
    ...config.relays.map(({ url }) => hostOf(url)),
  ];
  const hosts = named.length > 0 ? named : [config.host, ...config.urls.map(hostOf)];
  const reaches = hosts.map((host) => (host === 'localhost' ? 'machine' : host === '0.0.0.0' ? 'lan' : reachOf(host)));
  return reaches.reduce<Reach>(wider, 'machine');
}

const EVERY_ADDRESS = ['0.0.0.0', '::'];

/**
 * Whither a relay may lead a stranger at an address: never into its own network where it can be reached from outside by name or
 * address; else as far as that stranger is away, or, where it listens on one address only, as far as that is.
 */
export function leadsHome({ host, urls }: { host: string; urls: readonly string[] }): (address: string) => Reach {
  if (urls.some((url) => reachOfUrl(url) === 'world')) return () => 'world';
  const own = EVERY_ADDRESS.includes(host) ? 'machine' : reachOf(host);
  return (address) => wider(reachFromHere(address), own);
}

/** What a descriptor names that is meant for a nearer network than `reach`. */
const isWithin = ({ urls, relays }: Named, reach: Reach) =>
  [...urls, ...relays.map(({ url }) => url)].every((url) => isAsFar(reachOfUrl(url), reach));

interface Named {
  urls: readonly string[];
  relays: readonly { url: string }[];
}

/**
 * Whether what came from as far as `from` may be told to somebody at this address, who believes us as far as we are away: private
 * addresses that a stranger gave must not become our word. Without an address: to the farthest.
 */
export const mayTell = (descriptor: Named, from: Reach, asker?: string): boolean =>
  isWithin(descriptor, from) || isAsFar(asker === undefined ? 'world' : reachOf(asker), from);
