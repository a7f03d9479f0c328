import type { ErrorCode } from './errors.ts';

/** How an error stands in the error object of the OpenAI API. */
export interface ErrorRow {
  status: number;
  type: 'invalid_request_error' | 'rate_limit_error' | 'server_error';
  code: string | null;
  param?: string;
}

/** What is not foreseen: its inside is nobody's business. */
export const INTERNAL: ErrorRow = { status: 500, type: 'server_error', code: 'internal_error' };
/** One table for compute, which answers, and net, which stands before it: a client sees one server. */
export const ERROR_ROWS: Partial<Record<ErrorCode, ErrorRow>> = {
  MESSAGE_INVALID: { status: 400, type: 'invalid_request_error', code: null },
  CONTEXT_LENGTH: { status: 400, type: 'invalid_request_error', code: 'context_length_exceeded', param: 'messages' },
  EXPERT_UNKNOWN: { status: 404, type: 'invalid_request_error', code: 'model_not_found', param: 'model' },
  RATE_LIMITED: { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  NO_POWER: { status: 503, type: 'server_error', code: 'no_power' },
  BUSY: { status: 503, type: 'server_error', code: 'busy' },
  MODEL_INVALID: { status: 503, type: 'server_error', code: 'model_invalid' },
};
