import { availableParallelism, freemem } from 'node:os';
import type { Llama, LlamaContextSequence, LlamaGrammar, LlamaModel, Token } from 'node-llama-cpp';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import type { Engine, GenerateChunk, GenerateEnd, GenerateRequest, LoadedModel, ModelSpec } from '../engine.ts';
import { checkGgufFile } from '../gguf.ts';
import { createLane } from '../lane.ts';
import { createStopFilter } from '../stops.ts';
import { createEmbedder } from './llama-embed.ts';
import { scoreLine } from './llama-score.ts';
import { PIECE_TOKENS, refuseOverlong, tokenize } from './llama-tokens.ts';

/** A model is refused unless this much more than its size is free: running out of memory would kill the process. */
const MEMORY_FACTOR = 1.2;

/** llama.cpp in this process. The library is imported at the first load: it costs 40 MiB and a second. */
export function createLlamaEngine(): Engine {
  let starting: Promise<Llama> | undefined;
  const start = async (): Promise<Llama> => {
    const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
    return getLlama({
      build: 'never',
      gpu: false,
      // Two threads on a busy two-core board were 29-80 times slower than one.
      maxThreads: Math.max(1, availableParallelism() - 1),
      logLevel: LlamaLogLevel.error,
      progressLogs: false,
      skipDownload: true,
    });
  };
  return {
    name: 'llama',
    async load(spec) {
      const info = checkGgufFile(spec.file);
      if (info.contextTokens !== undefined && spec.contextTokens > info.contextTokens) {
        const asked = `${spec.contextTokens} tokens of context asked, trained for ${info.contextTokens}`;
        throw new HeatmineError('MODEL_INVALID', `${spec.file}: ${asked}`);
      }
      const freeBytes = freemem();
      if (spec.sizeBytes * MEMORY_FACTOR > freeBytes) {
        throw new HeatmineError(
          'BUSY',
          `${spec.file}: ${spec.sizeBytes} bytes do not fit into ${freeBytes} bytes of memory`,
        );
      }
      starting ??= start();
      const llama = await starting.catch((error) => {
        starting = undefined;
        throw error;
      });
      try {
        return await loadModel(llama, spec);
      } catch (error) {
        throw new HeatmineError('MODEL_INVALID', `${spec.file}: ${messageOf(error)}`, { cause: error });
      }
    },
    async close() {
      await (await starting)?.dispose();
      starting = undefined;
    },
  };
}

async function loadModel(llama: Llama, spec: ModelSpec): Promise<LoadedModel> {
  const { contextTokens } = spec;
  const model = await llama.loadModel({ modelPath: spec.file, gpuLayers: 0, useMmap: true });
  const context = await model.createContext({ contextSize: contextTokens, sequences: 1, batchSize: PIECE_TOKENS });
  const sequence = context.getSequence();
  const lane = createLane();
  const embedder = createEmbedder(model, contextTokens);
  const grammars = new Map<string, LlamaGrammar>();
  const grammarOf = async (text: string) => {
    const known = grammars.get(text);
    if (known) return known;
    try {
      const grammar = await llama.createGrammar({ grammar: text });
      grammars.set(text, grammar);
      return grammar;
    } catch (error) {
      throw new HeatmineError('MODEL_INVALID', `grammar of ${spec.id}: ${messageOf(error)}`, { cause: error });
    }
  };
  /** One asker at a time, over a sequence that holds nothing of the one before. */
  async function enter(signal: AbortSignal) {
    const release = await lane.enter(signal);
    try {
      await sequence.clearHistory();
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }
  async function* generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerateChunk, GenerateEnd> {
    const prompt = tokenize(model, request.prompt);
    refuseOverlong(prompt, contextTokens);
    const release = await enter(signal);
    try {
      const { LlamaGrammarEvaluationState } = await import('node-llama-cpp');
      const grammar = request.grammar === undefined ? undefined : await grammarOf(request.grammar);
      const last = await evaluateAllButLast(sequence, prompt, signal);
      const tokens = sequence.evaluate(last, {
        temperature: request.temperature,
        topK: 0,
        topP: 1,
        ...(request.seed === undefined ? {} : { seed: request.seed }),
        ...(grammar ? { grammarEvaluationState: new LlamaGrammarEvaluationState({ model, grammar }) } : {}),
      });
      const room = Math.min(request.maxTokens, contextTokens - prompt.length);
      return yield* answer(model, prompt, tokens, { stop: request.stop, room }, signal);
    } finally {
      release();
    }
  }
  return {
    contextTokens,
    countTokens: async (text) => tokenize(model, text).length,
    generate,
    embed: (texts, signal) => embedder.embed(texts, signal),
    async score(line, signal) {
      const tokens = tokenize(model, line);
      refuseOverlong(tokens, contextTokens);
      const release = await enter(signal);
      try {
        return await scoreLine(sequence, tokens, signal);
      } finally {
        release();
      }
    },
    async unload() {
      const release = await lane.enter();
      await embedder.dispose();
      await context.dispose();
      await model.dispose();
      release();
    },
  };
}

async function evaluateAllButLast(sequence: LlamaContextSequence, tokens: Token[], signal: AbortSignal) {
  for (let at = 0; at < tokens.length - 1; at += PIECE_TOKENS) {
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(at, Math.min(at + PIECE_TOKENS, tokens.length - 1)));
    signal.throwIfAborted();
  }
  return tokens.slice(-1);
}

async function* answer(
  model: LlamaModel,
  prompt: readonly Token[],
  tokens: AsyncGenerator<Token, void, void>,
  { stop, room }: { stop: readonly string[]; room: number },
  signal: AbortSignal,
): AsyncGenerator<GenerateChunk, GenerateEnd> {
  const filter = createStopFilter(stop);
  const end = (finish: GenerateEnd['finish']) => ({ finish, promptTokens: prompt.length, answerTokens });
  // Tokens whose bytes do not make whole characters yet.
  let pending: Token[] = [];
  const before = prompt.slice(-8);
  let answerTokens = 0;
  for await (const token of tokens) {
    signal.throwIfAborted();
    answerTokens++;
    pending.push(token);
    const text = model.detokenize(pending, false, before);
    const whole = !text.endsWith('\uFFFD') || pending.length >= 4;
    if (whole) {
      before.push(...pending);
      before.splice(0, before.length - 8);
      pending = [];
    }
    const { text: sent, stopped } = filter.push(whole ? text : '');
    yield { text: sent, tokens: 1 };
    if (stopped) return end('stop');
    if (answerTokens >= room) break;
  }
  const rest = filter.push(pending.length ? model.detokenize(pending, false, before) : '').text + filter.flush();
  if (rest) yield { text: rest, tokens: 0 };
  return end(answerTokens >= room ? 'length' : 'stop');
}
