import { setImmediate } from 'node:timers/promises';
import { HeatmineError } from '../../core/errors.ts';
import {
  type Engine,
  type GenerateChunk,
  type GenerateEnd,
  type GenerateRequest,
  type LoadedModel,
  textOf,
} from '../engine.ts';
import { createLane } from '../lane.ts';
import { createStopFilter } from '../stops.ts';

/** A word with the blanks before it is a token. */
const tokensOf = (text: string): string[] => text.match(/\s*\S+|\s+$/g) ?? [];

/** Says the prompt back, a word at a time: the engine that shows the rest works, with no weights. It never composes. */
export function createEchoEngine(): Engine {
  return {
    name: 'echo',
    load: async (spec) => echoModel(spec.contextTokens),
    close: async () => {},
  };
}

function echoModel(contextTokens: number): LoadedModel {
  const lane = createLane();
  async function* generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerateChunk, GenerateEnd> {
    const words = tokensOf(textOf(request.prompt));
    if (words.length >= contextTokens) {
      throw new HeatmineError('CONTEXT_LENGTH', `the text has ${words.length} tokens, the context ${contextTokens}`);
    }
    const release = await lane.enter(signal);
    try {
      const filter = createStopFilter(request.stop);
      const room = Math.min(request.maxTokens, contextTokens - words.length);
      let answerTokens = 0;
      for (const word of words.slice(0, room)) {
        await setImmediate();
        signal.throwIfAborted();
        answerTokens++;
        const { text, stopped } = filter.push(word);
        yield { text, tokens: 1 };
        if (stopped) return { finish: 'stop', promptTokens: words.length, answerTokens };
      }
      const rest = filter.flush();
      if (rest) yield { text: rest, tokens: 0 };
      return { finish: words.length > room ? 'length' : 'stop', promptTokens: words.length, answerTokens };
    } finally {
      release();
    }
  }
  return {
    contextTokens,
    countTokens: async (prompt) => tokensOf(textOf(prompt)).length,
    generate,
    unload: async () => {},
  };
}
