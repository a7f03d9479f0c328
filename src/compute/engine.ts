import type { ExpertFile } from './expert-file.ts';

/** One part of a prompt: what the asker says stays text, `control` parts are the format's own and may be special tokens. */
export interface PromptPart {
  text: string;
  control?: true;
}
export type Prompt = string | readonly PromptPart[];

export const textOf = (prompt: Prompt): string =>
  typeof prompt === 'string' ? prompt : prompt.map((part) => part.text).join('');

/** A function that the asker's program is to call; `arguments` is JSON text. */
export interface ToolCall {
  name: string;
  arguments: string;
}

/** As many of the newest tokens of an answer as penalties look at. */
export const MOST_PUNISHED = 1024;
export interface Penalties {
  presence: number;
  frequency: number;
  /** Divides what speaks for a token that was said; 1 for none. */
  repeat: number;
  /** So many of the newest tokens count as said; left out: all. */
  lastTokens?: number;
}
export type Bias = readonly (readonly [token: number, logit: number])[];

/** One expert's weights in one engine. The sequence is cleared between askers. Plain JSON: it crosses to the engine's process. */
export interface GenerateRequest {
  prompt: Prompt;
  maxTokens: number;
  temperature: number;
  topP?: number;
  /** Only so many of the likeliest tokens are drawn from. */
  topK?: number;
  /** Only tokens that are at least so likely, as a part of the likeliest one. */
  minP?: number;
  seed?: number;
  /** What was said before is less likely: once for each token that was, and again for each time. Nats. */
  penalties?: Penalties;
  /** Added to the likelihood of tokens of this model, nats; -100 forbids one. */
  bias?: Bias;
  stop: readonly string[];
  /** GBNF text that bounds what may be said. */
  grammar?: string;
  /** For an engine that speaks the same API: messages, tools and format as they came, instead of `prompt` and `grammar`. */
  wire?: Readonly<Record<string, unknown>>;
}

export interface GenerateChunk {
  text: string;
  /** Tokens this chunk stands for, measured by the engine. */
  tokens: number;
}

export interface GenerateEnd {
  finish: 'stop' | 'length' | 'tool_calls';
  promptTokens: number;
  answerTokens: number;
  toolCalls?: readonly ToolCall[];
}

export interface Score {
  tokens: number;
  logLikelihood: number;
  /** Each token that was read is the likeliest one: with all of them read, what would be said. */
  right?: boolean;
  cpuMs?: number;
}

/** Which tokens are read: every n-th of what follows the first line break, or of the line without one; the same each time. */
export interface Reading {
  every: number;
}

/** How far an answer is from what this copy of the weights says to the same question, at temperature 0. */
export interface DoubtRequest {
  /** As it was asked; its temperature is not looked at. */
  request: GenerateRequest;
  /** Only what follows this was shown. */
  saysAfter?: string | undefined;
  /** What somebody else answered; left out, the own answer is looked at. */
  given?: string | undefined;
}

export interface Doubt {
  /** What this copy shows; of a given answer what was followed. */
  own: string;
  /** By how many nats each token led the likeliest others. */
  calls: number[];
  /** Where what was given went another way: the lead that this copy had to lose for it; 50 for what it never says. */
  parted: number[];
  /** What was given was followed to its end, so `answerTokens` are its own. */
  isWhole: boolean;
  /** The least lead of a token taken for one of the given text over another that brings the same letters. */
  surest: number;
  /** By how many nats coarser arithmetic moves the closest calls toward the other token. Only of the own answer. */
  moves: number[];
  promptTokens: number;
  answerTokens: number;
}

export interface LoadedModel {
  readonly contextTokens: number;
  /** True once the process that held it is gone: it must be loaded again. */
  readonly lost?: boolean;
  countTokens(prompt: Prompt): Promise<number>;
  /** Streams the answer, an empty piece first where one is begun before its first token; returns the counts. Throws CONTEXT_LENGTH rather than shifting. Ends within 200 ms of an abort. */
  generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<GenerateChunk, GenerateEnd>;
  /** Vectors of equal length; engines that cannot embed leave it out. */
  embed?(texts: readonly string[], signal: AbortSignal): Promise<{ vectors: number[][]; tokens: number }>;
  /** Mean log-likelihood per token of the line, the useful filler; and processor time, where the engine measures its own. */
  score?(line: string, signal: AbortSignal, reading?: Reading): Promise<Score>;
  /** Answers anew and weighs what somebody else gave as the answer; engines that show no likelihoods leave it out. */
  doubt?(asked: DoubtRequest, signal: AbortSignal): Promise<Doubt>;
  /** Class logits for classifiers. */
  classify?(text: string, signal: AbortSignal): Promise<number[]>;
  unload(): Promise<void>;
}

export interface ModelSpec {
  id: string;
  /** Absolute path, or a URL for `upstream`. Already validated. */
  file: string;
  contextTokens: number;
  /** Answers at once. */
  width: number;
  sizeBytes: number;
  /** Of weights that came from elsewhere or ship; not of those that are made here. */
  sha256?: string;
}

/** Those that read weights, in a process of their own; `engine` of an expert.json. */
export type EngineName = ExpertFile['engine'];

/** What an engine process computes with; bytes of all its devices together. */
export type Seen =
  | { gpu: 'cuda' | 'vulkan'; names: string[]; totalBytes: number; freeBytes: number; isShared: boolean }
  | { gpu: false; why: string };

export interface Engine {
  readonly name: EngineName | 'upstream' | 'echo';
  /**
   * A load that is given up by `signal` rejects within 200 ms and leaves nothing; an engine that cannot stop it finishes
   * in its own process, and the same expert is loaded again only after that.
   */
  load(spec: ModelSpec, signal?: AbortSignal): Promise<LoadedModel>;
  /** Left out by engines that use the CPU alone. */
  see?(signal?: AbortSignal): Promise<Seen>;
  close(): Promise<void>;
}
