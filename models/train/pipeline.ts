/** Compiles the trainer and turns a recipe into GGUF files. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARCH } from './arch.ts';
import { trainPieces, writeCorpus } from './corpus.ts';
import { writeGguf } from './gguf.ts';
import type { ModelId, Stage } from './recipe.ts';

const run = (command: string, args: string[]): void => {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) throw new Error(`${command}: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
};

/** AVX-512 halves the time; the published hashes were made with it, and AVX2 may round differently. */
const instructionSet = (): string =>
  readFileSync('/proc/cpuinfo', 'utf8').includes('avx512f') ? 'x86-64-v4' : 'x86-64-v3';

const compile = (workDir: string): string => {
  const out = join(workDir, 'trainer');
  const define = {
    DIM: ARCH.dim,
    HEADS: ARCH.heads,
    HEAD_DIM: ARCH.headDim,
    FFN: ARCH.ffn,
    LAYERS: ARCH.layers,
    VOCAB: ARCH.vocab,
    MAX_LEN: ARCH.trainTokens,
  };
  const defines = Object.entries(define).map(([key, value]) => `-D${key}=${value}`);
  const source = join(import.meta.dirname, 'trainer.c');
  run('gcc', ['-O3', `-march=${instructionSet()}`, '-ffast-math', '-Wall', ...defines, '-o', out, source, '-lm']);
  return out;
};

type Trained = { id: ModelId; file: string; seconds: number };

export const trainModels = (
  ids: readonly ModelId[],
  recipe: Record<ModelId, Stage>,
  workDir: string,
  outDir: string,
): Trained[] => {
  mkdirSync(workDir, { recursive: true });
  const trainer = compile(workDir);
  const pieces = trainPieces();
  const checkpoint = (id: ModelId): string => join(workDir, `${id}.f32`);
  return ids.map((id) => {
    const from = performance.now();
    const stage = recipe[id];
    const data = join(workDir, `${id}.tokens`);
    writeCorpus(data, stage.corpus, pieces);
    const init = stage.from ? checkpoint(stage.from) : '-';
    const numbers = [stage.seed, stage.steps, stage.batchTokens, stage.peakRate, stage.promptWeight].map(String);
    console.log(`${id}: ${stage.steps} steps from ${stage.from ?? 'nothing'}`);
    run(trainer, [data, init, checkpoint(id), ...numbers]);
    const bytes = readFileSync(checkpoint(id));
    const weights = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const file = join(outDir, id, `${id}.q8_0.gguf`);
    mkdirSync(join(outDir, id), { recursive: true });
    writeFileSync(file, writeGguf(`heatmine-${id}`, pieces, weights));
    return { id, file, seconds: (performance.now() - from) / 1000 };
  });
};
