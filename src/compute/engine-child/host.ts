import type { ChildProcess } from 'node:child_process';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Engine, EngineName, GenerateChunk, GenerateEnd, LoadedModel, ModelSpec, Seen } from '../engine.ts';
import { createFeed, type Feed } from '../feed.ts';
import { type Blame, createBlame } from './blame.ts';
import { EngineLost, errorOf, newsOf, throwIfBlamed } from './failures.ts';
import { forkEngine } from './fork-engine.ts';
import { letGo } from './let-go.ts';
import type { FromEngine, Loaded, Task, ToEngine } from './messages.ts';

/** Silent for this long with something to do: native code hangs, and only a kill ends it. */
const SILENT_MS = 30_000;
const PING_MS = 2000;
const STOP_LIMIT_MS = 1500;
/** A load that was given up lets go of who asked for it after this, whatever native code still does. */
const LET_GO_MS = 100;

/** One thing asked of the engine process, and the model that it is about, for whom to blame. */
interface Call {
  expert: string;
  loading: boolean;
  feed: Feed<GenerateChunk, unknown>;
  /** When a load was given up that has not ended yet. */
  leftMs?: number;
}

export interface EngineHostOptions {
  /** The program of the child, and its arguments. */
  file: string;
  args: readonly string[];
  /** What binds the child to a device. */
  env?: NodeJS.ProcessEnv;
  /** Shared by the children of a pool: an expert's crashes count wherever it was. */
  blame?: Blame | undefined;
  /** How long it may be silent with something to do, or go on with a load that was given up, before it is killed. */
  silentMs?: number;
  clock: Clock;
  log: Log;
}

export interface EngineHost {
  engine(name: EngineName): Engine;
  /** Crashes so far by expert. */
  crashes(): ReadonlyMap<string, number>;
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/**
 * A child process, one for each accelerator (pool.ts), holds many models: a crash of native code ends the child, never compute.
 * It is blamed on the model in flight; the others are loaded again when they are next asked.
 */
export function createEngineHost(options: EngineHostOptions): EngineHost {
  return new Host(options);
}

class Host implements EngineHost {
  readonly #options: EngineHostOptions;
  readonly #blame: Blame;
  readonly #calls = new Map<number, Call>();
  /** Loads that were asked for and have not ended, by expert. */
  readonly #loads = new Map<string, Promise<unknown>>();
  #child: ChildProcess | undefined;
  #generation = 0;
  #lastId = 0;
  #heardMs = 0;
  #closing = false;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: EngineHostOptions) {
    this.#options = options;
    this.#blame = options.blame ?? createBlame();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  crashes(): ReadonlyMap<string, number> {
    return this.#blame.counts();
  }

  engine(name: EngineName): Engine {
    const see = async (signal?: AbortSignal) =>
      (await this.#ask({ op: 'see' }, 'see', false, signal).feed.result) as Seen;
    return { name, load: (spec, signal) => this.#load(name, spec, signal), see, close: async () => {} };
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#watch);
    const child = this.#child;
    if (!child) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(timer);
  }

  async #load(engine: EngineName, spec: ModelSpec, signal?: AbortSignal): Promise<LoadedModel> {
    signal?.throwIfAborted();
    throwIfBlamed(spec.id, this.#blame.verdict(spec.id, this.#options.clock.monoMs()));
    // One that was given up and still goes on holds its memory: the next of that expert waits for its end.
    const before = this.#loads.get(spec.id);
    if (before) await letGo(before, signal, 0, async () => {});
    const model = ++this.#lastId;
    const { feed } = this.#ask({ op: 'load', engine, model, spec }, spec.id, true, signal);
    const over = () => this.#loads.delete(spec.id);
    this.#loads.set(spec.id, feed.result.then(over, over));
    const loaded = feed.result.then(
      (value) => this.#proxy(spec.id, model, value as Loaded),
      (error) => {
        throw signal?.aborted && !(error instanceof EngineLost) ? signal.reason : error;
      },
    );
    // It may be there before the engine hears of the abort.
    return letGo(loaded, signal, LET_GO_MS, (late) => late.unload());
  }

  #proxy(expert: string, model: number, { contextTokens, can }: Loaded): LoadedModel {
    const generation = this.#generation;
    const host = this;
    const lost = () => generation !== host.#generation;
    const ask = (task: Task, signal?: AbortSignal): Call => {
      signal?.throwIfAborted();
      if (lost()) throw new EngineLost(`the engine of ${expert} has ended`);
      return host.#ask(task, expert, false, signal);
    };
    const resultOf = async <T>(task: Task, signal?: AbortSignal) => (await ask(task, signal).feed.result) as T;
    async function* generate(...[request, signal]: Parameters<LoadedModel['generate']>) {
      const call = ask({ op: 'generate', model, request }, signal);
      try {
        const end = (yield* call.feed.read()) as GenerateEnd;
        host.#blame.proved(expert);
        return end;
      } finally {
        host.#drop(call);
      }
    }
    return {
      contextTokens,
      get lost() {
        return lost();
      },
      countTokens: (prompt) => resultOf({ op: 'count', model, prompt }),
      generate,
      ...(can.includes('embed') ? { embed: (texts, signal) => resultOf({ op: 'embed', model, texts }, signal) } : {}),
      ...(can.includes('score')
        ? { score: (line, signal, reading) => resultOf({ op: 'score', model, line, reading }, signal) }
        : {}),
      ...(can.includes('doubt') ? { doubt: (asked, signal) => resultOf({ op: 'doubt', model, asked }, signal) } : {}),
      ...(can.includes('classify')
        ? { classify: (text, signal) => resultOf({ op: 'classify', model, text }, signal) }
        : {}),
      unload: async () => (lost() ? undefined : resultOf<void>({ op: 'unload', model })),
    };
  }

  #ask(task: Task, expert: string, loading: boolean, signal?: AbortSignal): Call {
    if (this.#closing) throw new EngineLost('the unit is stopping');
    const child = this.#child ?? this.#start();
    const id = ++this.#lastId;
    const call: Call = { expert, loading, feed: createFeed() };
    if (this.#calls.size === 0) this.#heardMs = this.#options.clock.monoMs();
    this.#calls.set(id, call);
    const abort = () => {
      this.#send(child, { abort: id });
      // Of a load the engine must say itself what came of it: else the model would be nobody's.
      if (loading) call.leftMs = this.#options.clock.monoMs();
      else call.feed.fail(signal!.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
    const done = () => {
      signal?.removeEventListener('abort', abort);
      this.#calls.delete(id);
    };
    call.feed.result.then(done, done);
    this.#send(child, { call: id, task });
    return call;
  }

  /** Its reader has left before the end. */
  #drop(call: Call): void {
    for (const [id, open] of this.#calls) {
      if (open !== call) continue;
      if (this.#child) this.#send(this.#child, { abort: id });
      call.feed.fail(new DOMException('nobody reads on', 'AbortError'));
    }
  }

  #send(child: ChildProcess, message: ToEngine): void {
    // A child that has just died is told of by its exit.
    if (child.connected) child.send(message, () => {});
  }

  #start(): ChildProcess {
    const { file, args, env, clock } = this.#options;
    const child = forkEngine(file, args, env);
    this.#child = child;
    this.#heardMs = clock.monoMs();
    child.on('error', () => {});
    child.stderr!.on('data', (data: Buffer) => this.#complained(data.toString('utf8')));
    child.on('message', (message: FromEngine) => this.#heard(message));
    child.on('exit', (code, signal) => this.#exited(child, signal ?? `exit ${code}`));
    clearInterval(this.#watch);
    this.#watch = setInterval(() => this.#look(child), PING_MS);
    return child;
  }

  #look(child: ChildProcess): void {
    const longAgoMs = this.#options.clock.monoMs() - (this.#options.silentMs ?? SILENT_MS);
    const calls = [...this.#calls.values()];
    const isSilent = calls.length > 0 && this.#heardMs < longAgoMs;
    if (isSilent || calls.some(({ leftMs = Number.POSITIVE_INFINITY }) => leftMs < longAgoMs)) child.kill('SIGKILL');
    else this.#send(child, { ping: true });
  }

  #complained(text: string): void {
    for (const line of newsOf(text)) this.#options.log.warn({ engine: line }, 'the engine says');
  }

  #heard(message: FromEngine): void {
    this.#heardMs = this.#options.clock.monoMs();
    if ('pong' in message) return;
    const call = this.#calls.get(message.call);
    if (!call) return;
    if ('chunk' in message) call.feed.push(message.chunk as GenerateChunk);
    else if ('failure' in message) call.feed.fail(errorOf(message.failure));
    // An answer of nothing has no field at all in JSON.
    else call.feed.end(message.value);
  }

  #exited(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#generation++;
    clearInterval(this.#watch);
    const calls = [...this.#calls.values()];
    const loading = calls.filter((call) => call.loading);
    const suspects = [...new Set((loading.length ? loading : calls).map((call) => call.expert))];
    if (!this.#closing) {
      this.#blame.crashed(suspects, this.#options.clock.monoMs());
      this.#options.log.warn({ how, suspects }, 'the engine process ended');
    }
    for (const call of calls) call.feed.fail(new EngineLost(`the engine ended (${how}) in mid-answer`));
  }
}
