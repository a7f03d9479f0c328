import { utf8 } from './bytes.ts';

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

interface Asked {
  messages?: readonly { content: string }[];
  maxTokens?: number | undefined;
}
type Reply = { type?: unknown; text?: unknown };

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
  const asked = messages.reduce((bytes, { content }) => bytes + utf8(content).length, 0);
  const readMs = limits.workMs + asked * limits.readMsPerByte;
  const wholeMs = startMs + limits.wholeMs + readMs + maxTokens * limits.msPerToken;
  let nextMs = startMs + limits.silentMs;
  let bytes = 0;
  let began = false;
  let saysMore = false;
  return {
    came(reply, nowMs) {
      const text = reply.type === 'chunk' ? utf8(String(reply.text)).length : 0;
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

export const GIVEN_UP = 'no word, or hardly one, for long';

export interface Clock {
  /** Never goes back. */
  nowMs(): number;
  /** Returns what takes it back. */
  after(ms: number, call: () => void): () => void;
}

const RUNTIME: Clock = {
  nowMs: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** Calls `giveUp` for an answer that does not get on: a frame from time to time that says nothing is no answer. */
export function watchProgress(giveUp: () => void, asked: Asked, limits = PROGRESS, clock = RUNTIME): Progress {
  const due = dueOf(asked, limits, clock.nowMs());
  const look = () => {
    const leftMs = due.atMs() - clock.nowMs();
    if (leftMs <= 0) giveUp();
    else stop = clock.after(leftMs, look);
  };
  let stop = clock.after(limits.silentMs, look);
  return {
    came: (reply) => due.came(reply, clock.nowMs()),
    end: () => stop(),
  };
}
