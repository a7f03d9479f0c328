import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Random, shuffled } from '../../../core/random.ts';

export interface NodeSpec {
  seed: number;
  /** `swarm` of a config.yaml, but `join`. */
  config: object;
}
export interface Started {
  key: string;
  port: number;
}

/** One process with several nodes. */
interface Host {
  pid: number;
  /** Its own loopback prefix, as another household has. */
  address: string;
  start(specs: readonly NodeSpec[]): Promise<Started[]>;
  kill(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const SERVE = { accept: ['power', 'liability', 'tax'], experts: ['faults'], bandwidthKBps: 10_000 };
/** Of the nodes of a process: a fifth forwards, two fifths can be dialled, two fifths only dial out. */
const RELAYS_OF = 5;
const RELAYS_EACH = 3;

function spawnHost(address: string): Host {
  const child: ChildProcess = fork(MAIN, [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid!,
    address,
    start(specs) {
      const { promise, resolve, reject } = Promise.withResolvers<Started[]>();
      const ended = (code: number | null) => reject(new Error(`a process of nodes ended with ${code}`));
      child.once('exit', ended);
      child.once('message', (told) => {
        child.off('exit', ended);
        resolve(told as Started[]);
      });
      child.send(specs);
      return promise;
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

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
  const lobby = spawnHost('127.0.0.2');
  const hosts = Array.from({ length: processes }, (_, i) => spawnHost(`127.0.${10 + i}.1`));
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

export const residentBytes = (pid: number): number =>
  1024 * Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
