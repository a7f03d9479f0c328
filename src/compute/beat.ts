/**
 * Steps taken together: nobody begins the next one before all members are ready for it. Sequences that are computed in
 * one batch cost little more than one; once out of step they never meet in a batch again.
 */
export interface Beat {
  /** A new member; `leave` exactly once. Members go on in the order of their places, lowest first. */
  enter(place: number): Step;
}

export interface Step {
  /** Resolves when all members have called it or left. */
  ready(): Promise<void>;
  leave(): void;
}

export function createBeat(): Beat {
  let members = 0;
  let waiting: { place: number; go(): void }[] = [];
  const look = () => {
    if (waiting.length < members) return;
    const all = waiting.sort((a, b) => a.place - b.place);
    waiting = [];
    // One after the other without a pause, so that they ask for their next step in the same turn.
    for (const { go } of all) go();
  };
  return {
    enter(place) {
      members++;
      return {
        ready: () =>
          new Promise((resolve) => {
            waiting.push({ place, go: resolve });
            // Not before its own caller waits as well: it would go on as the last one, whatever its place.
            queueMicrotask(look);
          }),
        leave() {
          members--;
          look();
        },
      };
    },
  };
}
