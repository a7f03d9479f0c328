import { WINDOW_H } from './demand/demand.ts';

/** How many streams with questions a relay passed to each attached node, by hour: it vouches for no more. */
export interface PassedTally {
  passed(server: string): void;
  /** Rounded up to powers of two: exact figures would tell one question from another. */
  of(server: string): [hour: number, streams: number][];
}

const MOST_SERVERS = 1024;
const HOUR_MS = 3_600_000;

export function createTally(now: () => number): PassedTally {
  const servers = new Map<string, Map<number, number>>();
  const hourNow = () => Math.floor(now() / HOUR_MS);
  return {
    passed(server) {
      const hours = servers.get(server) ?? new Map<number, number>();
      const hour = hourNow();
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
      for (const old of hours.keys()) if (old <= hour - WINDOW_H) hours.delete(old);
      // The one that was passed to least lately makes room.
      servers.delete(server);
      servers.set(server, hours);
      if (servers.size > MOST_SERVERS) servers.delete(servers.keys().next().value!);
    },
    of: (server) =>
      [...(servers.get(server) ?? [])]
        .filter(([hour]) => hour > hourNow() - WINDOW_H)
        .map(([hour, streams]) => [hour, 2 ** Math.ceil(Math.log2(streams))]),
  };
}
