/** First come, first served, at most `width` at a time. A waiter whose signal aborts leaves the line. */
export interface Lane {
  /** Resolves with the release to call exactly once; rejects with the signal's reason. */
  enter(signal?: AbortSignal): Promise<() => void>;
  readonly waiting: number;
  readonly running: number;
}

export function createLane(width = 1): Lane {
  const line: (() => void)[] = [];
  let running = 0;
  const release = () => {
    const next = line.shift();
    if (next) next();
    else running--;
  };
  const once = () => {
    let held = true;
    return () => {
      if (held) release();
      held = false;
    };
  };
  return {
    enter(signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (running < width) {
        running++;
        return Promise.resolve(once());
      }
      return new Promise((resolve, reject) => {
        const turn = () => {
          signal?.removeEventListener('abort', leave);
          resolve(once());
        };
        const leave = () => {
          line.splice(line.indexOf(turn), 1);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', leave, { once: true });
        line.push(turn);
      });
    },
    get waiting() {
      return line.length;
    },
    get running() {
      return running;
    },
  };
}
