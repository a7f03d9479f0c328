import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Case } from './messages.ts';
import type { Mutant } from './sites.ts';

/** What decides whether a test passes: all that control, plant and campaign are made of. */
const SOURCES = ['contract', 'core', 'control', 'hal', 'app/campaign'];

/** Whether a case passed with a mutant, kept over runs: a run that was stopped goes on where it was. */
export interface Memory {
  passed(mutant: Mutant, tried: Case): boolean | undefined;
  keep(mutant: Mutant, tried: Case, passed: boolean): void;
  /** Stands for this test file beside these sources. */
  keyOf(test: string): string;
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(folder, name));

function hashOf(parts: Iterable<string | Buffer>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 24);
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** `file` holds one line a result. A result counts only as long as the sources, the test and its helpers are what they were. */
export function openMemory(root: string, file: string): Memory {
  const sources = hashOf(SOURCES.flatMap((s) => filesBelow(join(root, 'src', s))).map((f) => readFileSync(f)));
  const helpers = hashOf(
    filesBelow(join(root, 'test/control'))
      .filter((f) => !f.endsWith('.test.ts'))
      .map((f) => readFileSync(f)),
  );
  const known = new Map(
    linesOf(file).map((line): [string, boolean] => {
      const [key, passed] = line.split(' ');
      return [key!, passed === 'passed'];
    }),
  );
  const tests = new Map<string, string>();
  const testHash = (test: string) => {
    const hash = tests.get(test) ?? hashOf([helpers, readFileSync(join(root, 'test', `${test}.test.ts`))]);
    tests.set(test, hash);
    return hash;
  };
  const keyFor = (m: Mutant, { file: test, at }: Case) =>
    hashOf([sources, m.file, String(m.start), m.text, testHash(test), String(at)]);
  mkdirSync(dirname(file), { recursive: true });
  return {
    keyOf: (test) => hashOf([sources, testHash(test)]),
    passed: (mutant, tried) => known.get(keyFor(mutant, tried)),
    keep(mutant, tried, passed) {
      const key = keyFor(mutant, tried);
      known.set(key, passed);
      appendFileSync(file, `${key} ${passed ? 'passed' : 'failed'}\n`);
    },
  };
}
