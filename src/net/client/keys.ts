import { type Bytes, concat, fromBase64url, type KeyPair, toBase64url, utf8 } from './bytes.ts';

/** An Ed25519 key pair that lives as long as its connection. */
export interface Signer {
  publicKey: Bytes;
  /** Text form of the public key. */
  id: string;
  sign(domain: string, bytes: Bytes): Promise<Bytes>;
}

const signed = (domain: string, bytes: Uint8Array): Bytes => concat(utf8(`heatmine/${domain}\0`), bytes);

/** Throws where this runtime has no Ed25519. */
export async function freshSigner(): Promise<Signer> {
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as KeyPair;
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  return {
    publicKey,
    id: toBase64url(publicKey),
    sign: async (domain, bytes) =>
      new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, signed(domain, bytes))),
  };
}

/** False, never an error, for what is no key or no signature. */
export async function verify(keyText: string, domain: string, bytes: Uint8Array, signature: Bytes): Promise<boolean> {
  const raw = keyBytes(keyText);
  if (!raw || signature.length !== 64) return false;
  try {
    const key = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', key, signature, signed(domain, bytes));
  } catch {
    return false;
  }
}

/** The 32 bytes of a key's text form, undefined for any other text. */
export const keyBytes = (text: unknown): Bytes | undefined => fromBase64url(text, 32);
