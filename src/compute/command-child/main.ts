import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { MARK, markedBy, signalTo } from './marked.ts';
import type { FromCommand, ToCommand } from './messages.ts';

/**
 * Holds the owner's command in a process group of its own. It runs only while compute keeps saying so: silence stops it,
 * and when compute is gone it is killed. Arguments: the command, and the mark of its processes.
 */
const SILENT_MS = 1000;
/** A command that has ended is started again, not at once. */
const AGAIN_MS = 60_000;
/** How soon one is found that has left the group. */
const LOOK_MS = 1000;

const [command = '', mark = ''] = process.argv.slice(2);
let job: ChildProcess | undefined;
let endedMs = Number.NEGATIVE_INFINITY;
let running = false;
let silent: NodeJS.Timeout | undefined;
/** Processes of the command outside its group. */
let apart: number[] = [];
let told = '';

const all = () => [...(job?.pid === undefined ? [] : [-job.pid]), ...apart];

function tell(): void {
  const pids = all();
  if (String(pids) === told) return;
  told = String(pids);
  process.send?.({ pids } satisfies FromCommand);
}

function look(): void {
  const group = job?.pid;
  apart = markedBy(mark).filter((pid) => groupOf(pid) !== group);
  tell();
}

/** Undefined for one that has ended. Field 5 of /proc/PID/stat, behind the name in brackets. */
function groupOf(pid: number): number | undefined {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ')[2],
    );
  } catch {
    return undefined;
  }
}

function start(watts: number): void {
  if (performance.now() - endedMs < AGAIN_MS) return;
  const env = { ...process.env, HEATMINE_WATTS: String(watts), [MARK]: mark };
  // Whatever it computes, questions and control come first.
  job = spawn('nice', ['-n', '19', '/bin/sh', '-c', command], { detached: true, stdio: 'ignore', env });
  const ended = () => {
    job = undefined;
    endedMs = performance.now();
    look();
  };
  job.on('exit', ended);
  job.on('error', ended);
  tell();
}

function pause(): void {
  if (!running) return;
  running = false;
  signalTo(all(), 'SIGSTOP');
  // One that has left since the last look.
  look();
  signalTo(apart, 'SIGSTOP');
}

setInterval(() => {
  if (job || apart.length > 0) look();
  if (!running) signalTo(apart, 'SIGSTOP');
}, LOOK_MS);
process.on('message', ({ run, watts }: ToCommand) => {
  clearTimeout(silent);
  if (!run) return pause();
  silent = setTimeout(pause, SILENT_MS);
  if (!job && apart.length === 0) start(watts);
  else if (!running) signalTo(all(), 'SIGCONT');
  running = true;
});
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => {
  signalTo(all(), 'SIGKILL');
  signalTo(markedBy(mark), 'SIGKILL');
  process.exit(0);
});
