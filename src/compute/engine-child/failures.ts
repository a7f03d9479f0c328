import { HeatmineError, messageOf } from '../../core/errors.ts';
import { Refusal } from '../refusal.ts';
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

/** How an error crosses from the engine's process, and what it is on the other side. */
export const failureOf = (error: unknown): Failure =>
  error instanceof HeatmineError
    ? { code: error.code, message: error.message }
    : { message: messageOf(error).slice(0, MOST_CHARS) };

export const errorOf = ({ code, message }: Failure): Error =>
  code ? new HeatmineError(code, message) : new Error(message);
