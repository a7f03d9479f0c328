import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pathsOf } from '../core/paths.ts';
import { askUnit } from '../net/ask-client.ts';
import { fetchState, type State, unitOf } from './client.ts';

export interface SpawnedUnit {
  url: string;
  home: string;
  child: ChildProcess;
  /** All the unit has written so far, both streams. */
  output(): string;
  pids(): Record<string, number>;
  state(): Promise<State>;
  /** The whole answer to one question, over the websocket. */
  ask(question: string): Promise<string>;
  /** Polls until `test` holds; throws with the unit's output after `limitMs`. Resolves with the milliseconds since the spawn. */
  until(test: (state: State) => boolean, limitMs: number): Promise<number>;
  /** Ctrl-C; resolves with the exit code. */
  stop(): Promise<number | null>;
}

const ENTRY = fileURLToPath(new URL('../../scripts/heatmine.mjs', import.meta.url));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export interface UnitOptions {
  portBase: number;
  args?: string[];
  /** Text of its config.yaml; left out: none. */
  config?: string;
  /** Where an earlier one has lived; left out: a new one. */
  home?: string;
  /** On top of our own environment. */
  env?: Record<string, string>;
}

/** A real unit in a home of its own, for benches and tests. */
export function spawnUnit({ portBase, args = [], config, home: given, env }: UnitOptions): SpawnedUnit {
  const home = given ?? mkdtempSync(join(tmpdir(), 'heatmine-'));
  if (config !== undefined) writeFileSync(join(home, 'config.yaml'), config);
  const startedMs = performance.now();
  const child = spawn(process.execPath, [ENTRY, 'run', '--home', home, '--port-base', String(portBase), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let text = '';
  const append = (data: Buffer) => {
    text = (text + data.toString('utf8')).slice(-100_000);
  };
  child.stdout.on('data', append);
  child.stderr.on('data', append);
  const url = `http://127.0.0.1:${portBase}`;
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    url,
    home,
    child,
    output: () => text,
    pids: () => unitOf(pathsOf(home)).children,
    state: () => fetchState(url),
    async ask(question) {
      let answer = '';
      await askUnit({ url: url, question, onChunk: (text) => (answer += text) });
      return answer;
    },
    async until(test, limitMs) {
      while (performance.now() - startedMs < limitMs && child.exitCode === null) {
        const state = await fetchState(url).catch(() => undefined);
        if (state && test(state)) return performance.now() - startedMs;
        await pause(50);
      }
      throw new Error(`the unit did not get there within ${limitMs} ms; it said:\n${text.slice(-4000)}`);
    },
    async stop() {
      if (child.exitCode === null) child.kill('SIGINT');
      const code = await exited;
      rmSync(home, { recursive: true, force: true });
      return code;
    },
  };
}
