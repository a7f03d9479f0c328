import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CHILD_ENV, EXEC_ARGV } from '../../supervisor.ts';

export interface NodeSpec {
  seed: number;
  /** `swarm` of a config.yaml, but `join`. */
  config: object;
  /** A unit's home whose experts it gives away. */
  weights?: string;
}
export interface Started {
  key: string;
  port: number;
}

/** One process with several nodes. */
export interface Host {
  pid: number;
  /** Its own loopback prefix, as another household has. */
  address: string;
  start(specs: readonly NodeSpec[]): Promise<Started[]>;
  /** Processor time so far. */
  cpuMs(): Promise<number>;
  /** By whom it was taken, bytes. */
  memory(): Promise<NodeJS.MemoryUsage>;
  kill(): Promise<void>;
}

export const SERVE = { accept: ['power', 'liability', 'tax'], experts: ['faults'], bandwidthKBps: 1_000_000 };
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

export const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

export const residentBytes = (pid: number): number =>
  1024 * Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);

/** A program that answers each message with one; `asChild`: with the memory settings that the supervisor gives to those of a unit. */
export function spawnGuest(file: string, args: readonly string[], asChild = false) {
  const child: ChildProcess = fork(file, args, {
    execArgv: asChild ? EXEC_ARGV : ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, ...(asChild && CHILD_ENV) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid!,
    tell<T>(message: object | string): Promise<T> {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const ended = (code: number | null) => reject(new Error(`a process of nodes ended with ${code}`));
      child.once('exit', ended);
      child.once('message', (told) => {
        child.off('exit', ended);
        resolve(told as T);
      });
      child.send(message);
      return promise;
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Nodes at this address whose echo engines take so long for a token. */
export function spawnHost(address: string, tokenMs: number, asChild = false): Host {
  const { pid, tell, kill } = spawnGuest(MAIN, [String(tokenMs)], asChild);
  return {
    pid,
    address,
    kill,
    start: (specs) => tell([...specs]),
    cpuMs: () => tell('cpu'),
    memory: () => tell('memory'),
  };
}
