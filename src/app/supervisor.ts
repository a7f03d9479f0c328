import { type ChildProcess, fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ChildStart } from '../core/child.ts';

export interface ProcessSpec {
  name: string;
  file: string;
  /** Heat first: the others wait this long at the start, so that a small board gives control its processor. */
  startsAfterMs: number;
  /** Restart after this, doubling with each crash up to the longest. */
  firstDelayMs: number;
  longestDelayMs: number;
  /** Who goes first when memory runs out, -1000 to 1000; below 0 only root may ask (F25). */
  oomScore: number;
  start: ChildStart;
}

export interface SupervisorEvents {
  /** Every line a child wrote to its standard error. */
  line(name: string, line: string): void;
  restarted(name: string, reason: string, delayMs: number): void;
  ready(name: string): void;
  /** A child that cannot run as asked (exit code 2): the unit must not go on half-started. */
  refused(name: string): void;
}

/** A child that lived this long has started well: its next crash counts as the first again. */
const WELL_AFTER_MS = 60_000;
const STOP_LIMIT_MS = 5000;
/**
 * Threads, twice the usual: each I2C bus of control may lose one to a stuck kernel, and files still want theirs. Arenas:
 * glibc keeps one for each thread otherwise, 45 MiB over all processes (`bench start`).
 */
export const CHILD_ENV = { UV_THREADPOOL_SIZE: '8', MALLOC_ARENA_MAX: '2' };
/** Small young generations: five small processes share a board with 1 GB. */
export const EXEC_ARGV = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=2'];

class Supervised {
  child: ChildProcess | undefined;
  private crashes = 0;
  private stopping = false;
  private readonly spec: ProcessSpec;
  private readonly events: SupervisorEvents;

  constructor(spec: ProcessSpec, events: SupervisorEvents) {
    this.spec = spec;
    this.events = events;
  }

  /** The first start; restarts come without the wait. */
  begin(): void {
    setTimeout(() => this.start(), this.spec.startsAfterMs);
  }

  private start(): void {
    if (this.stopping) return;
    const startedMs = performance.now();
    const child = fork(this.spec.file, [], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: EXEC_ARGV,
      env: { ...process.env, ...CHILD_ENV },
    });
    this.child = child;
    const { oomScore } = this.spec;
    // Not on every kernel, and not for everybody: then the kernel chooses by size, and compute is the largest.
    if (child.pid) void writeFile(`/proc/${child.pid}/oom_score_adj`, String(oomScore)).catch(() => {});
    let rest = '';
    const onData = (data: Buffer) => {
      const lines = (rest + data.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line) this.events.line(this.spec.name, line);
    };
    child.stderr?.on('data', onData);
    child.stdout?.on('data', onData);
    child.on('message', (message: { type: string }) => {
      if (message.type === 'ready') this.events.ready(this.spec.name);
    });
    child.on('error', () => {});
    child.on('exit', (code, signal) => this.exited(code, signal, performance.now() - startedMs));
    child.send({ type: 'start', start: this.spec.start });
  }

  private exited(code: number | null, signal: string | null, livedMs: number): void {
    this.child = undefined;
    if (this.stopping) return;
    if (code === 2) {
      this.events.refused(this.spec.name);
      return;
    }
    if (livedMs > WELL_AFTER_MS) this.crashes = 0;
    const delayMs = Math.min(this.spec.longestDelayMs, this.spec.firstDelayMs * 2 ** this.crashes++);
    this.events.restarted(this.spec.name, signal ?? `exit ${code}`, delayMs);
    setTimeout(() => this.start(), delayMs);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    const child = this.child;
    if (!child) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (child.connected) child.send({ type: 'stop' }, () => {});
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(timer);
  }
}

export interface Supervisor {
  pids(): Record<string, number>;
  /** Ends the processes in the order given, each after the one before has ended: control reaches its safe state first. */
  stop(order: readonly (readonly string[])[]): Promise<void>;
}

export function supervise(specs: readonly ProcessSpec[], events: SupervisorEvents): Supervisor {
  const all = new Map(specs.map((spec) => [spec.name, new Supervised(spec, events)]));
  for (const process of all.values()) process.begin();
  return {
    pids: () => Object.fromEntries([...all].flatMap(([name, p]) => (p.child?.pid ? [[name, p.child.pid]] : []))),
    async stop(order) {
      for (const names of order) await Promise.all(names.map((name) => all.get(name)?.stop()));
    },
  };
}

export const processFile = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
