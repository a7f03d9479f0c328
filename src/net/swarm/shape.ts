import { MAX_CHUNK_CHARS, type Reply } from './query.ts';

/** What a sealed frame of 1 KiB surely holds: 16 bytes go to the head of the first, 17 to sealing. */
const SMALL_BYTES = 1024 - 16 - 17;
/** One byte more than frames of 1 and 4 KiB hold. */
const OVER_1K = 1024 - 17 + 1;
const OVER_4K = 4096 - 17 + 1;
const FEWEST = 16;
const TIMES = 4;
/** From here on answers are long, and four times as much would be dear. */
const MANY = 256;
const EMPTY: Reply = { type: 'chunk', text: '' };

/**
 * What is sent in place of each reply of a sealed answer, so that relays, which see size and number of its frames, learn little of
 * its length: text in frames of 1 KiB, and before the end so many empty ones that there are 16, 64, 256, or above a power of two.
 * A refusal looks like the shortest answer.
 */
export function createShape(): (reply: Reply) => Reply[] {
  let count = 0;
  return (reply) => {
    const pieces = reply.type === 'chunk' ? cut(reply.text) : [reply];
    count += pieces.length;
    if (reply.type !== 'end' && reply.type !== 'error') return pieces;
    return [...Array<Reply>(framesFor(count) - count).fill(EMPTY), ...pieces];
  };
}

/** The least class that holds so many. */
export function framesFor(count: number): number {
  let frames = FEWEST;
  while (frames < count) frames *= frames < MANY ? TIMES : 2;
  return frames;
}

/**
 * The bytes of a reply, with blanks behind, which JSON allows: the last frame of a sealed answer has 4 KiB whether a receipt is
 * in it or not, whom a relay knows has 16 KiB however many there are, and so has what refuses a look-up.
 */
export function roomy(bytes: Buffer, { type }: Reply, isLookUp = false): Buffer {
  const least = type === 'found' || isLookUp ? OVER_4K : MIDST.includes(type) ? 0 : OVER_1K;
  return bytes.length >= least ? bytes : Buffer.concat([bytes, Buffer.alloc(least - bytes.length, ' ')]);
}
const MIDST: readonly Reply['type'][] = ['start', 'chunk', 'taken'];

/** In pieces that each fit a small frame as JSON, never within a surrogate pair: both sides count the same bytes. */
function cut(text: string): Reply[] {
  const piece: Reply = { type: 'chunk', text };
  const isSmall = text.length <= MAX_CHUNK_CHARS && Buffer.byteLength(JSON.stringify(piece)) <= SMALL_BYTES;
  if (isSmall || text.length < 2) return [piece];
  const middle = text.length >> 1;
  const at = /[\ud800-\udbff]/.test(text[middle - 1]!) && /[\udc00-\udfff]/.test(text[middle]!) ? middle + 1 : middle;
  return at === text.length ? [piece] : [...cut(text.slice(0, at)), ...cut(text.slice(at))];
}
