/** Time as an argument. `monoMs` never jumps and drives control; `wallMs` is for people and tariffs only. */
export interface Clock {
  monoMs(): number;
  wallMs(): number;
}

export const systemClock: Clock = {
  monoMs: () => performance.now(),
  wallMs: () => Date.now(),
};

/** A clock that stands still until told otherwise, for tests and fast simulation. */
export function manualClock(wallStartMs = 0): Clock & { advance(ms: number): void } {
  let elapsedMs = 0;
  return {
    monoMs: () => elapsedMs,
    wallMs: () => wallStartMs + elapsedMs,
    advance(ms) {
      elapsedMs += ms;
    },
  };
}
