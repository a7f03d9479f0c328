/** Memory from the header alone, against llama.cpp's own dry run over sparse files with true headers. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type GgufInsights, getLlama, type Llama, LlamaLogLevel, readGgufFileInfo } from 'node-llama-cpp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LlamaShape, writeSparseLlama } from '../../src/app/bench/serve/llama-file.ts';
import { BATCH_TOKENS, memoryOf, SPARE_SEATS, verdictOf, widthWithin } from '../../src/compute/fit.ts';
import { checkGgufFile } from '../../src/compute/gguf.ts';
import { tempDir } from './fixture.ts';

const base = { vocabulary: 32_000, contextTokens: 4096, weights: 'q8_0' as const };
/** Sizes as published: Llama 2 7B, 13B and 70B, Llama 3 8B, Mistral 7B, TinyLlama. */
const SHAPES: Record<string, LlamaShape> = {
  '7B': { ...base, layers: 32, embedding: 4096, heads: 32, kvHeads: 32, feedForward: 11_008 },
  '13B': { ...base, layers: 40, embedding: 5120, heads: 40, kvHeads: 40, feedForward: 13_824 },
  '70B': { ...base, weights: 'q4_0', layers: 80, embedding: 8192, heads: 64, kvHeads: 8, feedForward: 28_672 },
  '8B with 128,256 tokens': {
    ...{ ...base, vocabulary: 128_256, contextTokens: 131_072 },
    ...{ layers: 32, embedding: 4096, heads: 32, kvHeads: 8, feedForward: 14_336 },
  },
  'Mistral 7B in half precision': {
    ...{ ...base, weights: 'f16', contextTokens: 32_768 },
    ...{ layers: 32, embedding: 4096, heads: 32, kvHeads: 8, feedForward: 14_336 },
  },
  '1.1B': { ...base, layers: 22, embedding: 2048, heads: 32, kvHeads: 4, feedForward: 5632 },
};
const LOADS = [
  { contextTokens: 512, width: 1 },
  { contextTokens: 2000, width: 1 },
  { contextTokens: 4096, width: 8 },
  { contextTokens: 16_384, width: 1 },
];

const { dir, remove } = tempDir();
let llama: Llama;
let Insights: typeof GgufInsights;
test.before(async () => {
  llama = await getLlama({
    ...{ build: 'never', gpu: false, maxThreads: 1, skipDownload: true, progressLogs: false },
    logLevel: LlamaLogLevel.error,
  });
  ({ GgufInsights: Insights } = await import('node-llama-cpp'));
});
test.after(async () => {
  await llama.dispose();
  remove();
});

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`${name}: within 3 % of what llama.cpp would take`, async () => {
    const file = join(dir, 'sparse.gguf');
    const sizeBytes = writeSparseLlama(file, shape);
    const startedMs = performance.now();
    const info = checkGgufFile(file);
    assert.ok(performance.now() - startedMs < 2000, 'the header alone is read');
    assert.ok(info.weightBytes < sizeBytes && info.weightBytes > sizeBytes * 0.99);
    const insights = await Insights.from(await readGgufFileInfo(file), llama);
    const weights = await insights.estimateModelResourceRequirementsV2({ gpuLayers: 0, useMmap: false });
    for (const load of LOADS) {
      const context = await insights.estimateContextResourceRequirementsV2({
        ...{ contextSize: load.contextTokens, sequences: load.width, batchSize: BATCH_TOKENS, modelGpuLayers: 0 },
        flashAttention: true,
      });
      const theirs = weights.cpuRam + context.cpuRam;
      const { totalBytes, cacheBytes, workBytes } = memoryOf(info, load);
      const off = Math.abs(totalBytes / theirs - 1);
      assert.ok(off < 0.03, `${JSON.stringify(load)}: ${totalBytes} of ${theirs}, ${(100 * off).toFixed(2)} % off`);
      const contextOff = Math.abs((cacheBytes + workBytes) / context.cpuRam - 1);
      assert.ok(contextOff < 0.03, `context alone ${(100 * contextOff).toFixed(2)} % off`);
    }
    rmSync(file);
  });
}

test('fits, split over several, or no; fewer answers at once where memory is short', () => {
  const GB = 1e9;
  assert.is(verdictOf(20 * GB, [24 * GB, 24 * GB]), 'fits');
  assert.is(verdictOf(40 * GB, [24 * GB, 24 * GB]), 'split');
  assert.is(verdictOf(50 * GB, [24 * GB, 24 * GB]), 'no');
  assert.is(verdictOf(1, []), 'no');
  const file = join(dir, '7b.gguf');
  writeSparseLlama(file, SHAPES['7B']!);
  const info = checkGgufFile(file);
  const at = (width: number) => memoryOf(info, { contextTokens: 4096, width }).totalBytes;
  assert.is(widthWithin(info, 4096, at(3 + SPARE_SEATS), 8), 3);
  assert.is(widthWithin(info, 4096, at(8 + SPARE_SEATS), 8), 8);
  assert.is(widthWithin(info, 4096, 1, 8), 1);
});

test.run();
