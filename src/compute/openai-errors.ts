import { HeatmineError } from '../core/errors.ts';
import { ERROR_ROWS, INTERNAL } from '../core/http-errors.ts';
import { BadRequest } from './bad-request.ts';
import { Refusal } from './refusal.ts';

const DEFAULT_RETRY_S = 5;
/** Where the text that is too long stood. */
const textFieldOf = (path: string): string =>
  path.startsWith('/v1/embeddings') ? 'input' : path.startsWith('/v1/completions') ? 'prompt' : 'messages';

interface Told {
  status: number;
  retryAfterS: number | undefined;
  body: { error: { message: string; type: string; param: string | null; code: string | null; remedy?: string } };
}

/** The error object of the OpenAI API, plus `remedy`; what is unexpected tells a stranger nothing of the inside. */
export function errorOf(error: unknown, path = ''): Told {
  const known = error instanceof HeatmineError ? error : undefined;
  const row = (known && ERROR_ROWS[known.code]) ?? INTERNAL;
  const ours = known && row !== INTERNAL;
  const param =
    error instanceof BadRequest ? error.param : row.param === 'messages' ? textFieldOf(path) : (row.param ?? null);
  const message = ours ? known.message : 'something went wrong inside; the log of compute has it';
  const waits = row.status === 429 || row.code === 'no_power' || row.code === 'busy';
  return {
    status: row.status,
    retryAfterS: error instanceof Refusal ? error.retryAfterS : waits ? DEFAULT_RETRY_S : undefined,
    body: { error: { message, type: row.type, param, code: row.code, ...(ours ? { remedy: known.remedy } : {}) } },
  };
}
