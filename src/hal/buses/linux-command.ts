import { type ChildProcess, spawn } from 'node:child_process';
import { HeatmineError } from '../../core/errors.ts';
import type { CommandBus } from '../types.ts';

const LIMIT_MS = 1000;
const OUTPUT_LIMIT_BYTES = 64 * 1024;

/**
 * A vendor's tool as a child: one at a time, killed after a second. A child that the driver holds in the kernel (state D)
 * survives even that: then nothing new is started until it is gone, so that they do not pile up.
 */
export function openLinuxCommand(program: string, bus: string): CommandBus & { close(): Promise<void> } {
  let tail: Promise<unknown> = Promise.resolve();
  let running = false;
  let closed = false;

  function run(args: readonly string[]): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    if (closed) {
      reject(new HeatmineError('BUS_CLOSED', `${bus}: closed`));
      return promise;
    }
    if (running) {
      reject(new HeatmineError('BUS_TIMEOUT', `${bus}: the last ${program} still hangs in the driver`));
      return promise;
    }
    running = true;
    // Its own group, so that what the tool itself started goes with it.
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let stdout = '';
    let stderr = '';
    const timer = setTimeout(() => {
      end(child);
      reject(new HeatmineError('BUS_TIMEOUT', `${bus}: ${program} gave no answer within ${LIMIT_MS} ms`));
    }, LIMIT_MS);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < OUTPUT_LIMIT_BYTES) stdout += text;
      else end(child);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-500);
    });
    child.on('error', (error) => {
      running = false;
      clearTimeout(timer);
      reject(
        new HeatmineError(
          'BUS_CLOSED',
          `${bus}: cannot run ${program}: ${error.message}; install it or put it on PATH`,
          { cause: error },
        ),
      );
    });
    child.on('close', (code) => {
      running = false;
      clearTimeout(timer);
      if (code === 0) resolve(stdout);
      else
        reject(
          new HeatmineError(
            'BUS_NOISE',
            `${bus}: ${program} ended with ${code}: ${(stderr || stdout).trim().slice(0, 200)}`,
          ),
        );
    });
    return promise;
  }

  return {
    run(args) {
      const result = tail.then(() => run(args));
      tail = result.catch(() => undefined);
      return result;
    },
    async close() {
      closed = true;
      await tail;
    },
  };
}

/** Kills the whole group and keeps no handle on it: in state D it may outlive us. */
function end(child: ChildProcess): void {
  child.unref();
  child.stdout?.destroy();
  child.stderr?.destroy();
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
