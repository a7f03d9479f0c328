import { isIPv4, isIPv6 } from 'node:net';

/** IPv4 /24, IPv6 /48 as text: what one household or small host can have many addresses of. Any other text is itself. */
export function prefixOf(address: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 && isIPv4(v4)) return v4.split('.').slice(0, 3).join('.');
  if (!isIPv6(address)) return address.toLowerCase();
  const [head = '', tail] = address.toLowerCase().split('%', 1)[0]!.split('::');
  const parts = head ? head.split(':') : [];
  const after = tail ? tail.split(':') : [];
  if (tail !== undefined) parts.push(...Array(Math.max(0, 8 - parts.length - after.length)).fill('0'), ...after);
  return parts
    .slice(0, 3)
    .map((part) => Number.parseInt(part, 16).toString(16))
    .join(':');
}
