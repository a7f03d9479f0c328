import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type {
  Engine,
  GenerateChunk,
  GenerateEnd,
  GenerateRequest,
  LoadedModel,
  ModelSpec,
} from '../../src/compute/engine.ts';
import { HeatmineError } from '../../src/core/errors.ts';

/** What every engine that answers must do. `prompt` makes the model say at least eight tokens. */
export interface Subject {
  name: string;
  make(): Promise<{ engine: Engine; spec: ModelSpec; close(): Promise<void> }>;
  prompt: string;
  /** A text that is certainly longer than the context. */
  overlong: string;
  /** False where a driver, not the engine, cannot be trusted with two sequences in one batch. */
  atOnce?: boolean;
}

export async function collect(
  model: LoadedModel,
  request: Partial<GenerateRequest>,
  signal = new AbortController().signal,
) {
  const chunks: GenerateChunk[] = [];
  const full = { prompt: '', maxTokens: 32, temperature: 0, stop: [], ...request };
  const answer: AsyncGenerator<GenerateChunk, GenerateEnd> = model.generate(full, signal);
  for (let step = await answer.next(); ; step = await answer.next()) {
    if (step.done) return { text: chunks.map((c) => c.text).join(''), chunks, end: step.value };
    chunks.push(step.value);
  }
}

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    return error instanceof HeatmineError ? error.code : `not a HeatmineError: ${String(error)}`;
  }
}

export function compliance({ name, make, prompt, overlong, atOnce = true }: Subject): void {
  const test = suite(`${name}: `);
  let made: Awaited<ReturnType<Subject['make']>>;
  let model: LoadedModel;
  test.before(async () => {
    made = await make();
    model = await made.engine.load(made.spec);
  });
  test.after(async () => {
    await model.unload();
    await made.engine.close();
    await made.close();
  });

  test('streams an answer in pieces and counts its tokens', async () => {
    const { text, chunks, end } = await collect(model, { prompt, maxTokens: 16 });
    assert.ok(text.length > 0);
    assert.ok(chunks.length > 1, 'more than one piece');
    assert.is(
      chunks.reduce((n, c) => n + c.tokens, 0),
      end.answerTokens,
    );
    assert.ok(end.promptTokens > 0);
  });

  test('the same question gets the same answer, whoever asked in between', async () => {
    const first = await collect(model, { prompt, seed: 7 });
    await collect(model, { prompt: `${prompt} something else`, seed: 8 });
    const again = await collect(model, { prompt, seed: 7 });
    assert.is(again.text, first.text);
    assert.is(again.end.promptTokens, first.end.promptTokens);
  });

  test('maxTokens ends with "length"', async () => {
    const { end } = await collect(model, { prompt, maxTokens: 3 });
    assert.equal([end.finish, end.answerTokens], ['length', 3]);
  });

  test('a stop string ends the answer and is never sent', async () => {
    const { text } = await collect(model, { prompt, maxTokens: 24 });
    const stop = text.slice(Math.floor(text.length / 2), Math.floor(text.length / 2) + 3);
    const cut = await collect(model, { prompt, maxTokens: 24, stop: [stop] });
    assert.is(cut.text, text.slice(0, text.indexOf(stop)));
    assert.is(cut.end.finish, 'stop');
  });

  test('a text beyond the context is refused, not shifted', async () => {
    assert.is(await codeOf(collect(model, { prompt: overlong })), 'CONTEXT_LENGTH');
    const { text } = await collect(model, { prompt, maxTokens: 4 });
    assert.ok(text.length > 0, 'and the next question is answered');
  });

  test('an abort ends it within 200 ms and frees the model', async () => {
    const aborter = new AbortController();
    const answer = model.generate({ prompt, maxTokens: 64, temperature: 0, stop: [] }, aborter.signal);
    await answer.next();
    const startedMs = performance.now();
    aborter.abort();
    let failed: unknown;
    try {
      while (!(await answer.next()).done);
    } catch (error) {
      failed = error;
    }
    assert.ok(performance.now() - startedMs < 200);
    assert.is((failed as Error | undefined)?.name, 'AbortError');
    assert.ok((await collect(model, { prompt, maxTokens: 4 })).text.length > 0);
  });

  if (atOnce)
    test('two askers at once get what each would get alone', async () => {
      const alone = await collect(model, { prompt, maxTokens: 12 });
      const both = await Promise.all([1, 2].map(() => collect(model, { prompt, maxTokens: 12 })));
      for (const { text } of both) assert.is(text, alone.text);
    });

  test('an asker who leaves early leaves the model free', async () => {
    const answer = model.generate({ prompt, maxTokens: 64, temperature: 0, stop: [] }, new AbortController().signal);
    await answer.next();
    await answer.return({ finish: 'stop', promptTokens: 0, answerTokens: 0 });
    assert.ok((await collect(model, { prompt, maxTokens: 4 })).text.length > 0);
  });

  test.run();
}
