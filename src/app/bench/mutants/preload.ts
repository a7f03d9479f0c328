import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Mutant, mutated } from './sites.ts';

/** Loaded before a test file: one module is read with one change. Nothing is written to the tree. */
const mutant = JSON.parse(process.env.HEATMINE_MUTANT ?? 'null') as Mutant | null;

if (mutant) {
  const target = new URL(`../../../control/${mutant.file}`, import.meta.url).href;
  registerHooks({
    load(url, context, next) {
      if (url !== target) return next(url, context);
      const source = mutated(readFileSync(fileURLToPath(url), 'utf8'), mutant);
      return { format: 'module-typescript', source, shortCircuit: true };
    },
  });
  // The first failure is enough: uvu marks it with this and would go on.
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = ((chunk: string | Uint8Array, ...rest: []) => {
    if (String(chunk).includes('✘')) process.exit(1);
    return write(chunk, ...rest);
  }) as typeof process.stdout.write;
}
