import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../core/config.ts';
import type { Log } from '../core/log.ts';
import { markedBy, signalTo } from './command-child/marked.ts';
import type { FromCommand, ToCommand } from './command-child/messages.ts';

const CHILD_FILE = join(import.meta.dirname, 'command-child/main.ts');

/** The owner's own unpaid work, where config.yaml names some. */
export interface Command {
  /** Whether it may run; to be said again within a second, or it stops. */
  run(may: boolean): void;
  running(): boolean;
  stop(): Promise<void>;
}

export interface CommandParts {
  command: Config['compute']['fillerCommand'];
  log: Log;
}

const NONE: Command = { run() {}, running: () => false, stop: async () => {} };

/** A process that holds the command and was ended, by the kernel for want of memory, say, is followed by another, not at once. */
const AGAIN_MS = 3000;

export function startCommand({ command, log }: CommandParts): Command {
  if (!command) return NONE;
  let pids: readonly number[] = [];
  const mark = randomUUID();
  let running = false;
  let stopped = false;
  let again: NodeJS.Timeout | undefined;
  let { child, exited } = hold();

  function hold() {
    const child = fork(CHILD_FILE, [command!.run, mark], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.on('error', (error) => log.warn({ err: error.message }, 'the command cannot be started'));
    child.on('message', (message: FromCommand) => {
      pids = message.pids;
      // It was told to stop before it was known whom.
      if (!running) signalTo(pids, 'SIGSTOP');
    });
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    return { child, exited: exited.then(lost) };
  }

  /** Nobody would stop it any more. Single processes are looked for anew: their numbers may be others' by now. */
  function lost(): void {
    signalTo([...pids.filter((pid) => pid < 0), ...markedBy(mark)], 'SIGKILL');
    pids = [];
    if (stopped) return;
    log.warn('what holds the owner’s command has ended, and the command with it; both are started again');
    again = setTimeout(() => {
      ({ child, exited } = hold());
    }, AGAIN_MS).unref();
  }

  return {
    run(run) {
      if (run !== running) log.info({ run }, 'the owner’s command');
      running = run;
      // On a busy machine the child may take long to hear of it.
      if (!run) signalTo(pids, 'SIGSTOP');
      const message: ToCommand = { run, watts: command.powerW };
      if (child.connected) child.send(message, () => {});
    },
    running: () => running && child.connected,
    async stop() {
      stopped = true;
      clearTimeout(again);
      if (!child.connected) return;
      child.disconnect();
      await exited;
    },
  };
}
