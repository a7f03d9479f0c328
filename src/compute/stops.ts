/** Holds back text that may be the beginning of a stop string, so that no part of one is ever sent. */
export interface StopFilter {
  /** What may be sent now; `stopped` once a stop string is complete (it and what follows are dropped). */
  push(text: string): { text: string; stopped: boolean };
  /** What was held back, once nothing more will come. */
  flush(): string;
}

export function createStopFilter(stops: readonly string[]): StopFilter {
  const wanted = stops.filter((s) => s !== '');
  let held = '';
  const heldLength = (text: string) => {
    for (let start = 0; start < text.length; start++) {
      const tail = text.slice(start);
      if (wanted.some((s) => s.startsWith(tail))) return tail.length;
    }
    return 0;
  };
  return {
    push(text) {
      held += text;
      const ends = wanted.map((s) => held.indexOf(s)).filter((at) => at >= 0);
      if (ends.length) {
        const sent = held.slice(0, Math.min(...ends));
        held = '';
        return { text: sent, stopped: true };
      }
      const keep = heldLength(held);
      const sent = held.slice(0, held.length - keep);
      held = held.slice(held.length - keep);
      return { text: sent, stopped: false };
    },
    flush() {
      const rest = held;
      held = '';
      return rest;
    },
  };
}
