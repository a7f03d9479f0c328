import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** The program of the engine process. */
export const ENGINE_FILE = join(import.meta.dirname, 'main.ts');

/**
 * node-llama-cpp samples for all sequences of a batch at once on the threads of libuv's pool, and llama.cpp puts the rows
 * of likelihoods in order at the first of these calls: two at once do it twice, and answers change places in mid-word
 * (17 of 96 of `convert` at four at once; none with one thread). llama.cpp's own threads are not of this pool.
 */
const NATIVE_CALLS_AT_ONCE = 1;

/** What binds it to a device is in `environment`. */
export function forkEngine(file: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  // Without the first a crash looks for a debugger, to tell where it was.
  const ours = { GGML_NO_BACKTRACE: '1', UV_THREADPOOL_SIZE: String(NATIVE_CALLS_AT_ONCE) };
  const env = { ...process.env, ...ours, ...environment };
  return fork(file, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
}
