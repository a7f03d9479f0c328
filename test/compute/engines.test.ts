import { writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeSparseLlama } from '../../src/app/bench/serve/llama-file.ts';
import type { LoadedModel } from '../../src/compute/engine.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';
import { createLlamaEngine } from '../../src/compute/engines/llama.ts';
import { createUpstreamEngine, upstreamModels } from '../../src/compute/engines/upstream.ts';
import { codeOf, collect, compliance } from './engine-compliance.ts';
import { addExpert, echoUnit, grantOf, haveStories, STORIES, tempDir } from './fixture.ts';
import { soundSpec, writeGguf } from './gguf-writer.ts';

const never = new AbortController().signal;
const words = 'one two three four five six seven eight nine ten';
const storiesSpec = { id: 'stories', file: STORIES, contextTokens: 128, width: 4, sizeBytes: 1 };

compliance({
  name: 'echo',
  make: async () => ({
    engine: createEchoEngine(),
    spec: { id: 'echo', file: '', contextTokens: 64, width: 1, sizeBytes: 0 },
    close: async () => {},
  }),
  prompt: words,
  overlong: 'word '.repeat(100),
});

compliance({
  name: 'upstream, our own server behind it',
  make: async () => {
    const unit = await echoUnit();
    unit.power.offer(grantOf(5000));
    const file = `http://127.0.0.1:${unit.port}`;
    const spec = { id: 'echo', file, contextTokens: 100, width: 4, sizeBytes: 0 };
    return { engine: createUpstreamEngine(), spec, close: unit.stop };
  },
  prompt: words,
  overlong: 'word '.repeat(200),
});

if (haveStories) {
  compliance({
    name: 'llama, stories260K',
    make: async () => ({ engine: createLlamaEngine(), spec: storiesSpec, close: async () => {} }),
    prompt: 'Once upon a time',
    overlong: 'Once upon a time there was a girl. '.repeat(40),
  });
} else process.stdout.write('SKIP llama engine: needs ../shared\n');

test('F25: a model that would not fit into what is free is refused by name before anything native sees it, and the engine goes on', async () => {
  const engine = createLlamaEngine();
  const { dir, remove } = tempDir();
  try {
    const file = join(dir, 'large.gguf');
    writeFileSync(file, writeGguf(soundSpec()));
    const spec = { id: 'large', file, contextTokens: 64, width: 1, sizeBytes: Math.ceil(totalmem() / 1.1) };
    for (let i = 0; i < 3; i++) {
      const refused = await engine.load(spec).then(
        () => undefined,
        (error: Error) => error,
      );
      assert.match(refused?.message ?? 'loaded', /large\.gguf: \d+ bytes do not fit into \d+ bytes of memory/);
    }
  } finally {
    await engine.close();
    remove();
  }
});

test('llama: a context that memory has no room for is no fault of the weights', async () => {
  const engine = createLlamaEngine();
  const { dir, remove } = tempDir();
  try {
    const file = join(dir, 'long.gguf');
    const shape = { layers: 32, embedding: 512, heads: 32, kvHeads: 32, feedForward: 512, vocabulary: 2000 };
    const sizeBytes = writeSparseLlama(file, { ...shape, contextTokens: 131_072, weights: 'q8_0' });
    const spec = { id: 'long', file, contextTokens: 131_072, width: 64, sizeBytes };
    assert.is(await codeOf(engine.load(spec)), 'BUSY', 'half a terabyte');
  } finally {
    await engine.close();
    remove();
  }
});

test('upstream: nobody there, no such model, and what it offers', async () => {
  const unit = await echoUnit();
  unit.power.offer(grantOf(5000));
  const url = `http://127.0.0.1:${unit.port}/v1/`;
  const load = (id: string, file: string) =>
    createUpstreamEngine().load({ id, file, contextTokens: 100, width: 4, sizeBytes: 0 });
  try {
    assert.ok((await upstreamModels(url, never)).some((m) => m.id === 'echo'));
    assert.is(await codeOf(collect(await load('absent', url), { prompt: 'hello' })), 'EXPERT_UNKNOWN');
    assert.is(await codeOf(collect(await load('echo', 'http://127.0.0.1:9'), { prompt: 'hello' })), 'BUSY');
  } finally {
    await unit.stop();
  }
});

test('llama: a file that is no model never reaches native code', async () => {
  const { dir, remove } = tempDir();
  const expert = addExpert(dir, 'x');
  const engine = createLlamaEngine();
  const load = (file: string) => engine.load({ id: 'x', file, contextTokens: 64, width: 4, sizeBytes: 1 });
  assert.is(await codeOf(load(`${expert}/expert.json`)), 'MODEL_INVALID');
  assert.is(await codeOf(load(`${expert}/weights.gguf`)), 'MODEL_INVALID', 'sound as a head, refused by llama.cpp');
  const huge = { id: 'x', file: `${expert}/weights.gguf`, contextTokens: 64, width: 1, sizeBytes: 2 ** 50 };
  assert.is(await codeOf(engine.load(huge)), 'BUSY', 'larger than the memory that is free');
  await engine.close();
  remove();
});

async function withStories(body: (model: LoadedModel) => Promise<void>): Promise<void> {
  const engine = createLlamaEngine();
  const model = await engine.load(storiesSpec);
  await body(model).finally(() => model.unload());
  await engine.close();
}

if (haveStories) {
  test('llama: a grammar bounds what is said; a broken one is refused', async () => {
    await withStories(async (model) => {
      const grammar = 'root ::= "yes" | "no" | "E" [0-9] [0-9]';
      const { text, end } = await collect(model, { prompt: 'Is it?', grammar });
      assert.match(text, /^(yes|no|E\d\d)$/);
      assert.is(end.finish, 'stop');
      assert.is(await codeOf(collect(model, { prompt: 'Is it?', grammar: 'root ::= (((' })), 'MODEL_INVALID');
    });
  });

  test('llama: temperature obeys the seed', async () => {
    await withStories(async (model) => {
      const say = (seed: number) => collect(model, { prompt: 'Once', temperature: 1, seed, maxTokens: 40 });
      const [a, b, c] = [await say(1), await say(1), await say(2)];
      assert.is(a.text, b.text);
      assert.is.not(a.text, c.text);
    });
  });

  test('llama: tells that it has begun before the first token is there', async () => {
    await withStories(async (model) => {
      // Long enough that computing it takes some milliseconds.
      const { chunks } = await collect(model, { prompt: 'Once upon a time. '.repeat(20), maxTokens: 4 });
      assert.equal(chunks[0], { text: '', tokens: 0 });
      assert.is(chunks[1]!.tokens, 1);
    });
  });

  test('llama: score tells a likely line from an unlikely one, embed gives unit vectors', async () => {
    await withStories(async (model) => {
      const likely = 'Once upon a time, there was a little girl named Lily. She loved to play outside.';
      const unlikely = [...likely].reverse().join('');
      const mean = async (line: string) => {
        let sum = 0;
        for (let i = 0; i < 16; i++) sum += (await model.score!(line, never)).logLikelihood;
        return sum / 16;
      };
      assert.ok((await mean(likely)) > (await mean(unlikely)) + 1);
      const counted = await model.score!(likely, never);
      assert.is(counted.tokens, await model.countTokens(likely));
      const { vectors, tokens } = await model.embed!(['a red ball', 'a red ball', 'the dog'], never);
      assert.equal(vectors[0], vectors[1]);
      assert.ok(Math.abs(Math.hypot(...vectors[2]!) - 1) < 1e-6);
      assert.ok(tokens > 6);
      const long = 'Once upon a time there was. '.repeat(60);
      assert.is(await codeOf(model.score!(long, never)), 'CONTEXT_LENGTH');
      assert.is(await codeOf(model.embed!([long], never)), 'CONTEXT_LENGTH');
    });
  });
}

test.run();
