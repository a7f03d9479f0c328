import { type ChildProcess, spawn } from 'node:child_process';
import type { FromCommand, ToCommand } from './messages.ts';

/**
 * Holds the owner's command in a process group of its own. It runs only while compute keeps saying so: silence stops it,
 * and when compute is gone it is killed. Argument: the command.
 */
const SILENT_MS = 1000;
/** A command that has ended is started again, not at once. */
const AGAIN_MS = 60_000;

const [command = ''] = process.argv.slice(2);
let job: ChildProcess | undefined;
let endedMs = Number.NEGATIVE_INFINITY;
let running = false;
let silent: NodeJS.Timeout | undefined;

const tell = (group: number | null) => process.send?.({ group } satisfies FromCommand);

/** To the whole group. */
function signal(name: NodeJS.Signals): void {
  try {
    if (job?.pid !== undefined) process.kill(-job.pid, name);
  } catch {
    // It has just ended by itself.
  }
}

function start(watts: number): void {
  if (performance.now() - endedMs < AGAIN_MS) return;
  const env = { ...process.env, HEATMINE_WATTS: String(watts) };
  // Whatever it computes, questions and control come first.
  job = spawn('nice', ['-n', '19', '/bin/sh', '-c', command], { detached: true, stdio: 'ignore', env });
  const ended = () => {
    job = undefined;
    endedMs = performance.now();
    tell(null);
  };
  job.on('exit', ended);
  job.on('error', ended);
  if (job.pid !== undefined) tell(job.pid);
}

function pause(): void {
  if (running) signal('SIGSTOP');
  running = false;
}

process.on('message', ({ run, watts }: ToCommand) => {
  clearTimeout(silent);
  if (!run) return pause();
  silent = setTimeout(pause, SILENT_MS);
  if (!job) start(watts);
  else if (!running) signal('SIGCONT');
  running = true;
});
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => {
  signal('SIGKILL');
  process.exit(0);
});
