import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readExpert } from '../../compute/experts.ts';
import { HeatmineError } from '../../core/errors.ts';
import { type ChunkedFile, chunkBytesFor, MANIFEST_FILE, signManifest } from '../../core/manifest.ts';
import type { Paths } from '../../core/paths.ts';
import { chunkListFile, hashChunks } from '../../net/swarm/weights/chunks.ts';
import { publishedDirs, publishedFileOf } from '../../net/swarm/weights/library.ts';
import { makerKey } from './manifest.ts';

/** Checks a directory with expert.json and weights, and writes manifest.json beside them, signed by this home's maker key. */
export async function publishExpert(given: string, keysDir: string): Promise<{ file: string; maker: string }> {
  const dir = resolve(given);
  if (!existsSync(join(dir, 'expert.json')))
    throw new HeatmineError('MODEL_INVALID', `${dir} holds no expert.json: models/README.md says what belongs into it`);
  const { fact, unsound } = readExpert(dir, basename(dir));
  if (!fact) throw new HeatmineError('MODEL_INVALID', unsound ?? `${dir}: unsound`);
  const grammar = fact.engine === 'llama' && fact.grammar !== null ? [fact.grammar] : [];
  const files: ChunkedFile[] = [];
  for (const name of [fact.file, ...grammar]) {
    const path = join(dir, name);
    const sizeBytes = statSync(path).size;
    const chunkBytes = chunkBytesFor(sizeBytes);
    const { sha256, list, chunksSha256 } = await hashChunks(path, chunkBytes);
    writeFileSync(chunkListFile(dir, name), list);
    files.push({ name, sha256, sizeBytes, chunkBytes, chunksSha256 });
  }
  if (files[0]!.sha256 !== fact.sha256)
    throw new HeatmineError(
      'MODEL_INVALID',
      `${join(dir, fact.file)}: sha256 is ${files[0]!.sha256}, expert.json says ${fact.sha256}`,
    );
  const issuedS = Math.floor(Date.now() / 1000);
  const manifest = signManifest({ issuedS, expert: fact, files }, makerKey(keysDir));
  const file = join(dir, MANIFEST_FILE);
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  return { file, maker: manifest.maker };
}

/** Notes a directory outside of the home, so that the running unit gives it too. */
export function offerDir(given: string, { models, state }: Pick<Paths, 'models' | 'state'>): void {
  const dir = resolve(given);
  if (dir.startsWith(join(models, '/'))) return;
  const file = publishedFileOf(state);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const dirs = [...publishedDirs(file).filter((other) => other !== dir), dir];
  writeFileSync(`${file}.new`, JSON.stringify(dirs));
  renameSync(`${file}.new`, file);
}
