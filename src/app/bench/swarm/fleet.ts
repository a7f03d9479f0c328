import { type Random, shuffled } from '../../../core/random.ts';
import { type Host, type NodeSpec, residentBytes, SERVE, spawnHost } from './host.ts';

/** Of the nodes of a process: a fifth forwards, two fifths can be dialled, two fifths only dial out. */
const RELAYS_OF = 5;
const RELAYS_EACH = 3;
/** Slow enough that the kills fall into the middle of answers. */
const TOKEN_MS = 15;

export interface Fleet {
  nodes: number;
  bootstrap: string;
  hosts: readonly Host[];
  killBootstrap(): Promise<void>;
  /** Resident memory of all processes that live, bytes; shared pages count in each. */
  memoryBytes(): number;
  end(): Promise<void>;
}

/** A bootstrap node in a process of its own, then `processes` of them with `each` nodes: relays first, then experts. */
export async function startFleet(processes: number, each: number, random: Random, seed: number): Promise<Fleet> {
  const lobby = spawnHost('127.0.0.2', TOKEN_MS);
  const hosts = Array.from({ length: processes }, (_, i) => spawnHost(`127.0.${10 + i}.1`, TOKEN_MS));
  const all = [lobby, ...hosts];
  const dead = new Set<Host>();
  const kill = async (host: Host) => {
    dead.add(host);
    await host.kill();
  };
  try {
    const [first] = await lobby.start([{ seed: seed * 1000, config: { host: lobby.address } }]);
    const bootstrap = `${lobby.address}:${first!.port}`;
    const relaysEach = Math.max(1, Math.floor(each / RELAYS_OF));
    const common = { bootstrap: [bootstrap], serve: SERVE, lan: false };
    const seedOf = (h: number, n: number) => seed * 1000 + 1 + h * each + n;
    const relays = await Promise.all(
      hosts.map(async (host, h) => {
        const config = { ...common, host: host.address, relay: true };
        const specs = Array.from({ length: relaysEach }, (_, n) => ({ seed: seedOf(h, n), config }));
        return (await host.start(specs)).map(({ key, port }) => ({ key, url: `ws://${host.address}:${port}` }));
      }),
    );
    const specsOf = (h: number): NodeSpec[] =>
      Array.from({ length: each - relaysEach }, (_, n) => {
        const others = shuffled(relays.filter((_r, i) => i !== h).flat(), random);
        const config = n % 2 ? { host: hosts[h]!.address } : { host: '0.0.0.0', relays: others.slice(0, RELAYS_EACH) };
        return { seed: seedOf(h, relaysEach + n), config: { ...common, ...config } };
      });
    const planned = hosts.map((_, h) => specsOf(h));
    await Promise.all(hosts.map((host, h) => host.start(planned[h]!)));
    return {
      nodes: 1 + processes * each,
      bootstrap,
      hosts: hosts.map((host) => ({ ...host, kill: () => kill(host) })),
      killBootstrap: () => kill(lobby),
      memoryBytes: () => all.filter((host) => !dead.has(host)).reduce((sum, { pid }) => sum + residentBytes(pid), 0),
      end: async () => void (await Promise.all(all.map(kill))),
    };
  } catch (error) {
    await Promise.all(all.map(kill));
    throw error;
  }
}
