import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '../../core/config.ts';
import { batchFigures } from './filler-batch.ts';
import { ask, startAlone } from './filler-compute.ts';
import { engineStops, figureOf, inTheAct, sleep, statOf, until } from './filler-ticks.ts';
import type { Figure } from './table.ts';

const GRANT_W = 4900;
/** Until filler is at work again after watts came, or a question was answered. */
const SETTLE_MS = 1500;

/** Looked for once: reading all of /proc again and again would hold compute up, which is in this process. */
const membersOf = (group: string) =>
  readdirSync('/proc').filter((name) => /^\d+$/.test(name) && statOf(name)[2] === group);

/** None of them runs. */
const areStopped = (pids: readonly string[]) => pids.every((pid) => ['T', 'Z', undefined].includes(statOf(pid)[0]));

/** Scoring and breeding by turns, as they come, with a whole core for them. */
async function engineFigure(rounds: number): Promise<Figure> {
  const compute = await startAlone(Config.parse({ accelerator: { fillerCpuShare: 1 } }));
  const stops: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      compute.grant(GRANT_W);
      await sleep(SETTLE_MS);
      await inTheAct();
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

/** How soon what fills the watts gives way. */
export const stopFigures = async (rounds: number): Promise<Figure[]> => [
  await engineFigure(rounds),
  ...(await batchFigures(rounds)),
  ...(await commandFigures(rounds)),
];
