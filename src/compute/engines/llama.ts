import { freemem } from 'node:os';
import type { Llama, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { createBeat, type Step } from '../beat.ts';
import type { Engine, GenerateChunk, GenerateEnd, GenerateRequest, LoadedModel, ModelSpec } from '../engine.ts';
import { createFeed } from '../feed.ts';
import { SPARE_SEATS } from '../fit.ts';
import { checkGgufFile } from '../gguf.ts';
import { createCoarse } from './llama-calls.ts';
import { type Gpu, isShortage, seenBy, startLlama } from './llama-device.ts';
import { doubtOf } from './llama-doubt.ts';
import { createEmbedder } from './llama-embed.ts';
import { openModel } from './llama-open.ts';
import { createSampling } from './llama-sampling.ts';
import { type Limits, say } from './llama-say.ts';
import { scoreLine } from './llama-score.ts';
import { createSequences } from './llama-sequences.ts';
import { createPace, type Pace, pieces, refuseOverlong, tokenize } from './llama-tokens.ts';

/** A model is refused unless this much more than its size is free: running out of memory would kill the process. */
const MEMORY_FACTOR = 1.2;

/** Told before the prompt is computed: nothing but a crash keeps the words from coming any more. */
const BEGUN: GenerateChunk = { text: '', tokens: 0 };

/**
 * llama.cpp in this process, on the CPU unless a GPU is named. The library is imported at the first load: it costs 40 MiB and
 * a second.
 */
export function createLlamaEngine(gpu?: Gpu): Engine {
  let starting: Promise<Llama> | undefined;
  const started = () => {
    starting ??= startLlama(gpu);
    return starting.catch((error) => {
      starting = undefined;
      throw error;
    });
  };
  const freeOfGpu = async () => {
    const seen = await seenBy(await started());
    return seen.gpu ? seen.freeBytes : 0;
  };
  return {
    name: 'llama',
    async load(spec, signal) {
      const info = checkGgufFile(spec.file);
      if (info.contextTokens !== undefined && spec.contextTokens > info.contextTokens) {
        const asked = `${spec.contextTokens} tokens of context asked, trained for ${info.contextTokens}`;
        throw new HeatmineError('MODEL_INVALID', `${spec.file}: ${asked}`);
      }
      const freeBytes = freemem() + (gpu ? await freeOfGpu() : 0);
      if (spec.sizeBytes * MEMORY_FACTOR > freeBytes) {
        throw new HeatmineError(
          'BUSY',
          `${spec.file}: ${spec.sizeBytes} bytes do not fit into ${freeBytes} bytes of memory`,
        );
      }
      const llama = await started();
      try {
        return await loadModel(llama, spec, signal);
      } catch (error) {
        signal?.throwIfAborted();
        const code = (await isShortage(error)) ? 'BUSY' : 'MODEL_INVALID';
        throw new HeatmineError(code, `${spec.file}: ${messageOf(error)}`, { cause: error });
      }
    },
    see: async () => seenBy(await started()),
    async close() {
      await (await starting)?.dispose();
      starting = undefined;
    },
  };
}

async function loadModel(llama: Llama, spec: ModelSpec, signal?: AbortSignal): Promise<LoadedModel> {
  const { contextTokens } = spec;
  const seats = spec.width + SPARE_SEATS;
  const { model, context } = await openModel(llama, spec, seats, signal);
  const sequences = createSequences(context, seats);
  const embedder = createEmbedder(model, contextTokens);
  const samplingOf = await createSampling(llama, model, spec.id);
  const beat = createBeat();
  const pace = createPace();
  const movesOf = createCoarse(model, contextTokens);
  async function* generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerateChunk, GenerateEnd> {
    const prompt = tokenize(model, request.prompt, contextTokens);
    refuseOverlong(prompt, contextTokens);
    const { sequence, place, leave } = await sequences.enter(signal);
    try {
      const said: Token[] = [];
      const sampling = await samplingOf(request, said);
      const room = Math.min(request.maxTokens, contextTokens - prompt.length);
      const tokens = (both: AbortSignal) =>
        kept(
          said,
          inStep(beat.enter(place), sequence, prompt, pace, (last) => sequence.evaluate(last, sampling), both),
        );
      return yield* answer(model, prompt, tokens, { stop: request.stop, room }, signal);
    } finally {
      await leave();
    }
  }
  return {
    contextTokens,
    countTokens: async (prompt) => tokenize(model, prompt, contextTokens).length,
    generate,
    embed: (texts, signal) => embedder.embed(texts, signal),
    async score(line, signal, reading) {
      const question = line.slice(0, line.indexOf('\n') + 1);
      const from = question === '' ? 1 : tokenize(model, question, contextTokens).length;
      const tokens = tokenize(model, line, contextTokens);
      refuseOverlong(tokens, contextTokens);
      const { sequence, leave } = await sequences.enter(signal);
      try {
        return await scoreLine(sequence, tokens, pace, signal, reading && { ...reading, from });
      } finally {
        await leave();
      }
    },
    async doubt({ request, saysAfter, given }, signal) {
      const prompt = tokenize(model, request.prompt, contextTokens);
      refuseOverlong(prompt, contextTokens);
      const { sequence, place, leave } = await sequences.enter(signal);
      try {
        const options = { ...(await samplingOf({ ...request, temperature: 0 }, [])), yieldEogToken: true };
        const limits = { stop: request.stop, room: Math.min(request.maxTokens, contextTokens - prompt.length) };
        const saying = (last: Token[]) => sequence.evaluateWithMetadata(last, { probabilities: true }, options);
        const tokens = inStep(beat.enter(place), sequence, prompt, pace, saying, signal);
        const parts = { model, prompt, tokens, limits, hasGrammar: request.grammar !== undefined, saysAfter, given };
        return await doubtOf({ ...parts, movesOf }, signal);
      } finally {
        await leave();
      }
    },
    async unload() {
      await sequences.close();
      await embedder.dispose();
      await context.dispose();
      await model.dispose();
    },
  };
}

async function* kept(said: Token[], tokens: AsyncIterable<Token>): AsyncGenerator<Token> {
  for await (const token of tokens) {
    said.push(token);
    yield token;
  }
}

/**
 * The tokens of an answer, each asked for together with those of all others; the prompt piece by piece before them. Whoever
 * reads may have it go on with another token.
 */
async function* inStep<T>(
  step: Step,
  sequence: LlamaContextSequence,
  prompt: readonly Token[],
  pace: Pace,
  saying: (last: Token[]) => AsyncGenerator<T, void, Token | undefined>,
  signal: AbortSignal,
): AsyncGenerator<T, void, Token | undefined> {
  try {
    const tokens = saying(await evaluateBeginning(step, sequence, prompt, pace, signal));
    try {
      for (let instead: Token | undefined = undefined; ; ) {
        await step.ready();
        signal.throwIfAborted();
        const { value, done } = await tokens.next(instead);
        if (done) return;
        instead = yield value;
      }
    } finally {
      await tokens.return();
    }
  } finally {
    step.leave();
  }
}

/** Evaluates all but the last piece; that is left for the step that makes the first token. */
async function evaluateBeginning(
  step: Step,
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  pace: Pace,
  signal: AbortSignal,
): Promise<Token[]> {
  let left = tokens.length;
  for (const piece of pieces(tokens, pace)) {
    left -= piece.length;
    if (left === 0) return piece;
    await step.ready();
    signal.throwIfAborted();
    await sequence.evaluateWithoutGeneratingNewTokens(piece);
  }
  return [];
}

/**
 * The next token is asked for as soon as one is there, whoever reads: sequences that come late miss the batch of the
 * others, and cost it a whole step.
 */
async function* answer(
  model: LlamaModel,
  prompt: readonly Token[],
  tokensOf: (signal: AbortSignal) => AsyncIterable<Token>,
  limits: Limits,
  signal: AbortSignal,
): AsyncGenerator<GenerateChunk, GenerateEnd> {
  const feed = createFeed<GenerateChunk, GenerateEnd>();
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  // Not before the first step is on its way: telling it takes as long as half the way of a question through net and compute.
  const begun = setTimeout(feed.push, 0, BEGUN);
  const push = (chunk: GenerateChunk) => {
    clearTimeout(begun);
    feed.push(chunk);
  };
  say(model, prompt, tokensOf(either), limits, either, push).then(feed.end, feed.fail);
  try {
    return yield* feed.read();
  } finally {
    clearTimeout(begun);
    left.abort();
    // The seat is free only once nothing is computed in it any more.
    await feed.result.catch(() => undefined);
  }
}
