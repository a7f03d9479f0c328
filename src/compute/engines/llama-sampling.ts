import { randomInt } from 'node:crypto';
import type { Llama, LlamaGrammar, LlamaModel, SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { type GenerateRequest, MOST_PUNISHED } from '../engine.ts';

const SEEDS = 2 ** 32;
const KEPT_GRAMMARS = 16;
/** The API's -100 means never; llama.cpp adds what it is given. */
const NEVER_LOGIT = -100;

/** How the next token of an answer is drawn; `said` are its tokens so far, and grows. */
export async function createSampling(llama: Llama, model: LlamaModel, id: string) {
  const { LlamaGrammarEvaluationState, TokenBias } = await import('node-llama-cpp');
  const grammarOf = grammarCache(llama, id);
  return async (request: GenerateRequest, said: readonly Token[]): Promise<SequenceEvaluateOptions> => {
    const grammar = request.grammar === undefined ? undefined : await grammarOf(request.grammar);
    const { penalties, bias } = request;
    const tokenBias = bias && new TokenBias(model.tokenizer);
    for (const [token, logit] of bias ?? []) {
      tokenBias!.set(token as Token, logit <= NEVER_LOGIT ? 'never' : { logit });
    }
    return {
      temperature: request.temperature,
      topK: request.topK ?? 0,
      topP: request.topP ?? 1,
      minP: request.minP ?? 0,
      // Left to the library it would be the second of the clock: choices that are drawn at once would be alike.
      seed: request.seed ?? randomInt(SEEDS),
      ...(grammar ? { grammarEvaluationState: new LlamaGrammarEvaluationState({ model, grammar }) } : {}),
      ...(tokenBias ? { tokenBias } : {}),
      ...(penalties ? { repeatPenalty: penaltyOf(penalties, said) } : {}),
    };
  };
}

const penaltyOf = (
  { presence, frequency, repeat, lastTokens = MOST_PUNISHED }: NonNullable<GenerateRequest['penalties']>,
  said: readonly Token[],
) => ({
  punishTokens: () => said.slice(-lastTokens),
  maxPunishTokens: lastTokens,
  penalty: repeat,
  presencePenalty: presence,
  frequencyPenalty: frequency,
});

/** Compiled once each; an asker's schema is one of many, so only the last few are kept. */
function grammarCache(llama: Llama, id: string): (text: string) => Promise<LlamaGrammar> {
  const known = new Map<string, LlamaGrammar>();
  return async (text) => {
    const there = known.get(text);
    if (there) return there;
    try {
      const grammar = await llama.createGrammar({ grammar: text });
      if (known.size >= KEPT_GRAMMARS) known.delete(known.keys().next().value!);
      known.set(text, grammar);
      return grammar;
    } catch (error) {
      throw new HeatmineError('MODEL_INVALID', `grammar of ${id}: ${messageOf(error)}`, { cause: error });
    }
  };
}
