import type { Reply, Request } from '../query.ts';
import type { Stream } from '../wire/stream.ts';

/** When an answer is given up: what a node of a third of a token a second that reads at three keeps is never. */
export interface ProgressLimits {
  /** Within this the first word must come, and then again and again the least, ms. */
  silentMs: number;
  /** Of text; a frame that only fills counts for one. */
  leastBytes: number;
  /** Between the start and the first text, ms: some experts work out the answer first, unseen. And as long as the question is. */
  workMs: number;
  readMsPerByte: number;
  /** All of it, ms, beside what each token that it may have takes. */
  wholeMs: number;
  msPerToken: number;
}

export const PROGRESS: ProgressLimits = {
  silentMs: 60_000,
  leastBytes: 8,
  workMs: 300_000,
  readMsPerByte: 100,
  wholeMs: 900_000,
  msPerToken: 3500,
};
/** Where the asker did not say how many. */
const USUAL_TOKENS = 512;

type Asked = { messages?: Request['messages']; maxTokens?: number | undefined };

export interface Due {
  came(reply: Reply, nowMs: number): void;
  /** When it is given up, on the clock of `nowMs`. */
  atMs(): number;
}

/** Pure. */
export function dueOf(
  { messages = [], maxTokens = USUAL_TOKENS }: Asked,
  limits: ProgressLimits,
  startMs: number,
): Due {
  const asked = messages.reduce((bytes, { content }) => bytes + Buffer.byteLength(content), 0);
  const readMs = limits.workMs + asked * limits.readMsPerByte;
  const wholeMs = startMs + limits.wholeMs + readMs + maxTokens * limits.msPerToken;
  let nextMs = startMs + limits.silentMs;
  let bytes = 0;
  let began = false;
  let saysMore = false;
  return {
    came(reply, nowMs) {
      const text = reply.type === 'chunk' ? Buffer.byteLength(reply.text) : 0;
      if (!began && reply.type !== 'chunk') nextMs = nowMs + readMs;
      began = true;
      // Until the first text what fills earns nothing, and the text itself ends the wait for it.
      if (text === 0 && !saysMore) return;
      bytes += Math.max(1, text);
      if (saysMore && bytes < limits.leastBytes) return;
      saysMore = true;
      bytes = 0;
      nextMs = nowMs + limits.silentMs;
    },
    atMs: () => Math.min(nextMs, wholeMs),
  };
}

export interface Progress {
  came(reply: Reply): void;
  end(): void;
}

/** Closes a stream whose answer does not get on: a frame from time to time that says nothing is no answer. */
export function watchProgress(stream: Pick<Stream, 'close'>, asked: Asked, limits: ProgressLimits): Progress {
  const now = () => performance.now();
  const due = dueOf(asked, limits, now());
  const giveUp = () => {
    const leftMs = due.atMs() - now();
    if (leftMs <= 0) stream.close('NOT_RUNNING', 'no word, or hardly one, for long');
    else timer = setTimeout(giveUp, leftMs);
  };
  let timer = setTimeout(giveUp, limits.silentMs);
  return {
    came: (reply) => due.came(reply, now()),
    end: () => clearTimeout(timer),
  };
}
