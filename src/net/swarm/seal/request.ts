import { createHash, type webcrypto } from 'node:crypto';
import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256, type RecipientContext } from '@hpke/core';
import { HeatmineError } from '../../../core/errors.ts';
import { type AnswerOpener, type AnswerSealer, answerOpener, answerSealer } from './answer.ts';
import { isClass, padded, pieces, unpadded } from './pad.ts';

/** HPKE (RFC 9180), base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM. */
export const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes128Gcm(),
});

export const SEAL_VERSION = 1;
const KEY_ID_BYTES = 8;
const ENC_BYTES = 32;
/** Version, key id and encapsulated key stand open before the first chunk. */
export const REQUEST_HEAD_BYTES = 1 + KEY_ID_BYTES + ENC_BYTES;
/** Minutes since 1970 stand before the content, so that a question cannot be kept and asked again later. */
const TIME_BYTES = 4;
export const MAX_REQUEST_BYTES = 1_048_576;
const ANSWER_CONTEXT = Buffer.from('heatmine answer');
const SECRET_BYTES = 32;

/** Which of the expert's keys was used: the first bytes of its SHA-256. */
export const keyIdOf = (publicKey: Uint8Array): Buffer =>
  createHash('sha256').update(publicKey).digest().subarray(0, KEY_ID_BYTES);

const infoOf = (keyId: Uint8Array) =>
  Buffer.concat([Buffer.from('heatmine seal\0'), Buffer.from([SEAL_VERSION]), keyId]);
const minuteOf = (wallMs: number) => Math.floor(wallMs / 60_000);

export interface SealedRequest {
  frames: Buffer[];
  answer: AnswerOpener;
}

export interface ToSeal {
  /** X25519, 32 bytes, from the expert's descriptor. */
  expertKey: Uint8Array;
  content: Uint8Array;
  wallMs: number;
  /** 32 bytes of chance for the key of this question; left out: the system's. */
  ephemeral?: Uint8Array;
}

/** Seals a question to one expert. Throws CONTEXT_LENGTH above 1 MiB, PEER_INVALID for a key that is none. */
export async function sealRequest({ expertKey, content, wallMs, ephemeral }: ToSeal): Promise<SealedRequest> {
  if (content.length > MAX_REQUEST_BYTES) {
    throw new HeatmineError(
      'CONTEXT_LENGTH',
      `${content.length} bytes are more than a sealed question's ${MAX_REQUEST_BYTES}`,
    );
  }
  const keyId = keyIdOf(expertKey);
  const isNone = (): never => {
    throw new HeatmineError('PEER_INVALID', "the expert's key for sealed questions is none");
  };
  const recipientPublicKey = await suite.kem.deserializePublicKey(exact(expertKey)).catch(isNone);
  const ekm = ephemeral && (await suite.kem.deriveKeyPair(exact(ephemeral)));
  // A key of all zeros, and others of small order, are only found out here.
  const context = await suite
    .createSenderContext({ recipientPublicKey, info: exact(infoOf(keyId)), ...(ekm && { ekm }) })
    .catch(isNone);
  const enc = Buffer.from(context.enc);
  const time = Buffer.alloc(TIME_BYTES);
  time.writeUInt32BE(minuteOf(wallMs));
  const parts = pieces(Buffer.concat([time, content]), REQUEST_HEAD_BYTES);
  const frames: Buffer[] = [];
  for (const [i, part] of parts.entries()) {
    const head = i === 0 ? Buffer.concat([Buffer.from([SEAL_VERSION]), keyId, enc]) : Buffer.alloc(0);
    const sealed = await context.seal(exact(padded(part, i === parts.length - 1, head.length)));
    frames.push(Buffer.concat([head, Buffer.from(sealed)]));
  }
  const secret = await context.export(exact(ANSWER_CONTEXT), SECRET_BYTES);
  return { frames, answer: answerOpener(new Uint8Array(secret), enc) };
}

export interface OpenedRequest {
  content: Buffer;
  answer: AnswerSealer;
}

export interface RequestOpener {
  /** Undefined until the final frame. Throws SEAL_BROKEN; whatever comes after that is refused too. */
  open(frame: Uint8Array): Promise<OpenedRequest | undefined>;
  /** When nothing more comes. Throws SEAL_BROKEN where the final chunk is missing. */
  end(): void;
}

export interface OpenOptions {
  /** The expert's private key of this id, undefined where it is none of its keys. */
  keyOf(keyId: Uint8Array): webcrypto.CryptoKey | undefined;
  /** Whether a question with this key and minute may still be answered; see `replayGuard`. */
  admit(enc: Uint8Array, minute: number): boolean;
  /** 16 bytes of chance, new for each answer. */
  responseNonce: Uint8Array;
}

/** The expert's side of one sealed question. */
export function requestOpener({ keyOf, admit, responseNonce }: OpenOptions): RequestOpener {
  const parts: Buffer[] = [];
  let context: RecipientContext | undefined;
  let enc = Buffer.alloc(0);
  let bytes = 0;
  let state: 'open' | 'ended' | 'broken' = 'open';
  const broken = (why: string): never => {
    state = 'broken';
    throw new HeatmineError('SEAL_BROKEN', why);
  };
  const begin = async (frame: Uint8Array) => {
    if (frame[0] !== SEAL_VERSION) broken(`version ${frame[0]} of sealing is not ${SEAL_VERSION}`);
    const keyId = frame.subarray(1, 1 + KEY_ID_BYTES);
    const recipientKey = keyOf(keyId) ?? broken('sealed to a key that is not, or no longer, in use');
    enc = Buffer.from(frame.subarray(1 + KEY_ID_BYTES, REQUEST_HEAD_BYTES));
    return suite
      .createRecipientContext({ recipientKey, enc: exact(enc), info: exact(infoOf(keyId)) })
      .catch(() => broken('the encapsulated key is none'));
  };
  return {
    async open(frame) {
      if (state !== 'open') broken('a frame after the final or a broken one');
      if (!isClass(frame.length)) broken(`${frame.length} bytes are no size of a sealed frame`);
      bytes += frame.length;
      if (bytes > 2 * MAX_REQUEST_BYTES) broken('the question is too long');
      const first = context === undefined;
      context ??= await begin(frame);
      const sealed = first ? frame.subarray(REQUEST_HEAD_BYTES) : frame;
      const plain = await context
        .open(exact(sealed))
        .catch(() => broken('a frame does not open: changed or out of order'));
      const { content, final } = unpadded(new Uint8Array(plain));
      if (first && content.length < TIME_BYTES) broken('no time stands before the question');
      if (first && !admit(enc, content.readUInt32BE(0))) broken('asked before, or the clock of the asker is off');
      parts.push(first ? content.subarray(TIME_BYTES) : content);
      if (!final) return undefined;
      state = 'ended';
      const secret = await context.export(exact(ANSWER_CONTEXT), SECRET_BYTES);
      return { content: Buffer.concat(parts), answer: answerSealer(new Uint8Array(secret), enc, responseNonce) };
    },
    end() {
      if (state !== 'ended') broken('the question was cut off before its final chunk');
    },
  };
}

/** The library takes array buffers: of these bytes alone, not of the pool they lie in. */
function exact(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
