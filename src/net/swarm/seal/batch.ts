/** Text of an answer is sealed at most this often: the rhythm of tokens would tell of their words. */
export const BATCH_MS = 50;

export type Schedule = (ms: number, body: () => void) => () => void;

export interface Batcher {
  add(text: string): void;
  /** Sends what is left, marked as the last. */
  end(): void;
  /** Forgets what is left. */
  stop(): void;
}

/** Gathers pieces of text and hands them on together, at most once every 50 ms. */
export function batcher(send: (content: Buffer, final: boolean) => void, schedule: Schedule = systemSchedule): Batcher {
  let waiting: string[] = [];
  let cancel: (() => void) | undefined;
  const take = () => {
    cancel?.();
    cancel = undefined;
    const content = Buffer.from(waiting.join(''));
    waiting = [];
    return content;
  };
  return {
    add(text) {
      waiting.push(text);
      cancel ??= schedule(BATCH_MS, () => {
        cancel = undefined;
        send(take(), false);
      });
    },
    end: () => send(take(), true),
    stop() {
      take();
    },
  };
}

const systemSchedule: Schedule = (ms, body) => {
  const timer = setTimeout(body, ms);
  return () => clearTimeout(timer);
};
