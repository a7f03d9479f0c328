import type { Rate } from '../buckets.ts';

/**
 * What stands in front of aedes, which has no limit of its own on packet size or rate. Our busiest role (compute) sends
 * about 8 packets and 20 KiB a second, and reads less than that.
 */
export interface BrokerLimits {
  packetBytes: number;
  /** Before the password has been checked. */
  connectBytes: number;
  packets: Rate;
  bytes: Rate;
  tcpClients: number;
  tcpClientsPerAddress: number;
  unixClients: number;
  connectMs: number;
  /** Longest keep-alive a client may ask for; 0 (never) is refused. */
  keepaliveS: number;
  /** A reader with more than this waiting, or that took nothing for `stalledMs`, is cut. */
  unreadBytes: number;
  stalledMs: number;
  subscriptionsPerClient: number;
}

export const BROKER_LIMITS: BrokerLimits = {
  packetBytes: 65_536,
  connectBytes: 4_096,
  packets: { perS: 200, burst: 400 },
  bytes: { perS: 524_288, burst: 1_048_576 },
  tcpClients: 32,
  tcpClientsPerAddress: 16,
  unixClients: 16,
  connectMs: 5_000,
  keepaliveS: 1_200,
  unreadBytes: 262_144,
  stalledMs: 15_000,
  subscriptionsPerClient: 64,
};
