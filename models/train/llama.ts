/** Asks a shipped GGUF the way the runtime does: raw template, greedy, optional grammar, one thread. */
import {
  getLlama,
  type Llama,
  LlamaGrammar,
  LlamaGrammarEvaluationState,
  LlamaLogLevel,
  type LlamaModel,
  type Token,
} from 'node-llama-cpp';

export type Asked = { prefix: string; suffix: string; maxTokens: number; grammar?: string };
export type Expert = { ask(text: string): Promise<string>; prompt(text: string): number[]; close(): Promise<void> };

export const openLlama = (): Promise<Llama> =>
  getLlama({ build: 'never', maxThreads: 1, logLevel: LlamaLogLevel.error });

const promptTokens = (model: LlamaModel, { prefix, suffix }: Asked, text: string): Token[] => {
  const bos = model.tokens.bos;
  if (bos === null) throw new Error('the model has no start token');
  return [bos, ...model.tokenize(`${prefix}${text}${suffix}`, false)];
};

export const openExpert = async (llama: Llama, modelPath: string, asked: Asked): Promise<Expert> => {
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  const context = await model.createContext({ contextSize: 512, threads: 1, sequences: 1 });
  const sequence = context.getSequence();
  const grammar = asked.grammar ? new LlamaGrammar(llama, { grammar: asked.grammar }) : undefined;
  return {
    prompt: (text) => promptTokens(model, asked, text),
    ask: async (text) => {
      await sequence.clearHistory();
      const options = grammar ? { grammarEvaluationState: new LlamaGrammarEvaluationState({ model, grammar }) } : {};
      const out: Token[] = [];
      for await (const token of sequence.evaluate(promptTokens(model, asked, text), {
        temperature: 0,
        ...options,
      })) {
        if (model.isEogToken(token)) break;
        out.push(token);
        if (out.length >= asked.maxTokens) break;
      }
      return model.detokenize(out);
    },
    close: async () => {
      await context.dispose();
      await model.dispose();
    },
  };
};
