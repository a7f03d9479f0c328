import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { seededRandom } from '../../core/random.ts';
import { say } from '../command.ts';
import { type Mutant, mutantsOf } from './mutants/sites.ts';
import type { Bench, Figure } from './table.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const CONTROL = join(ROOT, 'src/control');
const PRELOAD = join(import.meta.dirname, 'mutants/preload.ts');
/** Quick ones first: the first that fails ends it. The last is a slice of the campaign. */
const TESTS: Record<string, readonly string[]> = {
  interlock: [
    'control/rows',
    'control/interlock',
    'control/faults',
    'control/review',
    'control/property',
    'control/signatures',
    'app/campaign',
  ],
  decide: [
    'control/edges',
    'control/coolant-edges',
    'control/heat-edges',
    'control/loops',
    'control/plan',
    'control/decide',
    'control/dispatch',
    'control/coolant',
    'control/review',
    'control/emergency',
    'control/sun',
    'control/signatures',
    'app/cosim',
    'app/campaign',
  ],
};
/** Left out of a quick run: they take a minute each and kill few that the others leave. */
const SLOW: ReadonlySet<string> = new Set(['control/signatures', 'app/cosim', 'app/campaign']);
const LIMIT_MS = 240_000;
const QUICK = 40;
const GOAL = 0.9;

/** Whether this test file passes with the mutant; a file that runs too long has noticed it. */
function passes(test: string, mutant: Mutant | null): Promise<boolean> {
  return new Promise((done) => {
    const file = join(ROOT, 'test', `${test}.test.ts`);
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', PRELOAD, file], {
      stdio: 'ignore',
      env: { ...process.env, HEATMINE_MUTANT: JSON.stringify(mutant), HEATMINE_LOG: 'silent' },
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    child.on('close', (code) => {
      clearTimeout(timer);
      done(code === 0);
    });
  });
}

/** The first test file that fails, undefined for a survivor. */
async function killedBy(mutant: Mutant | null, tests: readonly string[]): Promise<string | undefined> {
  for (const test of tests) if (!(await passes(test, mutant))) return test;
  return undefined;
}

function allMutants(): Mutant[] {
  return Object.keys(TESTS).flatMap((folder) =>
    readdirSync(join(CONTROL, folder))
      .sort()
      .flatMap((name) => mutantsOf(`${folder}/${name}`, readFileSync(join(CONTROL, folder, name), 'utf8'))),
  );
}

function sample<T>(all: readonly T[], count: number, seed: number): T[] {
  const random = seededRandom(seed);
  return all
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ item }) => item);
}

const folderOf = (m: Mutant) => m.file.split('/')[0]!;
const nameOf = (m: Mutant) => `${m.file}:${m.line} ${m.was} -> ${m.text}`;

export const mutants: Bench = {
  name: 'mutants',
  about: 'flips comparisons and limits of interlock and decide one by one: do tests and campaign notice?',
  async run({ quick, seed }) {
    const testsOf = (folder: string) => TESTS[folder]!.filter((t) => !quick || !SLOW.has(t));
    const failed = await killedBy(null, [...new Set(Object.keys(TESTS).flatMap(testsOf))]);
    if (failed) throw new Error(`test/${failed}.test.ts fails without any mutant: mend it first`);
    const all = allMutants();
    const chosen = quick ? sample(all, QUICK, seed) : all;
    const tally = new Map(Object.keys(TESTS).map((f) => [f, { killed: 0, total: 0 }]));
    for (const [i, mutant] of chosen.entries()) {
      const sum = tally.get(folderOf(mutant))!;
      const by = await killedBy(mutant, testsOf(folderOf(mutant)));
      sum.total++;
      if (by) sum.killed++;
      say(`${i + 1}/${chosen.length} ${nameOf(mutant)}: ${by ? `killed by ${by}` : 'SURVIVED'}`);
    }
    return [...tally].map(
      ([folder, { killed, total }]): Figure => ({
        figure: `${folder}: ${killed} of ${total} mutants killed (${all.filter((m) => folderOf(m) === folder).length} exist)`,
        value: total === 0 ? 100 : (100 * killed) / total,
        unit: '%',
        goal: `>= ${100 * GOAL} %`,
        met: total === 0 || killed / total >= GOAL,
      }),
    );
  },
};
