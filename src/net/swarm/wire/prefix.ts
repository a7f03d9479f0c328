import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** IPv4 /24, IPv6 /48 as text: what one household or small host can have many addresses of. Any other text is itself. */
export function prefixOf(address: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 && isIPv4(v4)) return v4.split('.').slice(0, 3).join('.');
  if (!isIPv6(address)) return address.toLowerCase();
  const [head = '', tail] = hexOnly(address.toLowerCase().split('%', 1)[0]!).split('::');
  const parts = head ? head.split(':') : [];
  const after = tail ? tail.split(':') : [];
  if (tail !== undefined) parts.push(...Array(Math.max(0, 8 - parts.length - after.length)).fill('0'), ...after);
  return parts
    .slice(0, 3)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':');
}

/** The last 32 bits of IPv6 may be written as IPv4 (RFC 4291, 2.2). */
const hexOnly = (address: string) =>
  address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  );

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
