import type { Rate } from '../buckets.ts';

export interface AskLimits {
  connections: number;
  /** Per address; our own machine (a reverse proxy, a bench, the page) may use all of them. */
  connectionsPerAddress: number;
  /** From the upgrade to the first valid question, and between two. */
  firstMessageMs: number;
  idleMs: number;
  pingMs: number;
  messages: Rate;
  /** Questions waiting on one connection behind the one being answered. */
  waiting: number;
  /** Invalid messages before the connection is closed with 1008. */
  strikes: number;
  fragments: number;
  bufferedChunks: number;
  /** Beyond this the answer is no longer read from compute; for longer than `stalledMs`, the asker is cut. */
  unreadBytes: number;
  stalledMs: number;
}

export const ASK_LIMITS: AskLimits = {
  connections: 600,
  connectionsPerAddress: 32,
  firstMessageMs: 10_000,
  idleMs: 300_000,
  pingMs: 15_000,
  messages: { perS: 20, burst: 40 },
  waiting: 3,
  strikes: 3,
  fragments: 16,
  bufferedChunks: 256,
  unreadBytes: 262_144,
  stalledMs: 15_000,
};

/** Questions with compute at once, over websocket and HTTP together. */
export const MAX_IN_FLIGHT = 256;
