import { HeatmineError, messageOf } from '../../core/errors.ts';
import { Refusal } from '../refusal.ts';
import type { Verdict } from './blame.ts';
import type { Failure } from './messages.ts';

/** For the others to ask again after somebody else's crash. */
const RETRY_S = 1;
const MOST_CHARS = 2000;

/** The engine process is gone, and with it all that was loaded. */
export class EngineLost extends Refusal {
  constructor(what: string) {
    super('BUSY', what, RETRY_S);
  }
}

/** @throws Refusal BUSY, or HeatmineError MODEL_INVALID after too many crashes */
export function throwIfBlamed(id: string, verdict: Verdict): void {
  if (verdict.may === 'never') {
    const text = `${id} crashed the engine ${verdict.crashes} times: kept out until the next start`;
    throw new HeatmineError('MODEL_INVALID', text);
  }
  if (verdict.may === 'wait') {
    const text = `${id} crashed the engine and is tried again in ${Math.ceil(verdict.forS)} s`;
    throw new Refusal('BUSY', text, Math.ceil(verdict.forS));
  }
}

/** How an error crosses from the engine's process, and what it is on the other side. */
export const failureOf = (error: unknown): Failure =>
  error instanceof HeatmineError
    ? { code: error.code, message: error.message }
    : { message: messageOf(error).slice(0, MOST_CHARS) };

export const errorOf = ({ code, message }: Failure): Error =>
  code ? new HeatmineError(code, message) : new Error(message);

const NATIVE_NEWS = /GGML_ASSERT|llama_model_load|error loading model|out of memory|failed to allocate/;
const MOST_NEWS_CHARS = 300;

/** Of what native code prints, only the lines about models and crashes: it also prints grammars, and these are the askers'. */
export const newsOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => NATIVE_NEWS.test(line))
    .map((line) => line.slice(0, MOST_NEWS_CHARS));
