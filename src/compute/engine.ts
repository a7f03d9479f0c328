/** One expert's weights in one engine. All calls of one loaded model are serialised by its owner; the sequence is cleared between askers. */
export interface GenerateRequest {
  prompt: string;
  maxTokens: number;
  temperature: number;
  seed?: number;
  stop: readonly string[];
  /** GBNF text that bounds what may be said. */
  grammar?: string;
}

export interface GenerateChunk {
  text: string;
  /** Tokens this chunk stands for, measured by the engine. */
  tokens: number;
}

export interface GenerateEnd {
  finish: 'stop' | 'length';
  promptTokens: number;
  answerTokens: number;
}

export interface LoadedModel {
  readonly contextTokens: number;
  countTokens(text: string): Promise<number>;
  /** Streams the answer; returns the counts. Throws CONTEXT_LENGTH rather than shifting. Ends within 200 ms of an abort. */
  generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerateChunk, GenerateEnd>;
  /** Vectors of equal length; engines that cannot embed leave it out. */
  embed?(texts: readonly string[], signal: AbortSignal): Promise<{ vectors: number[][]; tokens: number }>;
  /** Mean log-likelihood per token of each line: the useful filler. */
  score?(line: string, signal: AbortSignal): Promise<{ tokens: number; logLikelihood: number }>;
  /** Class logits for classifiers. */
  classify?(text: string, signal: AbortSignal): Promise<number[]>;
  unload(): Promise<void>;
}

export interface ModelSpec {
  id: string;
  /** Absolute path, or a URL for `upstream`. Already validated. */
  file: string;
  contextTokens: number;
  sizeBytes: number;
}

export interface Engine {
  readonly name: 'llama' | 'onnx' | 'upstream' | 'echo';
  load(spec: ModelSpec): Promise<LoadedModel>;
  close(): Promise<void>;
}
