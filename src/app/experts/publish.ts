import { statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readExpert } from '../../compute/experts.ts';
import { HeatmineError } from '../../core/errors.ts';
import { sha256Of } from './download.ts';
import { MANIFEST_FILE, makerKey, signManifest } from './manifest.ts';

/** Checks a directory with expert.json and weights, and writes manifest.json beside them, signed by this home's maker key. */
export async function publishExpert(given: string, keysDir: string): Promise<{ file: string; maker: string }> {
  const dir = resolve(given);
  const { fact, unsound } = readExpert(dir, basename(dir));
  if (!fact) throw new HeatmineError('MODEL_INVALID', unsound ?? `${dir}: unsound`);
  const grammar = fact.engine === 'llama' && fact.grammar !== null ? [fact.grammar] : [];
  const files = [];
  for (const name of [fact.file, ...grammar]) {
    const path = join(dir, name);
    files.push({ name, sha256: await sha256Of(path), sizeBytes: statSync(path).size });
  }
  if (files[0]!.sha256 !== fact.sha256)
    throw new HeatmineError(
      'MODEL_INVALID',
      `${join(dir, fact.file)}: sha256 is ${files[0]!.sha256}, expert.json says ${fact.sha256}`,
    );
  const manifest = signManifest(fact, files, makerKey(keysDir));
  const file = join(dir, MANIFEST_FILE);
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  return { file, maker: manifest.maker };
}
