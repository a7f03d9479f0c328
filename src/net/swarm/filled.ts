import type { Reply } from './query.ts';

/**
 * The same replies with empty chunks before the end, so that their number is a power of two: relays count frames, and the exact
 * number would tell answers apart by their length. At most doubles what is sent.
 */
export async function* filled(replies: AsyncIterable<Reply>): AsyncGenerator<Reply> {
  let count = 0;
  for await (const reply of replies) {
    count++;
    if (reply.type === 'end') for (; !isPowerOfTwo(count); count++) yield { type: 'chunk', text: '' };
    yield reply;
  }
}

const isPowerOfTwo = (count: number): boolean => (count & (count - 1)) === 0;
