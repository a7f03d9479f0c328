import { readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Gathering, takeGathered } from './collect.ts';
import { coverageOf, EVERYWHERE } from './coverage.ts';
import { FOLDERS } from './folders.ts';
import type { FromChild, ToChild } from './messages.ts';
import { type Mutant, mutated } from './sites.ts';

/**
 * The child in which mutants are tried: one process for many, because most of a short test is its start. For each mutant all of
 * control, campaign and tests is imported anew, with the one change; nothing is written to the tree.
 */
const ROOT = resolve(import.meta.dirname, '../../../..');
const AGAIN = ['src/control/', 'src/app/', 'test/'].map((below) => pathToFileURL(join(ROOT, below)).href);
const COLLECT = new URL('./collect.ts', import.meta.url).href;

let round = 0;
let mutant: Mutant | null = null;
const stripped = new Map<string, string>();

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'uvu') return { url: COLLECT, shortCircuit: true };
    const found = next(specifier, context);
    if (found.url === COLLECT || !AGAIN.some((below) => found.url.startsWith(below))) return found;
    return { ...found, url: `${found.url.replace(/\?.*/, '')}?round=${round}` };
  },
  load(url, context, next) {
    if (!url.includes('?round=')) return next(url, context);
    const file = fileURLToPath(url.replace(/\?.*/, ''));
    const changed = mutant !== null && file === join(ROOT, 'src/control', mutant.file);
    let source = changed ? undefined : stripped.get(file);
    if (source === undefined) {
      const text = readFileSync(file, 'utf8');
      source = stripTypeScriptTypes(changed ? mutated(text, mutant!) : text);
      if (!changed) stripped.set(file, source);
    }
    return { format: 'module', source, shortCircuit: true };
  },
});

/** Ends this process when it has used so much processor time: the load of the machine does not count, an endless loop does. */
const limit = new Float64Array(new SharedArrayBuffer(8));
limit[0] = Number.POSITIVE_INFINITY;
const WATCH = `
const { workerData } = require('node:worker_threads');
const still = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
  Atomics.wait(still, 0, 0, 500);
  const { user, system } = process.cpuUsage();
  if ((user + system) / 1000 > workerData[0]) process.kill(process.pid, 'SIGKILL');
}`;
new Worker(WATCH, { eval: true, workerData: limit }).unref();

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const tell = (message: FromChild) => process.send!(message);

async function gather(file: string): Promise<Gathering> {
  // The very module that stands in for uvu.
  const { takeGathered: take } = (await import(COLLECT)) as { takeGathered: typeof takeGathered };
  take();
  await import(pathToFileURL(join(ROOT, 'test', `${file}.test.ts`)).href);
  return take();
}

interface Watcher {
  /** What has run since it was asked last. */
  take(): Promise<ReturnType<typeof coverageOf> | typeof EVERYWHERE>;
}

async function openWatcher(): Promise<Watcher> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return {
    async take() {
      const { result } = (await session.post('Profiler.takePreciseCoverage')) as Profiler.TakePreciseCoverageReturnType;
      return coverageOf(result, FOLDERS);
    },
  };
}

/** Each case of a file as it is: its processor time, and what it runs. */
async function measure(file: string, watched: boolean): Promise<void> {
  const watcher: Watcher = watched ? await openWatcher() : { take: async () => EVERYWHERE };
  const { cases, after } = await gather(file);
  await watcher.take();
  for (const [at, { name, run }] of cases.entries()) {
    const fromMs = cpuMs();
    let failed: string | undefined;
    try {
      await run();
    } catch (error) {
      failed = (error as Error).message;
    }
    const ms = cpuMs() - fromMs;
    tell({ type: 'measured', at, name, ms, coverage: await watcher.take(), failed });
  }
  for (const end of after) await end();
}

/** The cases in turn until one fails. */
async function attempt({ cases, ...asked }: Extract<ToChild, { type: 'try' }>): Promise<void> {
  round++;
  mutant = asked.mutant;
  const files = new Map<string, Gathering>();
  for (const [index, { file, at, limitMs }] of cases.entries()) {
    limit[0] = cpuMs() + limitMs;
    let passed = true;
    try {
      const gathered = files.get(file) ?? (await gather(file));
      files.set(file, gathered);
      await gathered.cases[at]!.run();
    } catch {
      passed = false;
    }
    limit[0] = Number.POSITIVE_INFINITY;
    tell({ type: 'tried', index, passed });
    if (!passed) break;
  }
  for (const { after } of files.values()) for (const end of after) await end();
}

process.on('message', async (message: ToChild) => {
  if (message.type === 'measure') await measure(message.file, message.watched);
  else await attempt(message);
  tell({ type: 'done' });
});
