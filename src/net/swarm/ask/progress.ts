import type { Reply } from '../query.ts';
import type { Stream } from '../wire/stream.ts';

export interface ProgressLimits {
  /** Within this the least must come, ms. */
  silentMs: number;
  /** All of it, ms: 4,096 tokens at three a second. */
  wholeMs: number;
  /** Of text; a frame that only fills counts for one. */
  leastBytes: number;
}

export const PROGRESS: ProgressLimits = { silentMs: 60_000, wholeMs: 1_500_000, leastBytes: 16 };

export interface Progress {
  came(reply: Reply): void;
  end(): void;
}

/** Closes a stream whose answer does not get on: a frame from time to time that says nothing is no answer. */
export function watchProgress(stream: Pick<Stream, 'close'>, limits: ProgressLimits): Progress {
  let bytes = 0;
  let began = false;
  const silent = setTimeout(() => stream.close('NOT_RUNNING', 'no word, or hardly one, for long'), limits.silentMs);
  const whole = setTimeout(() => stream.close('NOT_RUNNING', 'an answer without an end'), limits.wholeMs);
  return {
    came(reply) {
      const isFirst = reply.type !== 'chunk' && !began;
      began ||= isFirst;
      bytes += isFirst ? limits.leastBytes : Math.max(1, reply.type === 'chunk' ? Buffer.byteLength(reply.text) : 0);
      if (bytes < limits.leastBytes) return;
      bytes = 0;
      silent.refresh();
    },
    end() {
      clearTimeout(silent);
      clearTimeout(whole);
    },
  };
}
