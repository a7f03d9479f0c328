import { type Bytes, concat, type Key, type KeyPair, utf8 } from './bytes.ts';
import { refuse } from './fault.ts';

/** RFC 9180, base mode, the sender's side: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, by WebCrypto alone. */
export interface Sender {
  /** The encapsulated key, 32 bytes. */
  enc: Bytes;
  /** The next chunk, with the sequence number that is its turn. */
  seal(plain: Bytes): Promise<Bytes>;
  exportSecret(context: Bytes, bytes: number): Promise<Bytes>;
}

const KEM = concat(utf8('KEM'), new Uint8Array([0, 0x20]));
const HPKE = concat(utf8('HPKE'), new Uint8Array([0, 0x20, 0, 1, 0, 1]));
const VERSION = utf8('HPKE-v1');
const NONE = new Uint8Array();

/** RFC 5869. An empty salt is one of 32 zeros, which WebCrypto does not take for granted. */
export const extract = (salt: Bytes, secret: Bytes): Promise<Bytes> =>
  hmac(salt.length ? salt : new Uint8Array(32), secret);

/** RFC 5869, up to 32 bytes: one block. */
export const expand = async (key: Bytes, info: Bytes, bytes: number): Promise<Bytes> =>
  (await hmac(key, concat(info, new Uint8Array([1])))).slice(0, bytes);

async function hmac(key: Bytes, data: Bytes): Promise<Bytes> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, data));
}

const labeledExtract = (suite: Bytes, salt: Bytes, label: string, secret: Bytes) =>
  extract(salt, concat(VERSION, suite, utf8(label), secret));
const labeledExpand = (suite: Bytes, key: Bytes, label: string, info: Bytes, bytes: number) =>
  expand(key, concat(new Uint8Array([0, bytes]), VERSION, suite, utf8(label), info), bytes);

/** The nonce of a chunk: the base XOR its number, big endian, in the last 4 bytes. */
export function nonceOf(base: Bytes, chunk: number): Bytes {
  const nonce = base.slice();
  const view = new DataView(nonce.buffer);
  view.setUint32(8, (view.getUint32(8) ^ chunk) >>> 0);
  return nonce;
}

export const aesKey = (raw: Bytes): Promise<Key> =>
  crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);

/** Throws PEER_INVALID for a key of the recipient that is none. `ephemeral` is given by test vectors only. */
export async function sender(recipient: Bytes, info: Bytes, ephemeral?: KeyPair): Promise<Sender> {
  const pair = ephemeral ?? ((await crypto.subtle.generateKey('X25519', true, ['deriveBits'])) as KeyPair);
  const enc = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const shared = await encapsulate(pair.privateKey, recipient, enc);
  const pskHash = await labeledExtract(HPKE, NONE, 'psk_id_hash', NONE);
  const infoHash = await labeledExtract(HPKE, NONE, 'info_hash', info);
  const context = concat(new Uint8Array([0]), pskHash, infoHash);
  const secret = await labeledExtract(HPKE, shared, 'secret', NONE);
  const key = await aesKey(await labeledExpand(HPKE, secret, 'key', context, 16));
  const base = await labeledExpand(HPKE, secret, 'base_nonce', context, 12);
  const exporter = await labeledExpand(HPKE, secret, 'exp', context, 32);
  let chunk = 0;
  return {
    enc,
    async seal(plain) {
      const iv = nonceOf(base, chunk++);
      return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain));
    },
    exportSecret: (of, bytes) => labeledExpand(HPKE, exporter, 'sec', of, bytes),
  };
}

/** RFC 9180, 4.1. A recipient's key of small order gives zeros: that is nobody's. */
async function encapsulate(privateKey: Key, recipient: Bytes, enc: Bytes): Promise<Bytes> {
  const isNone = (): never => refuse('PEER_INVALID', "the expert's key for sealed questions is none");
  const publicKey = await crypto.subtle.importKey('raw', recipient, 'X25519', true, []).catch(isNone);
  const bits = await crypto.subtle.deriveBits({ name: 'X25519', public: publicKey }, privateKey, 256).catch(isNone);
  const dh = new Uint8Array(bits);
  if (dh.every((byte) => byte === 0)) isNone();
  const key = await labeledExtract(KEM, NONE, 'eae_prk', dh);
  return labeledExpand(KEM, key, 'shared_secret', concat(enc, recipient), 32);
}
