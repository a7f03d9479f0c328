/** What is held for the other side of one connection: sent and not read there, or come from there and not taken here. */
export interface Holding {
  /** So many bytes more; below 0: it got on. */
  add(bytes: number): void;
  /** The connection has ended. */
  leave(): void;
}

/** One limit for all connections that share it. */
export interface Backlog {
  /** `cut` ends the connection at once. */
  enter(cut: () => void): Holding;
}

/** What a frame takes beside its bytes while it waits: the objects around it. */
export const HELD_FRAME_BYTES = 512;

interface Held {
  bytes: number;
  /** Nothing has left since. */
  sinceMs: number;
  cut(): void;
}

/** Beyond `mostBytes` whoever holds most for longest without getting on is cut: bytes times time, so that many small ones do not outlast an honest one. */
export function createBacklog(mostBytes: number, nowMs = () => performance.now()): Backlog {
  const all = new Set<Held>();
  let totalBytes = 0;
  const leave = (held: Held) => {
    if (all.delete(held)) totalBytes -= held.bytes;
  };
  const worst = (): Held => {
    const now = nowMs();
    // A ms more, so that those of this very moment go by their bytes.
    const weight = ({ bytes, sinceMs }: Held) => bytes * (now - sinceMs + 1);
    return [...all].reduce((most, one) => (weight(one) > weight(most) ? one : most));
  };
  return {
    enter(cut) {
      const held: Held = { bytes: 0, sinceMs: nowMs(), cut };
      all.add(held);
      return {
        add(bytes) {
          if (!all.has(held)) return;
          if (bytes < 0 || held.bytes === 0) held.sinceMs = nowMs();
          held.bytes += bytes;
          totalBytes += bytes;
          while (totalBytes > mostBytes) {
            const goes = worst();
            leave(goes);
            goes.cut();
          }
        },
        leave: () => leave(held),
      };
    },
  };
}
