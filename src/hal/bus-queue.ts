/** Order within a bus: what makes the unit safe, then other writes, then reads. */
export const URGENCY = { safe: 0, write: 1, read: 2 } as const;
export type Urgency = (typeof URGENCY)[keyof typeof URGENCY];

export interface BusQueue {
  /** Runs `job` when its turn comes; at most one job of a bus runs at a time. Jobs handle their own errors and end in time. */
  push(urgency: Urgency, job: () => Promise<void>): Promise<void>;
}

/** One queue per bus, so that a slow or dead bus costs no other bus anything. */
export function createBusQueue(): BusQueue {
  const waiting: { urgency: Urgency; start: () => void }[] = [];
  let busy = false;

  function next(): void {
    const job = waiting.shift();
    busy = job !== undefined;
    job?.start();
  }

  return {
    push(urgency, job) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const start = () => job().then(resolve, reject).finally(next);
      const place = waiting.findIndex((other) => other.urgency > urgency);
      waiting.splice(place < 0 ? waiting.length : place, 0, { urgency, start });
      if (!busy) next();
      return promise;
    },
  };
}
