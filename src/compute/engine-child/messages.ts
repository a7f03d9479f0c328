import type { ErrorCode } from '../../core/errors.ts';
import type { DoubtRequest, EngineName, GenerateRequest, ModelSpec, Prompt, Reading } from '../engine.ts';

/**
 * What compute and its engine process say to each other over the channel between them. `model` is a number of compute's own:
 * an expert that is loaded again is another one.
 */
export type Task =
  | { op: 'load'; engine: EngineName; model: number; spec: ModelSpec }
  | { op: 'unload'; model: number }
  | { op: 'generate'; model: number; request: GenerateRequest }
  | { op: 'count'; model: number; prompt: Prompt }
  | { op: 'embed'; model: number; texts: readonly string[] }
  | { op: 'score'; model: number; line: string; reading?: Reading | undefined }
  | { op: 'doubt'; model: number; asked: DoubtRequest }
  | { op: 'classify'; model: number; text: string }
  | { op: 'see' };

export type ToEngine = { call: number; task: Task } | { abort: number } | { ping: true };

export interface Failure {
  code?: ErrorCode;
  message: string;
}

export type FromEngine =
  | { call: number; chunk: unknown }
  | { call: number; value: unknown }
  | { call: number; failure: Failure }
  | { pong: true };

export interface Loaded {
  contextTokens: number;
  can: ('embed' | 'score' | 'doubt' | 'classify')[];
}
