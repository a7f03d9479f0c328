import { WINDOW_H } from './demand/demand.ts';

/** How many streams with questions a relay passed to each attached node, by hour: it vouches for no more. */
export interface PassedTally {
  /** `origin`: address prefix of the server, which has many keys for nothing. */
  passed(server: string, origin: string): void;
  /** Rounded up to powers of two: exact figures would tell one question from another. */
  of(server: string): [hour: number, streams: number][];
}

const MOST_SERVERS = 1024;
const HOUR_MS = 3_600_000;

export function createTally(now: () => number): PassedTally {
  const servers = new Map<string, { origin: string; hours: Map<number, number> }>();
  const hourNow = () => Math.floor(now() / HOUR_MS);
  /** Of the origin with most servers the one that was passed to least lately: keys that come and go push each other out. */
  const makeRoom = () => {
    const count = new Map<string, number>();
    for (const { origin } of servers.values()) count.set(origin, (count.get(origin) ?? 0) + 1);
    const [fullest] = [...count].sort((a, b) => b[1] - a[1])[0]!;
    servers.delete([...servers].find(([, { origin }]) => origin === fullest)![0]);
  };
  return {
    passed(server, origin) {
      const hours = servers.get(server)?.hours ?? new Map<number, number>();
      const hour = hourNow();
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
      for (const old of hours.keys()) if (old <= hour - WINDOW_H) hours.delete(old);
      servers.delete(server);
      if (servers.size >= MOST_SERVERS) makeRoom();
      servers.set(server, { origin, hours });
    },
    of: (server) =>
      [...(servers.get(server)?.hours ?? [])]
        .filter(([hour]) => hour > hourNow() - WINDOW_H)
        .map(([hour, streams]) => [hour, 2 ** Math.ceil(Math.log2(streams))]),
  };
}
