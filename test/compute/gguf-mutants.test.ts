/**
 * Models of nine architectures, and what comes of changing one thing in them: the head refuses nearly all that llama.cpp
 * would not load, and the rest costs a process in which it is tried alone. HM_FUZZ_RUNS=N tries N of the rest (3 without it).
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngineHost } from '../../src/compute/engine-child/host.ts';
import { TRIAL_LIMIT_MS, triedFirst } from '../../src/compute/engine-child/trial.ts';
import { checkGguf, checkGgufFile } from '../../src/compute/gguf.ts';
import { ARCHITECTURES, PARTS_OF_MODELS } from '../../src/compute/gguf-architectures.ts';
import { systemClock } from '../../src/core/clock.ts';
import { HeatmineError } from '../../src/core/errors.ts';
import { seededRandom } from '../../src/core/random.ts';
import { codeOf } from './engine-compliance.ts';
import { silent, tempDir } from './fixture.ts';
import { MODEL_KINDS, modelSpec } from './gguf-models.ts';
import { mutant } from './gguf-mutants.ts';
import { writeGguf } from './gguf-writer.ts';

const ENGINE = fileURLToPath(new URL('../../src/compute/engine-child/main.ts', import.meta.url));
const HEADS = 600;
const TRIALS = Number(process.env.HM_FUZZ_RUNS ?? 3);
const SEED = Number(process.env.HM_FUZZ_SEED ?? 2026);

/** Undefined where the head is sound; anything but MODEL_INVALID fails the test. */
function refusal(bytes: Buffer): string | undefined {
  const read = (offset: number, length: number) => bytes.subarray(offset, offset + length);
  try {
    checkGguf({ sizeBytes: bytes.length, read }, 'x.gguf');
    return undefined;
  } catch (error) {
    if (!(error instanceof HeatmineError) || error.code !== 'MODEL_INVALID') throw error;
    return error.message;
  }
}

test('sound models of all these architectures pass', () => {
  for (const kind of MODEL_KINDS) assert.is(refusal(writeGguf(modelSpec(kind))), undefined, kind);
});

test('the architectures are those of the llama.cpp that is here', () => {
  const prebuilt = `linux-${process.arch}`;
  const main = fileURLToPath(import.meta.resolve(`@node-llama-cpp/${prebuilt}`));
  const bins = join(dirname(dirname(main)), 'bins', prebuilt);
  const library = readdirSync(bins).find((name) => name.startsWith('libllama.'))!;
  const text = readFileSync(join(bins, library), 'latin1');
  const from = text.indexOf('\0clip\0');
  const listed = text.slice(from + 1, text.indexOf('\0(unknown)\0', from)).split('\0');
  const ours = new Set([...ARCHITECTURES, ...PARTS_OF_MODELS]);
  assert.equal(
    listed.filter((name) => !ours.has(name)),
    [],
  );
  // A name that ends another one is kept only once by the linker.
  const isThere = (name: string) => listed.includes(name) || text.includes(`${name}\0`);
  assert.equal(
    [...ours].filter((name) => !isThere(name)),
    [],
  );
});

test('one thing changed: told by the head, or tried alone; never more than a code', async () => {
  const random = seededRandom(SEED);
  const heard: [string, Buffer][] = [];
  for (let n = 0; n < HEADS || heard.length < TRIALS; n++) {
    const { what, spec } = mutant(random);
    const bytes = writeGguf(spec);
    if (refusal(bytes) === undefined) heard.push([what, bytes]);
  }
  assert.ok(heard.length < 0.5 * Math.max(HEADS, 2 * TRIALS), `${heard.length} passed`);
  const { dir, remove } = tempDir();
  const open = () => createEngineHost({ file: ENGINE, args: [], clock: systemClock, log: silent });
  const host = open();
  const parts = { openHost: open, trusted: new Set<string>(), dir, limitMs: 10 * TRIAL_LIMIT_MS };
  const engine = triedFirst({ engine: host.engine('llama'), ...parts });
  try {
    for (const [i, [what, bytes]] of heard.slice(0, TRIALS).entries()) {
      const file = join(dir, 'm.gguf');
      writeFileSync(file, bytes);
      checkGgufFile(file);
      const sizes = { contextTokens: 64, width: 2, sizeBytes: bytes.length };
      const spec = { id: `m${i}`, file, sha256: String(i), ...sizes };
      const code = await codeOf(engine.load(spec).then((model) => model.unload()));
      assert.ok(['no error', 'MODEL_INVALID'].includes(code), `${what}: ${code}`);
      assert.equal([...host.crashes()], [], what);
    }
  } finally {
    await host.close();
    remove();
  }
});

test.run();
