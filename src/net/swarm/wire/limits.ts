import type { Rate } from '../../buckets.ts';

/** What one websocket between nodes may take of us. */
export interface WireLimits {
  /** From the upgrade to a proven key. */
  helloMs: number;
  /** A peer without a stream and not attached is let go after this. */
  idleMs: number;
  pingMs: number;
  /** Text frames but credits. */
  control: Rate;
  /** The same of all that have dialled in; beyond it each address prefix has its turn, and its connections are read no faster. */
  frames: Rate;
  /** Connections upgraded, each of which may make us sign and verify once; beyond it each address prefix has its turn, and half is kept for those served before. */
  hellos: Rate;
  /** Frames for streams that have ended meanwhile. */
  stale: Rate;
  /** Streams open at once, by the other side. */
  streams: number;
  fragments: number;
  bufferedChunks: number;
  /** Bytes that the kernel has not taken; for longer than `stalledMs` the reader is cut. */
  unreadBytes: number;
  stalledMs: number;
  /** Of all strangers together: sent and unread by them, or come and not taken yet. */
  heldBytes: number;
  connections: number;
  connectionsPerAddress: number;
  /** IPv4 /24, IPv6 /48. */
  connectionsPerPrefix: number;
  /** Sealed look-ups that a relay answers, each with 16 KiB, in all and of one relay or prefix that brings them. */
  lookUps: Rate;
  lookUpsPerOrigin: Rate;
}

export const WIRE_LIMITS: WireLimits = {
  helloMs: 5_000,
  idleMs: 120_000,
  pingMs: 15_000,
  control: { perS: 500, burst: 1000 },
  frames: { perS: 1000, burst: 2000 },
  hellos: { perS: 200, burst: 400 },
  stale: { perS: 200, burst: 4096 },
  streams: 64,
  fragments: 16,
  bufferedChunks: 256,
  unreadBytes: 1_048_576,
  stalledMs: 15_000,
  heldBytes: 33_554_432,
  connections: 1024,
  connectionsPerAddress: 32,
  connectionsPerPrefix: 128,
  lookUps: { perS: 8, burst: 160 },
  lookUpsPerOrigin: { perS: 4, burst: 80 },
};
