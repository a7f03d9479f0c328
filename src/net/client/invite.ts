import { fromBase64url, textOf } from './bytes.ts';
import { isPeerUrl } from './descriptor.ts';
import { refuse } from './fault.ts';
import type { RelayAt } from './find.ts';
import { keyBytes } from './keys.ts';

const PREFIX = 'heatmine:1:';
const MOST = 8;

/** The relays of an invite line. Throws INVITE for one that is cut or none; one without relays gives an empty list. */
export function relaysOf(line: string): RelayAt[] {
  const text = line.trim();
  const bad = (): never => refuse('INVITE', `this is no whole invite line: it begins with ${PREFIX}`);
  if (!text.startsWith(PREFIX) || text.length > 4096) bad();
  const bytes = fromBase64url(text.slice(PREFIX.length)) ?? bad();
  let raw: unknown;
  try {
    raw = (JSON.parse(textOf(bytes)) as { r?: unknown }).r;
  } catch {
    bad();
  }
  if (!Array.isArray(raw) || raw.length > MOST) return bad();
  return raw.map((entry) => {
    const [key, url] = Array.isArray(entry) ? entry : [];
    return keyBytes(key) && isPeerUrl(url) ? { key: key as string, url } : bad();
  });
}
