import { type ChildProcess, spawn } from 'node:child_process';
import { HeatmineError } from '../../core/errors.ts';

/** The download of an expert that the page asked for, now or the last one. */
export interface PullState {
  source: string;
  /** 0 to 100; null where the size is not known yet. */
  percent: number | null;
  state: 'runs' | 'done' | 'failed';
  /** The last line it said: progress, or why it failed. */
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
      const now: PullState = { source, percent: null, state: 'runs', text: '' };
      state = now;
      const [file = '', ...args] = command;
      const started = spawn(file, [...args, '--', source], { stdio: ['ignore', 'ignore', 'pipe'] });
      child = started;
      let said = '';
      started.stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-MAX_TEXT * 4);
        const lines = said.split('\n').filter((line) => line.trim() !== '');
        now.text = (lines.at(-1) ?? '').trim().slice(0, MAX_TEXT);
        const percent = / (\d{1,3}) %/.exec(now.text)?.[1];
        if (percent !== undefined) now.percent = Number(percent);
      });
      started.once('error', (error) => {
        now.text = error.message;
      });
      started.once('close', (code) => {
        child = undefined;
        now.state = code === 0 ? 'done' : 'failed';
        if (code === 0) now.percent = 100;
        else now.text = faultIn(said) ?? now.text;
      });
    },
    stop: () => void child?.kill('SIGINT'),
  };
}

/** `CODE: what` of the command line, without the remedy below it. */
const faultIn = (said: string): string | undefined => /^[A-Z_]+: (.*)$/m.exec(said)?.[1]?.slice(0, MAX_TEXT);
