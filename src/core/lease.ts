/**
 * A value that somebody else must keep renewing. The receiver counts on its own monotonic clock: `ageMs` says how old
 * the value was when sent, `bootId` + `seq` order renewals, so a late or replayed message never comes alive again.
 */
export interface Lease<T> {
  value: T;
  ttlMs: number;
  ageMs: number;
  bootId: string;
  seq: number;
}

export interface LeaseHolder<T> {
  /** True when taken, false when refused (older sequence, an earlier boot, or already lapsed). */
  offer(lease: Lease<T>, nowMs: number): boolean;
  /** The value, or the safe default once the lease has lapsed. */
  get(nowMs: number): T;
  live(nowMs: number): boolean;
  /** How long the value holds unless it is renewed; 0 once lapsed. */
  leftMs(nowMs: number): number;
}

const MAX_TTL_MS = 3_600_000;
/** Whoever gives himself a new name with each message must not fill memory. */
const OLD_BOOTS = 64;

export function holdLease<T>(safeDefault: T): LeaseHolder<T> {
  const oldBoots = new Set<string>();
  let held: Lease<T> | undefined;
  let untilMs = Number.NEGATIVE_INFINITY;
  return {
    offer(lease, nowMs) {
      const ttlMs = Math.min(lease.ttlMs, MAX_TTL_MS);
      if (lease.ageMs < 0 || lease.ageMs >= ttlMs || oldBoots.has(lease.bootId)) return false;
      if (held && held.bootId === lease.bootId && lease.seq <= held.seq) return false;
      if (held && held.bootId !== lease.bootId) {
        oldBoots.add(held.bootId);
        for (const oldest of oldBoots) if (oldBoots.size > OLD_BOOTS) oldBoots.delete(oldest);
      }
      held = lease;
      untilMs = nowMs + ttlMs - lease.ageMs;
      return true;
    },
    get: (nowMs) => (held && nowMs < untilMs ? held.value : safeDefault),
    live: (nowMs) => nowMs < untilMs,
    leftMs: (nowMs) => Math.max(0, untilMs - nowMs),
  };
}

/** The sender's side: stamps each renewal. Renew every ttl/3. */
export function leaseStamp<T>(bootId: string, ttlMs: number): (value: T, ageMs?: number) => Lease<T> {
  let seq = 0;
  return (value, ageMs = 0) => ({ value, ttlMs, ageMs, bootId, seq: ++seq });
}
