import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** The 8 groups of an IPv6 address, which has to be one. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = hexOnly(address.toLowerCase().split('%', 1)[0]!).split('::');
  const front = head ? head.split(':') : [];
  const back = tail ? tail.split(':') : [];
  const gap = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...gap, ...back].map((part) => Number.parseInt(part, 16));
}

/** The last 32 bits of IPv6 may be written as IPv4 (RFC 4291, 2.2). */
const hexOnly = (address: string) =>
  address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  );

/**
 * The first three bytes of the IPv4 address that such an IPv6 address stands for: mapped (`::ffff:`, RFC 4291), translated
 * (`64:ff9b::/96`, RFC 6052) or 6to4 (`2002::/16`, RFC 3056). Otherwise one machine would have two prefixes.
 */
function withinV4([a, b, c, d, e, f, g, h]: number[]): number[] | undefined {
  const isZero = (...groups: (number | undefined)[]) => groups.every((group) => group === 0);
  const mapped = isZero(a, b, c, d, e) && f === 0xffff;
  const translated = a === 0x64 && b === 0xff9b && isZero(c, d, e, f);
  const [high, low] = mapped || translated ? [g!, h!] : a === 0x2002 ? [b!, c!] : [];
  return high === undefined ? undefined : [high >> 8, high & 255, low! >> 8];
}

/** IPv4 /24, IPv6 /48 as text: what one household or small host can have many addresses of. A name is itself, without a dot at its end. */
export function prefixOf(address: string): string {
  if (isIPv4(address)) return address.split('.').slice(0, 3).join('.');
  if (!isIPv6(address)) return address.toLowerCase().replace(/\.$/, '');
  const groups = groupsOf(address);
  const v4 = withinV4(groups);
  if (v4) return v4.join('.');
  return groups
    .slice(0, 3)
    .map((group) => group.toString(16))
    .join(':');
}

const NOT_PUBLIC = new BlockList();
// RFC 6890: the special ranges that lead into somebody's own network, or nowhere.
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  NOT_PUBLIC.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  NOT_PUBLIC.addSubnet(net, bits, 'ipv6');
}

/** Whether this address leads into a private network or nowhere; a name does not, its addresses may. */
export const isPrivate = (address: string): boolean =>
  isIPv4(address) ? NOT_PUBLIC.check(address) : isIPv6(address) && NOT_PUBLIC.check(address, 'ipv6');
