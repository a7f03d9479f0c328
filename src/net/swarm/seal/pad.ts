import { HeatmineError } from '../../../core/errors.ts';

/** Sizes that a sealed frame's payload may have, bytes: nobody on the way sees another. */
export const PAD_CLASSES = [1024, 4096, 16_384, 61_440] as const;
export const LARGEST_FRAME = PAD_CLASSES[3];
export const TAG_BYTES = 16;
/** What sealing adds to a chunk before padding: the tag of AES-GCM and the marker. */
export const SEAL_BYTES = TAG_BYTES + 1;

const MORE = 1;
const FINAL = 2;

/** Content, marker, zeros: filled so that head and sealed chunk together make the smallest class that takes them. */
export function padded(content: Uint8Array, final: boolean, headBytes: number): Buffer {
  const least = headBytes + content.length + SEAL_BYTES;
  const size = PAD_CLASSES.find((bytes) => bytes >= least);
  if (size === undefined) throw new Error(`a chunk of ${content.length} bytes does not fit a frame`);
  const plain = Buffer.alloc(size - headBytes - TAG_BYTES);
  plain.set(content);
  plain[content.length] = final ? FINAL : MORE;
  return plain;
}

/** Throws SEAL_BROKEN where no marker stands before the zeros. */
export function unpadded(plain: Uint8Array): { content: Buffer; final: boolean } {
  let at = plain.length - 1;
  while (at >= 0 && plain[at] === 0) at--;
  const marker = plain[at];
  if (marker !== MORE && marker !== FINAL) throw new HeatmineError('SEAL_BROKEN', 'a sealed chunk has no marker');
  return { content: Buffer.from(plain.subarray(0, at)), final: marker === FINAL };
}

/** Pieces that each fit one frame; the first one has `headBytes` less. At least one, which may be empty. */
export function pieces(content: Uint8Array, headBytes: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let at = 0;
  do {
    const room = LARGEST_FRAME - SEAL_BYTES - (parts.length === 0 ? headBytes : 0);
    parts.push(content.subarray(at, at + room));
    at += room;
  } while (at < content.length);
  return parts;
}

export const isClass = (bytes: number): boolean => (PAD_CLASSES as readonly number[]).includes(bytes);
