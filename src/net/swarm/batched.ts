import type { AnswerPiece } from '../ask/compute-client.ts';
import { MAX_CHUNK_CHARS } from './query.ts';

/** The same pieces with neighbouring chunks joined: one goes out at the most every `everyMs`, none above MAX_CHUNK_CHARS. */
export async function* batched(pieces: AsyncGenerator<AnswerPiece>, everyMs: number): AsyncGenerator<AnswerPiece> {
  let text = '';
  let next = pieces.next();
  let due: Promise<'due'> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const flush = function* (): Generator<AnswerPiece> {
    clearTimeout(timer);
    due = undefined;
    const whole = text;
    text = '';
    for (let at = 0; at < whole.length; at += MAX_CHUNK_CHARS) {
      yield { type: 'chunk', text: whole.slice(at, at + MAX_CHUNK_CHARS) };
    }
  };
  try {
    for (;;) {
      const came = await (due ? Promise.race([next, due]) : next);
      if (came === 'due') yield* flush();
      else if (came.done) return;
      else {
        next = pieces.next();
        if (came.value.type !== 'chunk') {
          yield* flush();
          yield came.value;
        } else {
          text += came.value.text;
          if (text.length > MAX_CHUNK_CHARS) yield* flush();
          due ??= new Promise((resolve) => {
            timer = setTimeout(resolve, everyMs, 'due');
          });
        }
      }
    }
  } finally {
    clearTimeout(timer);
    next.catch(() => {});
    void pieces.return(undefined).catch(() => {});
  }
}
