/** Bytes of their own memory: what WebCrypto and WebSocket take in browsers and in Node alike. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** WebCrypto's, under whichever name a runtime's types have it. */
export type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;
export interface KeyPair {
  publicKey: Key;
  privateKey: Key;
}

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

/** Throws for bytes that are no UTF-8. */
export const textOf = (bytes: Bytes): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const u32 = (value: number): Bytes => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
};

export const randomBytes = (count: number): Bytes => crypto.getRandomValues(new Uint8Array(count));

/** Base64url without padding. */
export function toBase64url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Undefined for what is not the one way to write some bytes, or, where `length` is given, not that many. */
export function fromBase64url(text: unknown, length?: number): Bytes | undefined {
  if (typeof text !== 'string' || !/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  if (toBase64url(bytes) !== text || (length !== undefined && bytes.length !== length)) return undefined;
  return bytes;
}
