import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { HeatmineError } from '../../../core/errors.ts';
import { isClass, padded, pieces, TAG_BYTES, unpadded } from './pad.ts';

/** Chosen by the expert for each answer: a question replayed to it never meets the same key and nonces again. */
export const RESPONSE_NONCE_BYTES = 16;
const KEY_BYTES = 16;
const NONCE_BYTES = 12;
const AEAD = 'aes-128-gcm';

interface Keys {
  key: Buffer;
  nonce: Buffer;
}

/** As RFC 9458, section 4.4: HKDF-SHA256 over what HPKE exports, salted with both sides' chance. */
function keysOf(secret: Uint8Array, enc: Uint8Array, responseNonce: Uint8Array): Keys {
  const salt = Buffer.concat([enc, responseNonce]);
  const derive = (info: string, bytes: number) => Buffer.from(hkdfSync('sha256', secret, salt, info, bytes));
  return { key: derive('key', KEY_BYTES), nonce: derive('nonce', NONCE_BYTES) };
}

/** The nonce of the chunk with this number: the base XOR the number, as HPKE's own. */
function nonceOf(base: Buffer, chunk: number): Buffer {
  const nonce = Buffer.from(base);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ chunk) >>> 0, 8);
  return nonce;
}
const MAX_CHUNKS = 2 ** 32 - 1;

export interface AnswerSealer {
  /** Frames for this much of the answer: one, unless it is larger than a frame. After the final one: an error. */
  seal(content: Uint8Array, final?: boolean): Buffer[];
}

/** The expert's side. `secret` is what HPKE exported for the answer, `enc` the question's encapsulated key. */
export function answerSealer(secret: Uint8Array, enc: Uint8Array, responseNonce: Uint8Array): AnswerSealer {
  const { key, nonce } = keysOf(secret, enc, responseNonce);
  let chunk = 0;
  let ended = false;
  const one = (content: Uint8Array, final: boolean): Buffer => {
    const headBytes = chunk === 0 ? RESPONSE_NONCE_BYTES : 0;
    const plain = padded(content, final, headBytes);
    const cipher = createCipheriv(AEAD, key, nonceOf(nonce, chunk++));
    const frame = Buffer.allocUnsafe(headBytes + plain.length + TAG_BYTES);
    if (headBytes) frame.set(responseNonce);
    frame.set(cipher.update(plain), headBytes);
    cipher.final();
    frame.set(cipher.getAuthTag(), headBytes + plain.length);
    return frame;
  };
  return {
    seal(content, final = false) {
      if (ended || chunk >= MAX_CHUNKS) throw new Error('the answer has ended');
      ended = final;
      const parts = pieces(content, chunk === 0 ? RESPONSE_NONCE_BYTES : 0);
      return parts.map((part, i) => one(part, final && i === parts.length - 1));
    },
  };
}

export interface AnswerOpener {
  /** The next frame's content. Throws SEAL_BROKEN for one changed, repeated, left out, or after the final one. */
  open(frame: Uint8Array): { content: Buffer; final: boolean };
  /** When nothing more comes. Throws SEAL_BROKEN where the final chunk is missing. */
  end(): void;
}

/** The asker's side. */
export function answerOpener(secret: Uint8Array, enc: Uint8Array): AnswerOpener {
  let keys: Keys | undefined;
  let chunk = 0;
  let ended = false;
  return {
    open(frame) {
      if (ended) broken('a chunk after the final one');
      if (!isClass(frame.length)) broken(`${frame.length} bytes are no size of a sealed frame`);
      let sealed = frame;
      if (!keys) {
        keys = keysOf(secret, enc, frame.subarray(0, RESPONSE_NONCE_BYTES));
        sealed = frame.subarray(RESPONSE_NONCE_BYTES);
      }
      const opened = unpadded(decrypt(keys, chunk, sealed));
      chunk++;
      ended = opened.final;
      return opened;
    },
    end() {
      if (!ended) broken('the answer was cut off before its final chunk');
    },
  };
}

function decrypt({ key, nonce }: Keys, chunk: number, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv(AEAD, key, nonceOf(nonce, chunk), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  try {
    decipher.final();
  } catch {
    broken(`chunk ${chunk} does not open: changed, repeated or out of order`);
  }
  return plain;
}

function broken(why: string): never {
  throw new HeatmineError('SEAL_BROKEN', why);
}
