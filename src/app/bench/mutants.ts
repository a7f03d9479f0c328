import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { seededRandom } from '../../core/random.ts';
import { say } from '../command.ts';
import type { OnProgress } from '../progress-teller.ts';
import { type Coverage, coverageFrom, coverageIn, coverageText, covers } from './mutants/coverage.ts';
import { type Memory, openMemory } from './mutants/memory.ts';
import { type Mutant, mutantsOf } from './mutants/sites.ts';
import type { Bench, Figure } from './table.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const CONTROL = join(ROOT, 'src/control');
const PRELOAD = join(import.meta.dirname, 'mutants/preload.ts');
const CACHE = join(ROOT, 'node_modules/.cache/heatmine');
const MEMORY = join(CACHE, 'mutants');
/** Compiled modules of earlier runs, by their text: most of a short test is its start. */
const COMPILED = join(CACHE, 'compiled');
/** Beside other work, with coverage, the slice of the campaign has taken more than ten minutes. */
const COVER_LIMIT_MS = 3_600_000;
const FOLDERS = ['interlock', 'decide'];
/** Beside all of test/control: a co-simulated house and a slice of the campaign. */
const ALSO = ['app/cosim', 'app/campaign'];
/** Longer ones come last, and only for what the others leave; a quick run leaves them out. */
const SLOW_MS = 8000;
/** A mutant that runs so much longer than the test alone has been noticed. */
const LIMIT_FACTOR = 10;
const LIMIT_LEAST_MS = 20_000;
const QUICK = 40;
const GOAL = 0.9;

interface Test {
  name: string;
  ms: number;
  coverage: Coverage;
}

/** Whether this test file passes; a file that runs too long fails. */
function passes(test: string, mutant: Mutant | null, limitMs: number, env: Record<string, string>): Promise<boolean> {
  return new Promise((done) => {
    const file = join(ROOT, 'test', `${test}.test.ts`);
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', PRELOAD, file], {
      stdio: 'ignore',
      env: { ...process.env, ...env, HEATMINE_MUTANT: JSON.stringify(mutant), HEATMINE_LOG: 'silent' },
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.on('close', (code) => {
      clearTimeout(timer);
      done(code === 0);
    });
  });
}

/** Runs each test once as it is: how long it takes and which places it runs. Throws when one fails. */
async function measured(names: readonly string[], memory: Memory, onProgress?: OnProgress): Promise<Test[]> {
  const tests: Test[] = [];
  for (const name of names) {
    onProgress?.(tests.length, names.length);
    const known = join(CACHE, `cover-${memory.keyOf(name)}`);
    if (existsSync(known)) {
      const [ms, ...text] = readFileSync(known, 'utf8').split('\n');
      tests.push({ name, ms: Number(ms), coverage: coverageFrom(text.join('\n')) });
      continue;
    }
    const folder = mkdtempSync(join(tmpdir(), 'heatmine-cover-'));
    const fromMs = performance.now();
    const ok = await passes(name, null, COVER_LIMIT_MS, { NODE_V8_COVERAGE: folder });
    if (!ok) throw new Error(`test/${name}.test.ts fails without any mutant: mend it first`);
    const [ms, coverage] = [performance.now() - fromMs, coverageIn(folder)];
    writeFileSync(known, `${ms}\n${coverageText(coverage)}`);
    tests.push({ name, ms, coverage });
    rmSync(folder, { recursive: true });
  }
  return tests.sort((a, b) => a.ms - b.ms);
}

/** The first test that fails, of those that run the place; undefined for a survivor. What is known from before is not run again. */
async function killedBy(mutant: Mutant, tests: readonly Test[], memory: Memory): Promise<string | undefined> {
  const able = tests.filter(({ coverage }) => covers(coverage, mutant.file, mutant.start));
  const known = able.find(({ name }) => memory.passed(mutant, name) === false);
  if (known) return known.name;
  for (const { name, ms } of able) {
    if (memory.passed(mutant, name)) continue;
    const limitMs = Math.max(LIMIT_LEAST_MS, LIMIT_FACTOR * ms);
    const passed = await passes(name, mutant, limitMs, { NODE_COMPILE_CACHE: COMPILED });
    memory.keep(mutant, name, passed);
    if (!passed) return name;
  }
  return undefined;
}

const allMutants = (): Mutant[] =>
  FOLDERS.flatMap((folder) =>
    readdirSync(join(CONTROL, folder))
      .sort()
      .flatMap((name) => mutantsOf(`${folder}/${name}`, readFileSync(join(CONTROL, folder, name), 'utf8'))),
  );

const testNames = (): string[] => [
  ...readdirSync(join(ROOT, 'test/control'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `control/${name.slice(0, -'.test.ts'.length)}`),
  ...ALSO,
];

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

/** Goes through the mutants with these tests, one on each processor, and tells each; resolves with those that live. */
async function hunt(
  round: string,
  left: readonly Mutant[],
  tests: readonly Test[],
  memory: Memory,
  onProgress?: OnProgress,
): Promise<Mutant[]> {
  const alive = new Set<Mutant>();
  const queue = left.values();
  let told = 0;
  const one = async () => {
    for (const mutant of queue) {
      const by = await killedBy(mutant, tests, memory);
      if (!by) alive.add(mutant);
      onProgress?.(++told, left.length);
      say(`${round} ${told}/${left.length} ${nameOf(mutant)}: ${by ? `killed by ${by}` : 'lives'}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, one));
  return left.filter((m) => alive.has(m));
}

export const mutants: Bench = {
  name: 'mutants',
  about:
    'flips comparisons and limits of interlock and decide one by one: do tests and campaign notice? Goes on where it was stopped.',
  async run({ quick, seed, onProgress }) {
    const memory = openMemory(ROOT, MEMORY);
    const tests = await measured(testNames(), memory, onProgress);
    const all = allMutants();
    const chosen = quick ? sample(all, QUICK, seed) : all;
    const fast = tests.filter((t) => t.ms < SLOW_MS);
    let alive = await hunt('quick tests', chosen, fast, memory, onProgress);
    if (!quick) alive = await hunt('slow tests', alive, tests, memory, onProgress);
    for (const mutant of alive) say(`SURVIVED ${nameOf(mutant)}`);
    return FOLDERS.map((folder): Figure => {
      const total = chosen.filter((m) => folderOf(m) === folder).length;
      const killed = total - alive.filter((m) => folderOf(m) === folder).length;
      return {
        figure: `${folder}: ${killed} of ${total} mutants killed (${all.filter((m) => folderOf(m) === folder).length} exist)`,
        value: total === 0 ? 100 : (100 * killed) / total,
        unit: '%',
        goal: `>= ${100 * GOAL} %`,
        met: total === 0 || killed / total >= GOAL,
      };
    });
  },
};
