import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '../../core/config.ts';
import { startAlone } from './filler-compute.ts';
import type { Figure } from './table.ts';

const GRANT_W = 4900;
const LIMIT_MS = 200;
/** Until filler is at work again after watts came, or a question was answered. */
const SETTLE_MS = 1500;
const GIVE_UP_MS = 5000;
/** An engine that takes no processor time for so long has stopped. */
const QUIET_MS = 500;
/** The kernel counts in hundredths of a second; one may be of what had been begun. */
const TICKS = 1;
const POLL_MS = 2;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Fields of /proc/PID/stat from the state on: state, parent, group, …; none once it is gone. */
function statOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return [];
  }
}

/** Looked for once: reading all of /proc again and again would hold compute up, which is in this process. */
const membersOf = (group: string) =>
  readdirSync('/proc').filter((name) => /^\d+$/.test(name) && statOf(name)[2] === group);

/** None of them runs. */
const areStopped = (pids: readonly string[]) => pids.every((pid) => ['T', 'Z', undefined].includes(statOf(pid)[0]));

/** Processor time of the engine's process below this one, in the kernel's ticks. */
function engineTicks(): number {
  const own = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  const engines = own.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('engine-child'));
  return engines.reduce((sum, pid) => sum + Number(statOf(pid)[11] ?? 0) + Number(statOf(pid)[12] ?? 0), 0);
}

/** Milliseconds until the fact holds, or it is given up. */
async function until(fact: () => boolean): Promise<number> {
  const startedMs = performance.now();
  while (!fact() && performance.now() - startedMs < GIVE_UP_MS) await sleep(POLL_MS);
  return performance.now() - startedMs;
}

/** Milliseconds to the last processor time that the engine takes. */
async function engineStops(): Promise<number> {
  const startedMs = performance.now();
  let [lastMs, ticks] = [startedMs, engineTicks()];
  while (performance.now() - lastMs < QUIET_MS && performance.now() - startedMs < GIVE_UP_MS) {
    await sleep(POLL_MS);
    const now = engineTicks();
    if (now > ticks + TICKS) [lastMs, ticks] = [performance.now(), now];
  }
  return lastMs - startedMs;
}

function ask(socketPath: string): Promise<void> {
  const body = JSON.stringify({ model: 'faults', messages: [{ role: 'user', content: 'it is too cold' }] });
  return new Promise((resolve, reject) => {
    const options = { socketPath, method: 'POST', path: '/v1/chat/completions', agent: false };
    const request = http.request(options, (answer) => answer.resume().on('end', () => resolve()));
    request.on('error', reject);
    request.end(body);
  });
}

const figureOf = (figure: string, ms: number[]): Figure => {
  const sorted = [...ms].sort((a, b) => a - b);
  const value = sorted.at(-1) ?? Number.POSITIVE_INFINITY;
  const reference = { name: 'p50', value: sorted[sorted.length >> 1] ?? 0 };
  return { figure, value, unit: 'ms', reference, goal: `<= ${LIMIT_MS} ms`, met: value <= LIMIT_MS };
};

/** Scoring and breeding by turns, as they come, with a whole core for them. */
async function engineFigure(rounds: number): Promise<Figure> {
  const compute = await startAlone(Config.parse({ accelerator: { fillerCpuShare: 1 } }));
  const stops: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      compute.grant(GRANT_W);
      await sleep(SETTLE_MS);
      // In the act: between two slices there is nothing to stop.
      const before = engineTicks();
      if ((await until(() => engineTicks() > before)) >= GIVE_UP_MS) throw new Error('filler does nothing');
      compute.grant(0);
      stops.push(await engineStops());
    }
  } finally {
    await compute.stop();
  }
  return figureOf('scoring and breeding stop when the watts go, worst', stops);
}

/** An owner's command with two children that hear no SIGTERM and take all they get, for a question and when the watts go. */
async function commandFigures(rounds: number): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-command-'));
  const file = join(dir, 'group');
  const busy = `(trap '' TERM; while :; do :; done) &`;
  const run = `trap '' TERM; ${busy} ${busy} echo $$ > ${file}; wait`;
  const compute = await startAlone(Config.parse({ compute: { fillerCommand: { run, powerW: 300 }, evolve: false } }));
  const [asked, dark]: number[][] = [[], []];
  try {
    compute.grant(GRANT_W);
    let group = '';
    await until(() => {
      group = groupIn(file);
      return group !== '';
    });
    // The shell writes its name behind the start of its children.
    const members = membersOf(group);
    if (members.length !== 3) throw new Error(`${members.length} processes of the command, not 3`);
    const isRunning = () => !areStopped(members);
    for (let round = 0; round < rounds; round++) {
      compute.grant(GRANT_W);
      await until(isRunning);
      const answered = ask(compute.path);
      asked!.push(await until(() => areStopped(members)));
      await answered;
      await until(isRunning);
      compute.grant(0);
      dark!.push(await until(() => areStopped(members)));
    }
  } finally {
    await compute.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  return [
    figureOf('the owner’s command stops for a question, worst', asked!),
    figureOf('the owner’s command stops when the watts go, worst', dark!),
  ];
}

function groupIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** How soon what fills the watts gives way. An answer of the economy tier is no filler in this: it goes on beside the question. */
export const stopFigures = async (rounds: number): Promise<Figure[]> => [
  await engineFigure(rounds),
  ...(await commandFigures(rounds)),
];
