import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Case, FromChild, ToChild } from './messages.ts';
import type { Mutant } from './sites.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
/** Modules that were imported are never let go: a child ends after so many mutants. */
const MUTANTS_A_CHILD = 40;
/** A case that runs so much longer than as it is has noticed the mutant: in processor time, so that load does not count. */
const LIMIT_FACTOR = 10;
const LIMIT_LEAST_MS = 10_000;
/** One that waits for what never comes uses no processor time. */
const SILENT_MS = 900_000;

/** Tries mutants in a child process, one at a time, and starts another one when that has ended. */
export interface Trier {
  /** Each case of a test file as it is; `watched`: with the places that it runs, else it counts as running all. Throws when one fails. */
  measure(file: string, watched: boolean): Promise<Case[]>;
  /** These cases in turn until one fails; each is told. */
  attempt(mutant: Mutant | null, cases: readonly Case[], on: (tried: Case, passed: boolean) => void): Promise<void>;
  close(): void;
}

export function openTrier(): Trier {
  let child: ChildProcess | undefined;
  let used = 0;
  const close = () => {
    child?.kill('SIGKILL');
    child = undefined;
  };

  /** Sends, and hears answers until the child is done or has ended; resolves with whether it was done. */
  function ask(message: ToChild, on: (answer: FromChild) => void): Promise<boolean> {
    if (used >= MUTANTS_A_CHILD) close();
    if (!child) {
      const env = { ...process.env, HEATMINE_LOG: 'silent', FORCE_COLOR: '0' };
      const execArgv = ['--disable-warning=ExperimentalWarning'];
      child = fork(MAIN, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env, execArgv });
      used = 0;
    }
    used++;
    const asked = child;
    return new Promise((resolve) => {
      let timer = setTimeout(close, SILENT_MS);
      const end = (done: boolean) => {
        clearTimeout(timer);
        asked.removeAllListeners();
        if (!done) child = undefined;
        resolve(done);
      };
      asked.on('message', (answer: FromChild) => {
        clearTimeout(timer);
        timer = setTimeout(close, SILENT_MS);
        if (answer.type === 'done') end(true);
        else on(answer);
      });
      asked.on('exit', () => end(false));
      asked.send(message);
    });
  }

  return {
    close,
    async measure(file, watched) {
      const cases: Case[] = [];
      const fails: string[] = [];
      close();
      const done = await ask({ type: 'measure', file, watched }, (answer) => {
        if (answer.type !== 'measured') return;
        const { failed, name, at, ms, coverage } = answer;
        if (failed) fails.push(`"${name}" fails without any mutant: ${failed}`);
        cases.push({ file, name, at, ms, coverage });
      });
      if (fails.length > 0) throw new Error(`test/${file}.test.ts: ${fails.join('; ')}; mend it first`);
      if (!done) throw new Error(`test/${file}.test.ts ends its process without any mutant: mend it first`);
      close();
      return cases;
    },
    async attempt(mutant, cases, on) {
      let heard = 0;
      const limited = cases.map(({ file, at, ms }) => ({
        file,
        at,
        limitMs: Math.max(LIMIT_LEAST_MS, LIMIT_FACTOR * ms),
      }));
      const done = await ask({ type: 'try', mutant, cases: limited }, (answer) => {
        if (answer.type !== 'tried') return;
        heard = answer.index + 1;
        on(cases[answer.index]!, answer.passed);
      });
      // Its end, by the limit or by itself, is the failure of what ran.
      if (!done && heard < cases.length) on(cases[heard]!, false);
    },
  };
}
