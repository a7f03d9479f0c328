import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { HeatmineError } from '../../core/errors.ts';

/** An Ed25519 key pair (RFC 8032). The public key is its 32 bytes; its text form is base64url without padding, 43 characters. */
export interface Identity {
  readonly publicKey: Buffer;
  /** Text form of the public key. */
  readonly id: string;
  /** 64 bytes over `domain` and `bytes`; a signature of one domain is worth nothing in another. */
  sign(domain: string, bytes: Uint8Array): Buffer;
  /** 64 bytes over `bytes` alone, for formats of others (BEP 44). Never for anything a peer may choose freely. */
  signBare(bytes: Uint8Array): Buffer;
}

const KEY_FILE = 'node.key';
const KEY_TEXT = /^[A-Za-z0-9_-]{43}$/;
const DOMAIN = /^[a-z0-9.-]{1,32}$/;
/** Everything of an Ed25519 public key in DER before its 32 bytes (RFC 8410). */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** A key that lives as long as this process: that of an asker. */
export const freshIdentity = (): Identity => identityOf(generateKeyPairSync('ed25519').privateKey);

/** From the 32 secret bytes of RFC 8032, for test vectors. */
export const identityFromSeed = (seed: Uint8Array): Identity =>
  identityOf(
    createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
      format: 'der',
      type: 'pkcs8',
    }),
  );

/**
 * The key of the node whose keys lie in `keysDir` (`pathsOf(home).keys`), made at the first call, mode 0600. Throws
 * CONFIG_INVALID for a file that is no such key: a node never gets a new name by itself.
 */
export function loadIdentity(keysDir: string): Identity {
  const file = join(keysDir, KEY_FILE);
  const found = readKey(file);
  if (found) return found;
  const { privateKey } = generateKeyPairSync('ed25519');
  mkdirSync(keysDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  const fd = openSync(draft, 'w', 0o600);
  writeSync(fd, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  fsyncSync(fd);
  closeSync(fd);
  try {
    // A link fails where the name is taken: of two processes that start at once both get the first one's key.
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readKey(file)!;
}

/** The public key of the node of that home; undefined where it never took part. */
export const ownKeyIn = (keysDir: string): string | undefined => readKey(join(keysDir, KEY_FILE))?.id;

function readKey(file: string): Identity | undefined {
  let pem: string;
  try {
    // Copied or restored, it may have become readable to all.
    if (statSync(file).mode & 0o077) chmodSync(file, 0o600);
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return identityOf(key);
  } catch {
    // Told below, without a word of what stands in the file.
  }
  throw new HeatmineError('CONFIG_INVALID', `${file} is no Ed25519 key: put it back from a backup, or move it away`);
}

function identityOf(privateKey: KeyObject): Identity {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(SPKI_HEAD.length);
  return {
    publicKey,
    id: keyText(publicKey),
    sign: (domain, bytes) => sign(null, signedBytes(domain, bytes), privateKey),
    signBare: (bytes) => sign(null, bytes, privateKey),
  };
}

/** What a signature covers: `heatmine/`, the domain, a zero byte, the bytes. */
export function signedBytes(domain: string, bytes: Uint8Array): Buffer {
  if (!DOMAIN.test(domain)) throw new Error(`signature domain "${domain}"`);
  return Buffer.concat([Buffer.from(`heatmine/${domain}\0`, 'ascii'), bytes]);
}

/** Whether this key signed these bytes in this domain. False, never an error, for bytes that are no key or signature. */
export const verifySignature = (
  publicKey: Uint8Array,
  domain: string,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean => verifyBare(publicKey, signedBytes(domain, bytes), signature);

/** As `verifySignature`, over the bytes alone. */
export function verifyBare(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, publicKey]), format: 'der', type: 'spki' });
    return verify(null, bytes, key, signature);
  } catch {
    return false;
  }
}

export const keyText = (publicKey: Uint8Array): string => Buffer.from(publicKey).toString('base64url');

/** The 32 bytes of a key's text form, undefined for any other text. */
export function keyFromText(text: string): Buffer | undefined {
  if (!KEY_TEXT.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  // One key, one text: the last character has two bits to spare.
  return keyText(bytes) === text ? bytes : undefined;
}
