/** How many questions may be with compute at once, over all doors; compute's own queue decides below that. */
export interface InFlight {
  /** The release to call once, or undefined when full. */
  enter(): (() => void) | undefined;
  count(): number;
}

export function inFlight(limit: number): InFlight {
  let count = 0;
  return {
    enter() {
      if (count >= limit) return undefined;
      count++;
      let left = false;
      return () => {
        if (!left) count--;
        left = true;
      };
    },
    count: () => count,
  };
}
