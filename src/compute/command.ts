import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../core/config.ts';
import type { Log } from '../core/log.ts';
import { markedBy, signalTo } from './command-child/marked.ts';
import type { FromCommand, ToCommand } from './command-child/messages.ts';
import type { Door } from './door.ts';
import type { Filler } from './filler.ts';
import type { Power } from './power.ts';
import { commandRuns } from './scheduler/command.ts';
import type { Work } from './work.ts';

const CHILD_FILE = join(import.meta.dirname, 'command-child/main.ts');
/** Watts that go stop it at once; whatever else it waits for is looked at so often, and said again to the child. */
const TICK_MS = 250;

/** The owner's own unpaid work, where config.yaml names some. */
export interface Command {
  /** A question came: it stops at once. */
  giveWay(): void;
  /** What it would draw; 0 without one. */
  wantW(): number;
  running(): boolean;
  stop(): Promise<void>;
}

export interface CommandParts {
  command: Config['compute']['fillerCommand'];
  door: Pick<Door, 'questions' | 'economy'>;
  power: Pick<Power, 'now' | 'onChange'>;
  work: Pick<Work, 'owedJ'>;
  filler: Pick<Filler, 'pace'>;
  log: Log;
}

const NONE: Command = { giveWay() {}, wantW: () => 0, running: () => false, stop: async () => {} };

export function startCommand({ command, door, power, work, filler, log }: CommandParts): Command {
  if (!command) return NONE;
  let pids: readonly number[] = [];
  const mark = randomUUID();
  const child = fork(CHILD_FILE, [command.run, mark], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // Whoever held it is gone: nobody would stop it any more. Single processes are looked for anew: their numbers may be others' by now.
  void exited.then(() => signalTo([...pids.filter((pid) => pid < 0), ...markedBy(mark)], 'SIGKILL'));
  child.on('error', (error) => log.warn({ err: error.message }, 'the command cannot be started'));
  let running = false;
  child.on('message', (message: FromCommand) => {
    pids = message.pids;
    // It was told to stop before it was known whom.
    if (!running) signalTo(pids, 'SIGSTOP');
  });
  const say = (run: boolean) => {
    if (run !== running) log.info({ run }, 'the owner’s command');
    running = run;
    // On a busy machine the child may take long to hear of it.
    if (!run) signalTo(pids, 'SIGSTOP');
    const message: ToCommand = { run, watts: command.powerW };
    if (child.connected) child.send(message, () => {});
  };
  const tick = () => {
    const { freeW } = power.now();
    const active = door.questions() + door.economy().active;
    const scoringW = filler.pace().watts;
    say(commandRuns({ freeW, scoringW, commandW: command.powerW, active, owedJ: work.owedJ() }));
  };
  const timer = setInterval(tick, TICK_MS);
  power.onChange(tick);
  return {
    giveWay: () => say(false),
    wantW: () => command.powerW,
    running: () => running,
    async stop() {
      clearInterval(timer);
      if (!child.connected) return;
      child.disconnect();
      await exited;
    },
  };
}
