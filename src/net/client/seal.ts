import { type Bytes, concat, type Key, type KeyPair, u32, utf8 } from './bytes.ts';
import { refuse } from './fault.ts';
import { aesKey, expand, extract, nonceOf, sender } from './hpke.ts';

/** docs/PROTOCOL-sealing.md, the asker's side. */
export const PAD_CLASSES: readonly number[] = [1024, 4096, 16_384, 61_440];
const LARGEST = 61_440;
const TAG_BYTES = 16;
const MORE = 1;
const FINAL = 2;
const VERSION = 1;
const KEY_ID_BYTES = 8;
const RESPONSE_NONCE_BYTES = 16;

export interface SealedQuestion {
  /** All frames, one behind the other. */
  frames: Bytes[];
  /** Content of the next frame of the answer. Throws SEAL_BROKEN for one changed, repeated, left out or after the last. */
  open(frame: Bytes): Promise<{ content: Bytes; final: boolean }>;
}

/** Seals a question to the key in an expert's descriptor. `ephemeral` is given by test vectors only. */
export async function sealQuestion(
  expertKey: Bytes,
  content: Bytes,
  nowMs: number,
  ephemeral?: KeyPair,
): Promise<SealedQuestion> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', expertKey));
  const keyId = hash.slice(0, KEY_ID_BYTES);
  const info = concat(utf8('heatmine seal\0'), new Uint8Array([VERSION]), keyId);
  const { enc, seal, exportSecret } = await sender(expertKey, info, ephemeral);
  const whole = concat(u32(Math.floor(nowMs / 60_000)), content);
  const frames: Bytes[] = [];
  for (let at = 0; at < whole.length; ) {
    const head = at === 0 ? concat(new Uint8Array([VERSION]), keyId, enc) : new Uint8Array();
    const part = whole.subarray(at, at + LARGEST - head.length - TAG_BYTES - 1);
    at += part.length;
    frames.push(concat(head, await seal(padded(part, at >= whole.length, head.length))));
  }
  const secret = await exportSecret(utf8('heatmine answer'), 32);
  return { frames, open: answerOpener(secret, enc) };
}

/** Content, marker, zeros, so that head and sealed chunk fill the smallest class. */
function padded(content: Uint8Array, final: boolean, headBytes: number): Bytes {
  const least = headBytes + content.length + 1 + TAG_BYTES;
  const size = PAD_CLASSES.find((bytes) => bytes >= least)!;
  const plain = new Uint8Array(size - headBytes - TAG_BYTES);
  plain.set(content);
  plain[content.length] = final ? FINAL : MORE;
  return plain;
}

function unpadded(plain: Bytes): { content: Bytes; final: boolean } {
  let at = plain.length - 1;
  while (at >= 0 && plain[at] === 0) at--;
  if (plain[at] !== MORE && plain[at] !== FINAL) refuse('SEAL_BROKEN', 'a sealed chunk has no marker');
  return { content: plain.slice(0, at), final: plain[at] === FINAL };
}

function answerOpener(secret: Bytes, enc: Bytes): SealedQuestion['open'] {
  let keys: { key: Key; base: Bytes } | undefined;
  let chunk = 0;
  let ended = false;
  return async (frame) => {
    if (ended) refuse('SEAL_BROKEN', 'a chunk after the final one');
    if (!PAD_CLASSES.includes(frame.length)) refuse('SEAL_BROKEN', `${frame.length} bytes are no size of a frame`);
    const first = keys === undefined;
    keys ??= await answerKeys(secret, concat(enc, frame.slice(0, RESPONSE_NONCE_BYTES)));
    const sealed = first ? frame.slice(RESPONSE_NONCE_BYTES) : frame;
    const iv = nonceOf(keys.base, chunk);
    const plain = await crypto.subtle
      .decrypt({ name: 'AES-GCM', iv }, keys.key, sealed)
      .catch(() => refuse('SEAL_BROKEN', `chunk ${chunk} does not open: changed, repeated or out of order`));
    chunk++;
    const opened = unpadded(new Uint8Array(plain));
    ended = opened.final;
    return opened;
  };
}

async function answerKeys(secret: Bytes, salt: Bytes): Promise<{ key: Key; base: Bytes }> {
  const prk = await extract(salt, secret);
  return { key: await aesKey(await expand(prk, utf8('key'), 16)), base: await expand(prk, utf8('nonce'), 12) };
}
