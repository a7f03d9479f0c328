/** At once, and then at most once in `everyMs` however often it is called; the last call is never lost. */
export interface Seldom {
  call(): void;
  stop(): void;
}

export function seldom(everyMs: number, body: () => void): Seldom {
  let timer: NodeJS.Timeout | undefined;
  let isWanted = false;
  const call = () => {
    isWanted = true;
    if (timer) return;
    isWanted = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (isWanted) call();
    }, everyMs).unref();
    body();
  };
  return { call, stop: () => clearTimeout(timer) };
}
