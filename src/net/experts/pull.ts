import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PROGRESS_ENV, Progress } from '../../contract/progress.ts';
import { HeatmineError } from '../../core/errors.ts';

/** The download of an expert that the page asked for, now or the last one. */
export interface PullState {
  source: string;
  state: 'runs' | 'done' | 'failed';
  /** Of the file that is coming now; null before the first byte, and while what came is checked. */
  progress: Progress | null;
  /** The last line it said, such as why it failed. */
  text: string;
}

export interface Puller {
  state(): PullState | null;
  /** Throws BUSY while another one runs. */
  begin(source: string): void;
  /** What has come so far is gone on with next time. */
  stop(): void;
}

const MAX_TEXT = 300;

/** Runs `experts pull` in a process of its own: what comes from strangers is opened there, not in the one that faces people. */
export function openPuller(command: readonly string[]): Puller {
  let child: ChildProcess | undefined;
  let state: PullState | null = null;
  return {
    state: () => state,
    begin(source) {
      if (child) throw new HeatmineError('BUSY', `${state?.source} is being pulled; one after the other`);
      const now: PullState = { source, progress: null, state: 'runs', text: '' };
      state = now;
      const [file = '', ...args] = command;
      const env = { ...process.env, [PROGRESS_ENV]: '1' };
      const started = spawn(file, [...args, '--', source], { stdio: ['ignore', 'ignore', 'pipe'], env });
      child = started;
      let said = '';
      createInterface({ input: started.stderr }).on('line', (line) => {
        const progress = progressIn(line);
        if (progress) now.progress = progress;
        else if (line.trim() !== '') {
          said = `${said}${line}\n`.slice(-MAX_TEXT * 4);
          now.text = line.trim().slice(0, MAX_TEXT);
        }
      });
      started.once('error', (error) => {
        now.text = error.message;
      });
      started.once('close', (code) => {
        child = undefined;
        now.state = code === 0 ? 'done' : 'failed';
        now.progress = null;
        if (code !== 0) now.text = faultIn(said) ?? now.text;
      });
    },
    stop: () => void child?.kill('SIGINT'),
  };
}

function progressIn(line: string): Progress | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return Progress.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** `CODE: what` of the command line, without the remedy below it. */
const faultIn = (said: string): string | undefined => /^[A-Z_]+: (.*)$/m.exec(said)?.[1]?.slice(0, MAX_TEXT);
