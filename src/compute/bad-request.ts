import { HeatmineError } from '../core/errors.ts';

/** A request that cannot be honoured: what is wrong, and the path of the field as `param`. */
export class BadRequest extends HeatmineError {
  readonly param: string | null;
  constructor(message: string, param: string | null) {
    super('MESSAGE_INVALID', message);
    this.param = param;
  }
}
