import { type ErrorCode, HeatmineError } from '../core/errors.ts';

/** A refusal that ends by itself: says when to come back. */
export class Refusal extends HeatmineError {
  readonly retryAfterS: number;
  constructor(code: ErrorCode, message: string, retryAfterS: number) {
    super(code, message);
    this.retryAfterS = retryAfterS;
  }
}
